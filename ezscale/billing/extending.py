"""Days that staff give, and a next period that is paid before its time."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_SUBSCRIPTIONS, PAY_INVOICES
from ezscale.billing.bills import next_bill
from ezscale.billing.change_quotes import point_of, refuse_unchangeable
from ezscale.billing.due import Due
from ezscale.billing.earnings import plan_families
from ezscale.billing.paid_days import call_off_ahead, paid_ahead, refuse_unpaid
from ezscale.billing.pricing import taxes_of
from ezscale.billing.renewal_rows import write_invoices
from ezscale.billing.seller import seller
from ezscale.billing.subscriptions import items_of, subscription_to_change
from ezscale.billing.tax_standing import standings
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotSignedIn
from ezscale.kit.work import Work
from ezscale.models import Customer, Extension, Invoice, InvoiceLine, Subscription
from ezscale.models.invoice import InvoiceStatus, LineKind

MOST_DAYS = 366


def extend_subscription(work: Work, subscription_id: UUID, days: int, reason: str) -> Extension:
    """Give days for nothing: the next period begins so much later. Staff only; Invalid on `days` or `reason`."""
    work.actor.require(MANAGE_SUBSCRIPTIONS)
    words = reason.strip()
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"From 1 to {MOST_DAYS} days.", field="days")
    if not 3 <= len(words) <= 300:
        raise Invalid("Please say in a few words why.", field="reason")
    subscription = subscription_to_change(work, subscription_id)
    refuse_unchangeable(work, subscription)
    day, items = point_of(work, _customer(work, subscription)).day, items_of(work, subscription.id)
    refuse_unpaid(work, items, day)
    call_off_ahead(work, subscription, day)
    subscription.last_longer(days)
    given = Extension(
        subscription_id=subscription.id,
        days=days,
        until=subscription.bill_from or day,
        reason=words,
        given_at=work.now,
        given_by=work.actor.name[:120],
    )
    work.session.add_all([subscription, given])
    work.session.flush()
    return given


def renew_early(work: Work, subscription_id: UUID) -> Invoice:
    """The invoice for the next period, to be paid now; the run does not bill those days again.

    The one that is there already, if it is. BusinessError when the next period is paid.
    """
    if not (work.actor.may(PAY_INVOICES) or work.actor.may(MANAGE_SUBSCRIPTIONS)):
        raise NotAllowed() if work.actor.is_signed_in else NotSignedIn()
    subscription = subscription_to_change(work, subscription_id)
    refuse_unchangeable(work, subscription)
    customer, items = _customer(work, subscription), items_of(work, subscription.id)
    if (waiting := _unpaid(work, [item.id for item in items])) is not None:
        return waiting
    today = point_of(work, customer).day
    if any(days.span.start > today for days in paid_ahead(work, items, today)):
        raise BusinessError("The next period is paid already.")
    due = Due(subscription, customer, items)
    bill = next_bill(due, taxes_of(work, [customer]), plan_families(work))
    write_invoices(work, [[(due, bill)]], seller(), standings(work, [due.customer]))
    work.session.expire_all()
    return work.session.exec(
        select(Invoice)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            InvoiceLine.item_id == items[0].id,
            InvoiceLine.period_start == bill.start,
            InvoiceLine.kind == LineKind.PERIOD,
        )
    ).one()


def _customer(work: Work, subscription: Subscription) -> Customer:
    return work.session.get_one(Customer, subscription.customer_id)


def _unpaid(work: Work, item_ids: list[UUID]) -> Invoice | None:
    billed = (
        select(Invoice)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            col(InvoiceLine.item_id).in_(item_ids),
            InvoiceLine.kind == LineKind.PERIOD,
            Invoice.status == InvoiceStatus.OPEN,
        )
        .order_by(col(Invoice.id))
    )
    return work.session.exec(billed).first()
