"""Letters about account credit that customers put in themselves."""

from datetime import datetime
from uuid import UUID

from babel.dates import format_date
from sqlmodel import select

from ezscale.kit.work import Work
from ezscale.messaging.sending import write_mail
from ezscale.messaging.wording import address_of
from ezscale.models import AutoTopUp, Customer, Payment, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.top_up import AutoTopUpStatus

CREDIT = "/account/credit/"


def top_up_receipt(work: Work, top_up_id: UUID, balance: str) -> None:
    """After a top-up was paid: the receipt. `balance` is what the customer has by now, as they read it."""
    top_up = work.session.get_one(TopUp, top_up_id)
    customer = work.session.get_one(Customer, top_up.customer_id)
    paid = (
        select(Payment, PaymentMethod)
        .join(PaymentAttempt, Payment.attempt_id == PaymentAttempt.id)  # type: ignore[arg-type]  # a column's comparison
        .outerjoin(PaymentMethod, PaymentMethod.id == PaymentAttempt.method_id)  # type: ignore[arg-type]
        .where(PaymentAttempt.top_up_id == top_up.id)
    )
    payment, method = work.session.exec(paid).first() or (None, None)
    received = payment.received_at if payment else work.now
    values: dict[str, object] = {
        "name": customer.name,
        "number": top_up.number,
        "amount": top_up.amount.format(customer.language),
        "paid_on": format_date(received.astimezone(work.zone), "long", locale=customer.language),
        "method": method.label if method else "",
        "is_automatic": top_up.is_automatic,
        "balance": balance,
    }
    link = address_of(CREDIT)
    write_mail(work, "top_up_receipt", customer.email, top_up.id.hex, values, link=link, customer=customer.id)


def auto_top_up_agreed(work: Work, agreement_id: UUID, at: datetime) -> None:
    """After a customer has agreed to automatic top-ups: to what, and how they end it."""
    agreed = work.session.get_one(AutoTopUp, agreement_id)
    if agreed.agreed_at != at:
        return  # they have said something else since, and hear of that
    customer = work.session.get_one(Customer, agreed.customer_id)
    locale = customer.language
    values: dict[str, object] = {
        "name": customer.name,
        "by": agreed.agreed_by,
        "below": agreed.below.format(locale),
        "amount": agreed.amount.format(locale),
        "monthly_most": agreed.monthly_most.format(locale),
    }
    _write(work, "auto_top_up_agreed", agreed, customer, at, values)


def auto_top_up_halted(work: Work, agreement_id: UUID, at: datetime) -> None:
    """After automatic top-ups were paused or stopped, unless they go on already."""
    agreed = work.session.get_one(AutoTopUp, agreement_id)
    if agreed.halted_at != at:
        return
    customer = work.session.get_one(Customer, agreed.customer_id)
    values: dict[str, object] = {
        "name": customer.name,
        "because": agreed.halted_because,
        "is_over": agreed.status is AutoTopUpStatus.OFF,
    }
    _write(work, "auto_top_up_halted", agreed, customer, at, values)


def _write(
    work: Work, template: str, agreed: AutoTopUp, customer: Customer, at: datetime, values: dict[str, object]
) -> None:
    once = f"{agreed.id.hex}:{at.timestamp():.6f}"
    write_mail(work, template, customer.email, once, values, link=address_of(CREDIT), customer=customer.id)
