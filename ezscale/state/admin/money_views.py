"""How an invoice's money was asked for and came, in words."""

from dataclasses import dataclass
from typing import Self

from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.kit.work import Work
from ezscale.models import Payment, PaymentAttempt, PaymentMethod, RecordedPayment
from ezscale.state.account.invoice_views import way_of
from ezscale.state.reader import Reader

TRIGGERS = {
    "checkout": "Checkout",
    "pay_link": "Pay link",
    "due": "Due day",
    "retry": "Retry",
    "new_card": "New card",
    "backup": "Backup card",
    "top_up": "Top-up",
    "auto_top_up": "Automatic top-up",
}


@dataclass
class AttemptView:
    """One time that we asked for the money."""

    id: str
    at: str
    why: str
    amount: str
    card: str
    status: str
    answer: str

    @classmethod
    def of(cls, attempt: PaymentAttempt, card: PaymentMethod | None, reader: Reader) -> Self:
        """An attempt with the card that was asked and what its bank said, or until when it keeps the sum for us."""
        answer = attempt.decline_code.replace("_", " ")
        if attempt.is_undecided:
            answer = f"Until {reader.moment(attempt.reserved_until)}"
        return cls(
            id=str(attempt.id),
            at=reader.moment(attempt.created_at),
            why=TRIGGERS[attempt.trigger],
            amount=reader.money(attempt.amount),
            card=card.label if card else "",
            status=attempt.status.value,
            answer=answer,
        )


@dataclass
class PaymentView:
    """Money that came; `by` is the colleague who recorded it, `gone` says why it was taken back."""

    id: str
    at: str
    way: str
    amount: str
    fee: str
    reference: str
    by: str = ""
    gone: str = ""
    can_go: bool = False

    @classmethod
    def of(cls, payment: Payment, recorded: RecordedPayment | None, work: Work, reader: Reader) -> Self:
        """A payment with the name for it that the gateway, the statement or the receipt has."""
        fee = reader.money(payment.fee) if payment.fee else ""
        amount, way = reader.money(payment.amount), way_of(payment)
        if recorded is None:
            at = reader.moment(payment.received_at)
            return cls(str(payment.id), at, way, amount, fee, payment.gateway_ref)
        gone, why = reader.moment(payment.taken_back_at), recorded.taken_back_because
        return cls(
            id=str(payment.id),
            at=reader.day(recorded.came_on),
            way=way,
            amount=amount,
            fee=fee,
            reference=recorded.reference,
            by=recorded.recorded_by,
            gone=f"Taken back {gone} by {recorded.taken_back_by}: {why}" if why else "",
            can_go=not why and work.actor.may(MANAGE_INVOICES),
        )
