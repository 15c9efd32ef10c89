"""What a payment can be for: an invoice, or a top-up of account credit. Each has one lock, one customer and one sum."""

from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Row, bindparam
from sqlmodel import select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.credit import lock_customers
from ezscale.billing.invoicing import invoice_paid_by, invoice_to_change
from ezscale.billing.small_sums import from_before, to_charge
from ezscale.kit.database import table_of
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, PaymentAttempt, TopUp
from ezscale.models.invoice import InvoiceStatus

ToPay = Invoice | TopUp
Named = Row[UUID, UUID | None, UUID | None]  # an attempt of which no more is known than what it pays
ATTEMPTS = table_of(PaymentAttempt)
NAMED = sqlalchemy.select(ATTEMPTS.c.id, ATTEMPTS.c.invoice_id, ATTEMPTS.c.top_up_id).where(
    ATTEMPTS.c.id == bindparam("attempt_id")
)
THIS_ATTEMPT = (
    select(PaymentAttempt)
    .where(PaymentAttempt.id == bindparam("attempt_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def to_pay(work: Work, wanted: UUID) -> ToPay:
    """The invoice or top-up of this id that the actor may see, locked until the transaction ends and read afresh."""
    is_top_up = work.session.exec(select(TopUp.id).where(TopUp.id == wanted)).first() is not None
    return top_up_to_change(work, wanted) if is_top_up else invoice_to_change(work, wanted)


def paid_by(work: Work, attempt: PaymentAttempt | Named) -> ToPay:
    """What an attempt is to pay, locked: the one lock for everything that concerns its money."""
    if attempt.top_up_id is not None:
        return top_up_to_change(work, attempt.top_up_id)
    assert attempt.invoice_id is not None  # noqa: S101  # the database knows no attempt without either
    return invoice_to_change(work, attempt.invoice_id)


def lock_with_what_it_pays(work: Work, attempt_id: UUID) -> tuple[PaymentAttempt, ToPay] | None:
    """An attempt and what it is to pay, both locked and read afresh: what it pays first, as everywhere."""
    this: dict[str, Any] = {"attempt_id": attempt_id}
    wanted: ToPay | None = invoice_paid_by(work, attempt_id)
    if wanted is None:  # it pays a top-up, or somebody else's invoice
        named = work.session.connection().execute(NAMED, this).first()
        if named is None:
            return None
        wanted = paid_by(work, named)
    return work.session.exec(THIS_ATTEMPT, params=this).one(), wanted


def locked_with_what_it_pays(work: Work, attempt_id: UUID) -> tuple[PaymentAttempt, ToPay]:
    """The same of an attempt that is surely there: none is ever deleted."""
    found = lock_with_what_it_pays(work, attempt_id)
    assert found is not None  # noqa: S101
    return found


def locked(work: Work, attempt_id: UUID) -> PaymentAttempt:
    """An attempt as it is now, to be changed: what it pays is locked first."""
    return locked_with_what_it_pays(work, attempt_id)[0]


def top_up_to_change(work: Work, top_up_id: UUID) -> TopUp:
    """A top-up that the actor may see, locked and read afresh. Its customer is locked before it, always in this order."""
    found = work.session.get(TopUp, top_up_id)
    if found is None or not (work.actor.may(SEE_EVERYTHING) or work.actor.customer_id == found.customer_id):
        raise NotFound("We could not find this top-up.")
    lock_customers(work, [found.customer_id])
    work.session.refresh(found, with_for_update=True)
    return found


def sum_of(work: Work, wanted: ToPay) -> Money:
    """What is charged for it now; nothing while that would be too little."""
    return wanted.amount if isinstance(wanted, TopUp) else to_charge(work, wanted)


def is_wanted(wanted: ToPay) -> bool:
    """Whether a kept card may still be charged for it."""
    return wanted.is_asked if isinstance(wanted, TopUp) else wanted.status is InvoiceStatus.OPEN


def described(wanted: ToPay, charged: Money) -> str:
    """What the customer reads at the gateway and at their bank."""
    if isinstance(wanted, TopUp):
        return f"Account credit {wanted.number}"
    name = f"Invoice {wanted.number}" if wanted.number else "Your order"
    return f"{name} and small sums from before" if from_before(charged, wanted) else name
