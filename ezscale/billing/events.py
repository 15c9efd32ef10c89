"""What happens to invoices, payments and subscriptions."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class InvoiceIssued(Event):
    """A draft became a document with a number."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class InvoicePaid(Event):
    """Nothing is left to pay on it."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceVoided(Event):
    """It asks for nothing any more."""

    invoice_id: UUID
    customer_id: UUID
    voided_by: str


@dataclass(frozen=True, slots=True)
class ChargeRequested(Event):
    """An attempt is written down and may be sent to the gateway."""

    attempt_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ChargeFailed(Event):
    """The bank said no. `hard` means: never try this card again."""

    attempt_id: UUID
    invoice_id: UUID
    customer_id: UUID
    hard: bool


@dataclass(frozen=True, slots=True)
class ChargeNeedsCustomer(Event):
    """The bank wants to see the customer before it pays."""

    attempt_id: UUID
    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CardKept(Event):
    """A customer's card can be charged from now on."""

    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CardReplaced(Event):
    """A card was left with the gateway again: the older copy of it is not wanted any more."""

    method_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class NoticeReceived(Event):
    """A vendor told us that something happened; we have yet to ask what."""

    notice_id: UUID


@dataclass(frozen=True, slots=True)
class ReminderDue(Event):
    """A customer should hear about an unpaid invoice. `step` is which of the reminders it is."""

    invoice_id: UUID
    customer_id: UUID
    step: str


@dataclass(frozen=True, slots=True)
class GraceUsedUp(Event):
    """An invoice stayed unpaid so long that its services stop until it is paid."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionEnded(Event):
    """It is never billed again; what it paid for is taken down."""

    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CancellationRequested(Event):
    """A customer wants to stop at the end of the paid period."""

    subscription_id: UUID
    customer_id: UUID
    cancellation_id: UUID


@dataclass(frozen=True, slots=True)
class CaseClosed(Event):
    """A person has seen to something that waited for one."""

    case_id: UUID
    customer_id: UUID | None
