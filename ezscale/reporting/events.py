"""What happens to the company as a whole."""

from dataclasses import dataclass
from datetime import datetime

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class TravelRequested(Event):
    """Somebody wants to see the company later in time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class TravelEnded(Event):
    """The company has arrived at the moment that was asked for."""

    at: datetime
