"""How commands speak: tables and progress for people, JSON for programs."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from ezscale.kit.money import Money

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


class Exit(StrEnum):
    """What the number a command ends with means."""

    FINE = "0"
    FINDING = "1"
    BAD_INPUT = "2"


def leave(how: Exit) -> typer.Exit:
    """The end of a command: raise it."""
    return typer.Exit(int(how))


def complain(message: str) -> None:
    """Say on the error channel what is wrong."""
    errors.print(message, style="bold red", markup=False, soft_wrap=True)


def print_json(content: object) -> None:
    """A document for a program."""
    print(json.dumps(content, indent=2, ensure_ascii=False, default=_plain))


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for a person, or a word that there is nothing to tell."""
    table = Table(*heads, header_style="dim")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(f"[bold]{title}[/]" if table.rows else f"[bold]{title}[/]: nothing.")
    if table.rows:
        console.print(table)


class Steps:
    """What is being done, with a bar or a spinner on a terminal, and plain lines elsewhere."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    @contextmanager
    def shown(self) -> Iterator["Steps"]:
        """Show the steps for as long as the block lasts."""
        with self._bars:
            yield self

    def begin(self, what: str, total: float | None = None) -> "Step":
        """A new step; `total` is how much there is to do, when that is known."""
        if not console.is_terminal:
            console.print(f"{what} …")
        return Step(self._bars, self._bars.add_task(what, total=total), what)


class Step:
    """One step on the way."""

    def __init__(self, bars: Progress, task: TaskID, what: str) -> None:
        self._bars, self._task, self._what = bars, task, what
        self._began = time.monotonic()

    def advance(self, to: float) -> None:
        """It has come so far."""
        self._bars.update(self._task, completed=to)

    def one_more(self) -> None:
        """One more of `total` is done."""
        self._bars.advance(self._task)

    def done(self, words: str = "") -> None:
        """It is done; `words` say what came of it."""
        said = f"{self._what}: {words}" if words else self._what
        self._bars.update(self._task, description=said, total=1, completed=1)
        if not console.is_terminal:
            console.print(f"{said} ({time.monotonic() - self._began:.1f} s)")


def _plain(value: object) -> object:
    match value:
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
