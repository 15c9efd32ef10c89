"""What happens to orders."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """A customer ordered; nothing is paid yet."""

    order_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class OrderPaid(Event):
    """An order is paid; what it asks for is on its way."""

    order_id: UUID
    customer_id: UUID
