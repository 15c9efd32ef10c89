"""What happens to invoices, payments and subscriptions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class InvoiceIssued(Event):
    """A draft became a document with a number."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ProformaIssued(Event):
    """A draft asks for money, and becomes an invoice when the first of it comes."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceResent(Event):
    """Somebody wants the customer to have it again."""

    invoice_id: UUID
    customer_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceClosed(Event):
    """Credit notes took back all that was to be paid on it. Nobody has paid, so nothing starts because of it."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceGivenUp(Event):
    """We no longer expect the money, because somebody here has said so."""

    invoice_id: UUID
    customer_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class InvoiceExpectedAgain(Event):
    """We expect the money after all."""

    invoice_id: UUID
    customer_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class CreditNoteIssued(Event):
    """Part of an invoice, or all of it, was taken back."""

    credit_note_id: UUID
    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class RefundAsked(Event):
    """Money shall go back to where it came from."""

    refund_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Refunded(Event):
    """The gateway has sent money back."""

    refund_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class DisputeOpened(Event):
    """A customer's bank takes a payment back, or asks about it."""

    dispute_id: UUID
    invoice_id: UUID | None
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class DisputeTaken(Event):
    """A customer's bank has the money of a payment until it decides."""

    dispute_id: UUID
    invoice_id: UUID | None
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class DisputeWon(Event):
    """The bank has decided for us."""

    dispute_id: UUID
    invoice_id: UUID | None
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class DisputeLost(Event):
    """The bank has decided for its customer: the money is gone."""

    dispute_id: UUID
    invoice_id: UUID | None
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CreditGranted(Event):
    """A customer was given credit."""

    entry_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CreditSpent(Event):
    """Credit of a customer who has agreed to automatic top-ups has paid something."""

    customer_id: UUID


@dataclass(frozen=True, slots=True)
class TopUpPaid(Event):
    """What a customer wanted to put into their credit is there."""

    top_up_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class TopUpFailed(Event):
    """The bank has refused it, or wants to see the customer."""

    top_up_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class AutoTopUpAgreed(Event):
    """A customer lets their credit be topped up by itself."""

    agreement_id: UUID
    customer_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AutoTopUpHalted(Event):
    """It is no longer: because a payment failed, or because somebody here has stopped it."""

    agreement_id: UUID
    customer_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CreditLapsesSoon(Event):
    """Credit that nobody spends will be gone within days."""

    entry_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ReferralCredited(Event):
    """A customer was thanked for sending another one."""

    referral_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class InvoicePaid(Event):
    """Nothing is left to pay on it."""

    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentRecorded(Event):
    """Staff wrote down money that came by another way than the gateway."""

    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentTakenBack(Event):
    """Such a payment was a mistake, and is booked no more."""

    payment_id: UUID
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
class MoneyReserved(Event):
    """A bank keeps the money for an invoice for us; nothing of it has moved."""

    attempt_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class ReservationDecided(Event):
    """What is reserved for an attempt is to be taken, or to be let go, as the attempt says."""

    attempt_id: UUID


@dataclass(frozen=True, slots=True)
class ReservationOver(Event):
    """What was reserved for an invoice was not taken, and is the customer's again."""

    attempt_id: UUID
    invoice_id: UUID


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
class CardRevoked(Event):
    """Whose card or wallet it is has told the gateway that we may not charge it any more."""

    method_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CardReplaced(Event):
    """A card was left with the gateway again: the older copy of it is not wanted any more."""

    method_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CardExpiresSoon(Event):
    """A card that is charged will expire within weeks."""

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
class ChangeAgreed(Event):
    """A customer wants something else for a subscription; it waits for its money or its day."""

    change_id: UUID
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(Event):
    """Something else is agreed for it from now on; what runs for it has to follow."""

    change_id: UUID
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionPaused(Event):
    """It is not billed for a while; what it pays for stands still."""

    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionBack(Event):
    """Its pause is over; what it pays for runs again."""

    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CaseClosed(Event):
    """A person has seen to something that waited for one."""

    case_id: UUID
    customer_id: UUID | None


@dataclass(frozen=True, slots=True)
class PriceChangeAnnounced(Event):
    """Subscribers are to pay another price from a day on; each of them is to be told."""

    change_id: UUID


@dataclass(frozen=True, slots=True)
class PriceChangeTold(Event):
    """A customer is to hear of a change of price, once for all that they have."""

    change_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class PriceChangeWithdrawn(Event):
    """A change of price that was announced will not happen."""

    change_id: UUID


@dataclass(frozen=True, slots=True)
class RunAsked(Event):
    """Somebody wants one of the nightly runs now."""

    run: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class DeedHeld(Event):
    """Something is not done to a customer in the nights to come."""

    hold_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class HoldLifted(Event):
    """It is done again."""

    hold_id: UUID
    customer_id: UUID
