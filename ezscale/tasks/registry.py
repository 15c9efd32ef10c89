"""The register of tasks. A task is a function that takes the house and, when it reacts to something, the event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from ezscale.kit.events import Event
from ezscale.kit.jobs import Claim, Lane
from ezscale.wiring import House

Reacting = TypeVar("Reacting", bound=Callable[..., None])
KNOWN: dict[str, Callable[..., None]] = {}
REACTIONS: dict[type[Event], tuple[Callable[..., None], ...]] = {}
SCHEDULE: list["Periodic"] = []
LANES: dict[str, Lane] = {}
Prepare = Callable[[House, Sequence[Any]], Sequence[Any]]  # calls of a task, by their events
PREPARED_BY: dict[str, Prepare] = {}


def task(function: Reacting) -> Reacting:
    """Register a task under the name of its module and function. Every task may run twice."""
    KNOWN[name_of(function)] = function
    return function


def task_of(lane: Lane) -> Callable[[Reacting], Reacting]:
    """The same for a task that waits for somebody else's computer."""

    def register(function: Reacting) -> Reacting:
        LANES[name_of(function)] = lane
        return task(function)

    return register


def prepared_by(prepare: Prepare) -> Callable[[Reacting], Reacting]:
    """What calls of a task begin with is done at once for those that are taken up together: `prepared` of each one's job.

    Where that fails, and for one that is alone, it is None: then the task has to do it by itself. It is called with its
    job, and may end it in its own last transaction.
    """

    def register(function: Reacting) -> Reacting:
        PREPARED_BY[name_of(function)] = prepare
        return function

    return register


def name_of(function: Callable[..., None]) -> str:
    """billing.collect: as a job row names it."""
    return f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


def call(house: House, job: Claim, event: Event | None) -> None:
    """Run the task of a job. KeyError for one that no longer exists."""
    function = KNOWN[job.task]
    if event is None:
        function(house)
    elif job.task in PREPARED_BY:
        function(house, event, job)
    else:
        function(house, event)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task that runs once in every period: each `every`, or daily after `at` where the seller is."""

    run: Callable[[House], None]
    every: timedelta | None = None
    at: time | None = None

    def period(self, now: datetime, zone: tzinfo) -> str:
        """The name of the period that a moment lies in."""
        if self.every is not None:
            return str(int(now.timestamp() // self.every.total_seconds()))
        local = now.astimezone(zone)
        day = local.date() if self.at is None or local.time() >= self.at else local.date() - timedelta(days=1)
        return day.isoformat()
