"""Runs: the same step for many records, in bounded batches, with a report of what happened."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ezscale.kit.errors import BusinessError
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork
from ezscale.models import RunReport

STOPPED = "stopped"  # counted by a run that did nothing, because it would have done far more than usual


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    set_aside: list[dict[str, str]] = field(default_factory=list)

    def count(self, what: str, by: int = 1) -> None:
        """So many more of something."""
        self.counts[what] = self.counts.get(what, 0) + by

    def add(self, amount: Money) -> None:
        """So much more money, by currency."""
        self.sums[amount.currency] = self.sums.get(amount.currency, 0) + amount.minor

    def include(self, part: "Tally") -> None:
        """What was done in a part of the run, now that it is safe."""
        for what, number in part.counts.items():
            self.count(what, number)
        for currency, minor in part.sums.items():
            self.add(Money(minor, currency))
        self.set_aside += part.set_aside

    def apart(self, name: str) -> "Apart":
        """What happens within concerns one record alone: when it breaks, the record is set aside and the rest goes on."""
        return Apart(self, name)

    def put_aside(self, name: str, problem: Exception) -> None:
        """A record that could not be handled, by name, so that a person can look; the rest goes on."""
        words = problem.message if isinstance(problem, BusinessError) else f"{type(problem).__name__}: {problem}"
        self.set_aside.append({"name": name, "problem": words[:500]})


class Apart(NamedTuple):
    """One record within a run; a class, because a generator for each of a million takes longer."""

    tally: Tally
    name: str

    def __enter__(self) -> None:
        """It begins."""

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> bool:
        """One bad record must not stop the night, whatever is wrong with it."""
        if not isinstance(problem, Exception):
            return False
        self.tally.put_aside(self.name, problem)
        return True


@contextmanager
def reported(open_work: OpenWork, name: str) -> Iterator[Tally]:
    """A run with a report at its end, also when it breaks. A run that found nothing to do leaves none."""
    tally, began = Tally(), time.perf_counter()
    with open_work() as work:
        started_at: datetime = work.now
    try:
        yield tally
    finally:
        if tally.counts or tally.set_aside:
            with open_work() as work:
                work.session.add(
                    RunReport(
                        id=new_id(),
                        name=name,
                        started_at=started_at,
                        finished_at=work.now,
                        milliseconds=round((time.perf_counter() - began) * 1000),
                        counts=tally.counts,
                        sums=tally.sums,
                        set_aside=tally.set_aside,
                    )
                )
