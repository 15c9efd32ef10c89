"""What happens to the company as a whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class TravelRequested(Event):
    """Somebody wants to see the company later in time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class JobTriedAgain(Event):
    """Somebody wants a task tried again that was given up."""

    job_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class JobDismissed(Event):
    """Somebody has seen to a task that was given up."""

    job_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class TravelEnded(Event):
    """The company has arrived at the moment that was asked for."""

    at: datetime
