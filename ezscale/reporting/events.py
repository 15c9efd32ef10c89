"""What happens to the company as a whole."""

from dataclasses import dataclass
from datetime import datetime

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class TravelRequested(Event):
    """Somebody wants to see the company later in time."""

    until: datetime
