"""For our own programs: payments that came by another way than the gateway."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.api.callers import ApiOpenWork, ApiWork, scope
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Amount
from ezscale.billing.manual_payments import Came, record_payment, recorded_as, take_back_payment
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Payment
from ezscale.models.recorded_payment import PaidBy

router = APIRouter(prefix="/api/v1/admin", tags=["Payments by hand"], responses=REFUSALS)

NO_NUL = r"^[^\x00]*$"
LARGEST = 10**15


class PaymentIn(BaseModel, title="Payment to record"):
    """Money that came, as the statement or the receipt has it."""

    method: PaidBy
    minor: int = Field(description="How much, in whole minor units.", gt=0, le=LARGEST, examples=[1230])
    currency: str = Field(description="That of the invoice.", pattern=r"^[A-Z]{3}$", examples=["EUR"])
    came_on: date = Field(description="The day on which it came.", examples=["2026-11-20"])
    reference: str = Field(
        description="What the statement calls it. Booked once for each method.",
        max_length=100,
        pattern=NO_NUL,
        examples=["SEPA 4711 INV-2026-000123"],
    )
    key: str = Field(
        "",
        description="A name of your own for this call, if you may have to repeat it: sent again, it books nothing more.",
        max_length=60,
        pattern=NO_NUL,
        examples=["statement-2026-11-20-17"],
    )


class TakeBackIn(BaseModel, title="Payment to take back"):
    """Why it was a mistake."""

    reason: str = Field(max_length=200, pattern=NO_NUL, examples=["It was another customer's."])


class RecordedPaymentOut(BaseModel, title="Recorded payment"):
    """A payment that was recorded by hand."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    invoice_id: UUID | None = Field(examples=[EXAMPLE_ID])
    method: PaidBy
    amount: Amount
    came_on: date = Field(examples=["2026-11-20"])
    reference: str = Field(examples=["SEPA 4711 INV-2026-000123"])
    recorded_by: str = Field(examples=["Sam Quayle"])
    taken_back_at: datetime | None = Field(examples=[None])

    @classmethod
    def of(cls, work: Work, payment: Payment) -> Self:
        """A payment with what was written down of it."""
        recorded = recorded_as(work, payment)
        return cls(
            id=payment.id,
            invoice_id=payment.invoice_id,
            method=PaidBy(payment.gateway),
            amount=Amount.of(payment.amount),
            came_on=recorded.came_on,
            reference=recorded.reference,
            recorded_by=recorded.recorded_by,
            taken_back_at=payment.taken_back_at,
        )


@router.post("/invoices/{invoice_id}/payments", summary="Record a payment", status_code=201, **scope(MANAGE_INVOICES))
def record(invoice_id: UUID, sent: PaymentIn, open_work: ApiOpenWork) -> RecordedPaymentOut:
    """Money that came by bank, in cash or by cheque. What is too much becomes credit of the customer.

    Refused while another payment is being processed, and for a reference that is booked already.
    """
    form_key = f"api:{sent.key}" if sent.key else new_id().hex
    came = Came(sent.method, Money(sent.minor, sent.currency), sent.came_on, sent.reference, form_key)
    payment = record_payment(open_work, wiring.gateways(), invoice_id, came)
    with open_work() as work:
        return RecordedPaymentOut.of(work, payment)


@router.post("/payments/{payment_id}/take-back", summary="Take a recorded payment back", **scope(MANAGE_INVOICES))
def take_back(payment_id: UUID, sent: TakeBackIn, work: ApiWork) -> RecordedPaymentOut:
    """It was a mistake: it is booked no more, and its invoice is to be paid again. Only what was recorded by hand."""
    return RecordedPaymentOut.of(work, take_back_payment(work, payment_id, sent.reason))
