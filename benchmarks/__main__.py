"""Measure the workloads against their references: `python -m benchmarks --only renewals --size 10000`."""

import json
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import builds, charges, crews, invoices, jobs, notices, pickups, renewals
from benchmarks.measuring import ON_SERVERS, Place, Result, machine, places

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A workload, and how large it is made when nobody says otherwise."""

    measure: Callable[[Place, int], Iterator[Result]]
    sizes: tuple[int, ...]
    sizes_on_servers: tuple[int, ...]


ALL = {
    "renewals": Benchmark(renewals.measure, renewals.SIZES, renewals.SIZES[:3]),
    "invoices": Benchmark(invoices.measure, invoices.SIZES, ()),
    "charges": Benchmark(charges.measure, charges.SIZES, charges.SIZES[:2]),
    "notices": Benchmark(notices.measure, notices.SIZES, notices.SIZES),
    "crews": Benchmark(crews.measure, crews.SIZES, crews.SIZES[:1]),
    "pickups": Benchmark(pickups.measure, pickups.SIZES, pickups.SIZES),
    "builds": Benchmark(builds.measure, builds.SIZES, builds.SIZES[:1]),
    "jobs": Benchmark(jobs.measure, jobs.SIZES, jobs.SIZES[:1]),
}


def main(
    only: Annotated[str, typer.Option(help=f"One of {', '.join(ALL)}.")] = "",
    size: Annotated[int, typer.Option(help="How many, instead of the usual sizes.", min=0)] = 0,
    database: Annotated[str, typer.Option(help="sqlite, postgres or mariadb, instead of all.")] = "",
) -> None:
    """Print a table of how many times as long as the best possible we take, and write benchmarks/results.json.

    What was not measured now stays in it as it was.
    """
    if only and only not in ALL:
        raise typer.BadParameter(f"there is no {only!r}, only {', '.join(ALL)}")
    kinds = (database,) if database else ("sqlite", *ON_SERVERS)
    chosen = {name: benchmark for name, benchmark in ALL.items() if only in ("", name)}
    results = []
    with places(kinds) as found, Console(stderr=True).status("") as status:
        for name, place, count in rounds(chosen, found, size):
            status.update(f"{name}: {count:,} on {place.kind}")
            results += alone(name, place, count)
    results += growth(results)
    show(results)
    RESULTS.write_text(
        json.dumps([*left_as_they_were(results), *(each.to_plain() for each in results)], indent=1) + "\n"
    )
    if not all(result.passes for result in results):
        sys.exit(1)


def left_as_they_were(results: Iterable[Result]) -> list[dict[str, object]]:
    """The lines that these results do not measure anew."""
    known: list[dict[str, object]] = json.loads(RESULTS.read_text("utf-8"))
    anew = [(each.name, each.size, each.database) for each in results]
    return [line for line in known if (line["name"], line["size"], line["database"]) not in anew]


def rounds(chosen: dict[str, Benchmark], found: Iterable[Place], size: int) -> Iterator[tuple[str, Place, int]]:
    """What is measured, one after the other."""
    for name, benchmark in chosen.items():
        for place in found:
            usual = benchmark.sizes if place.kind == "sqlite" else benchmark.sizes_on_servers
            for count in (size,) if size else usual:
                yield name, place, count


def alone(name: str, place: Place, size: int) -> list[Result]:
    """In a process of its own, so that memory is its own."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=work, args=(writer, name, place, size))
    process.start()
    writer.close()
    try:
        results: list[Result] = reader.recv()
    except EOFError:
        sys.exit(f"{name} broke with {size:,} on {place.kind}")
    process.join()
    return results


def work(writer: "multiprocessing.connection.Connection", name: str, place: Place, size: int) -> None:
    """What the process does."""
    writer.send(list(ALL[name].measure(place, size)))


def growth(results: Iterable[Result]) -> Iterator[Result]:
    """How the longest run of a workload compares with one of a tenth: in proportion, or little more."""
    taken = {(each.name, each.database, each.size): each for each in results if each.limit is not None}
    for (name, database, count), each in taken.items():
        tenth = taken.get((name, database, count // 10))
        if name == "renewals" and tenth and count > renewals.SIZES[1]:
            against = f"a tenth of them: {tenth.size:,}"
            yield Result(f"{name}, growth", count, database, each.ours, tenth.ours, "s", each.peak_mb, against, 11.0)


def show(results: Iterable[Result]) -> None:
    """The table."""
    table = Table(title=machine(), title_justify="left")
    for heading in ("workload", "size", "database", "ours", "reference", "against", "ratio", "limit", "peak"):
        table.add_column(heading, justify="left" if heading in ("workload", "database", "against") else "right")
    for result in results:
        limit = "" if result.limit is None else f"≤ {result.limit:g}"
        table.add_row(
            *(result.name, f"{result.size:,}", result.database, f"{result.ours:.3f} {result.unit}"),
            *(f"{result.reference:.3f} {result.unit}", result.against, f"{result.ratio:.2f}"),
            *(limit if result.passes else f"[red]{limit}[/red]", f"{result.peak_mb:.0f} MB"),
        )
    console = Console()
    (console if console.is_terminal else Console(width=120)).print(table)


if __name__ == "__main__":
    typer.run(main)
