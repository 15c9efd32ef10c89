"""What happens to plans that are counted, and to whoever waits for one."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class StockFreed(Event):
    """Something of a plan is set aside for whoever waits for it."""

    plan_id: UUID


@dataclass(frozen=True, slots=True)
class WaitlistOffered(Event):
    """It is somebody's turn: one is set aside for them until a moment."""

    place_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class WaitlistOfferExpired(Event):
    """Somebody did not order in time what was set aside for them."""

    place_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class WaitlistMoved(Event):
    """Somebody has come to a waitlist, or has gone."""

    place_id: UUID
    customer_id: UUID
