"""What happens to orders and offers."""

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


@dataclass(frozen=True, slots=True)
class OrderReserved(Event):
    """The money for an order is reserved and not taken; it waits for a person to say yes."""

    order_id: UUID
    customer_id: UUID
    attempt_id: UUID


@dataclass(frozen=True, slots=True)
class OrderUnpaidAgain(Event):
    """What was reserved for an order is gone and was not taken; it has to be paid anew."""

    order_id: UUID
    customer_id: UUID
    attempt_id: UUID


@dataclass(frozen=True, slots=True)
class OrderHeld(Event):
    """An order is paid, and waits for a person to say yes."""

    order_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class OrderApproved(Event):
    """A person said yes; what was asked for is on its way."""

    order_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class OrderRejected(Event):
    """A person said no; what was paid has gone back, and what was reserved is not taken."""

    order_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """We offered something to a customer."""

    offer_id: UUID
    customer_id: UUID
