"""Cancelling: at the end of what is paid (with changing one's mind until then), or now."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import CANCEL_SERVICES, MANAGE_SUBSCRIPTIONS
from ezscale.billing.cases import open_case
from ezscale.billing.change_quotes import point_of, unused
from ezscale.billing.changes import drop_pending_change
from ezscale.billing.collecting import live_attempt
from ezscale.billing.events import CancellationRequested
from ezscale.billing.giving_back import give_days_back
from ezscale.billing.holds import is_held
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.paid_days import as_house, paid_ahead
from ezscale.billing.pausing import go_on
from ezscale.billing.proration import ChangeRules
from ezscale.billing.subscriptions import (
    cancellation_of,
    end_subscription,
    items_of,
    subscription_of_item,
    subscription_to_change,
    subscriptions_on,
)
from ezscale.company.rules import rules
from ezscale.kit.errors import BusinessError, NotAllowed, NotSignedIn
from ezscale.kit.work import Work
from ezscale.models import Cancellation, Customer, Invoice, InvoiceLine, Subscription, SubscriptionItem
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.models.subscription import UNSTARTED, LeavingReason, SubscriptionStatus


def cancel_at_period_end(
    work: Work, item_id: UUID, reason: str = "", code: LeavingReason = LeavingReason.UNSAID
) -> Cancellation:
    """The subscription of a service ends with the period that is paid; asking twice is asking once."""
    _require_cancelling(work)
    subscription = subscription_of_item(work, item_id)
    if subscription.status is SubscriptionStatus.PAUSED:
        raise BusinessError("This subscription stands still. Let it go on first, or end it now.")
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE):
        raise BusinessError("This service has no running subscription.")
    pending = cancellation_of(work, subscription.id)
    if pending is not None:
        return pending
    drop_pending_change(work, subscription)
    return _cancel(work, subscription, paid_until(work, subscription), reason, code)


def cancel_now(
    work: Work, subscription_id: UUID, reason: str = "", code: LeavingReason = LeavingReason.UNSAID
) -> Cancellation:
    """End it at once: what is unpaid is voided, and the paid days that are left become credit, if the rules say so."""
    _require_cancelling(work)
    subscription = subscription_to_change(work, subscription_id)
    if subscription.status is SubscriptionStatus.ENDED or subscription.status in UNSTARTED:
        raise BusinessError("This service has no running subscription.")
    decided = rules(work, ChangeRules)
    if not decided.cancel_now and not work.actor.may(MANAGE_SUBSCRIPTIONS):
        raise BusinessError("It can be ended with the period that is paid.")
    unpaid = open_invoices_of(work, subscription.id)
    if any(live_attempt(work, invoice_id) is not None for invoice_id in unpaid):
        raise BusinessError("An invoice is being paid right now. Please try again in a while.")
    drop_pending_change(work, subscription)
    if subscription.status is SubscriptionStatus.PAUSED:
        go_on(work, subscription)
    give_up_what_is_unpaid(as_house(work), subscription)
    if decided.credit_on_cancel:
        give_rest_back(work, subscription)
    wish = cancellation_of(work, subscription.id)
    day = point_of(work, work.session.get_one(Customer, subscription.customer_id)).day
    wish = wish or _cancel(work, subscription, day, reason, code)
    wish.happen_now(day)
    work.session.add(wish)
    end_subscription(work, subscription)
    return wish


def give_rest_back(work: Work, subscription: Subscription) -> None:
    """What is paid and not used becomes the customer's credit."""
    customer = work.session.get_one(Customer, subscription.customer_id)
    point, by = point_of(work, customer), rules(work, ChangeRules).proration
    paid = paid_ahead(work, items_of(work, subscription.id), point.day)
    given = [(days, line) for days in paid if (line := unused(days, point, by)) is not None]
    give_days_back(work, given, f"Unused days of {subscription.number}")


def keep_subscription(work: Work, item_id: UUID) -> None:
    """The customer changed their mind in time: it renews as if nothing had been said."""
    _require_cancelling(work)
    subscription = subscription_of_item(work, item_id)
    pending = cancellation_of(work, subscription.id)
    if pending is None or subscription.status is SubscriptionStatus.ENDED:
        raise BusinessError("There is no cancellation to take back.")
    pending.withdraw(work.now)
    work.session.add(pending)


def paid_until(work: Work, subscription: Subscription) -> date:
    """The day up to which a subscription is paid (days that were given count), today at the earliest."""
    today = point_of(work, work.session.get_one(Customer, subscription.customer_id)).day
    unpaid = (
        select(func.min(col(InvoiceLine.period_start)))
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            SubscriptionItem.subscription_id == subscription.id,
            InvoiceLine.kind == LineKind.PERIOD,
            Invoice.origin != InvoiceOrigin.CHANGE,
            col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
        )
    )
    first_unpaid = work.session.exec(unpaid).one() or subscription.bill_from or today
    return max(first_unpaid, today)


def subscriptions_to_end(work: Work, after: UUID | None, limit: int) -> list[UUID]:
    """Those whose day has come, in the order of their ids; `after` is the last of the block before."""
    due = _ending(work, work.today + timedelta(days=1))  # it is that day already for some
    if after is not None:
        due = due.where(col(Subscription.id) > after)
    return list(work.session.exec(due.order_by(col(Subscription.id)).limit(limit)))


def endings_due(work: Work) -> dict[str, int]:
    """About how many subscriptions are to end now."""
    return {"ended": work.session.exec(select(func.count()).select_from(_ending(work, work.today).subquery())).one()}


def end_as_wished(work: Work, subscription_id: UUID) -> bool:
    """The cancellation's day has come: what is unpaid is voided, and the subscription ends.

    False when it does not end yet, because the customer has changed their mind or paid for more since.
    """
    subscription = work.session.get_one(Subscription, subscription_id, with_for_update=True)
    wish = cancellation_of(work, subscription_id)
    today = point_of(work, work.session.get_one(Customer, subscription.customer_id)).day
    if wish is None or wish.effective_on > today:
        return False
    wish.effective_on = paid_until(work, subscription)
    if wish.effective_on > today:
        return False
    give_up_what_is_unpaid(work, subscription)
    end_subscription(work, subscription)
    return True


def give_up_what_is_unpaid(work: Work, subscription: Subscription) -> None:
    """Void the open invoices of a subscription that ends.

    One that bills others, too, is voided with the last of them; while others stay, a person credits its part.
    """
    for invoice_id in open_invoices_of(work, subscription.id):
        billed = [each for each in subscriptions_on(work, invoice_id) if each.id != subscription.id]
        others = [each for each in billed if each.status is not SubscriptionStatus.ENDED]
        if not others:
            void_invoice(work, invoice_id)
        elif not all(_leaves_today(work, each) for each in others):
            number = work.session.get_one(Invoice, invoice_id).number or ""
            facts = {"invoice": number, "subscription": subscription.number, "ended": work.today.isoformat()}
            about = f"{invoice_id.hex}:{subscription.id.hex}"
            open_case(work, "part_of_invoice_ended", about, subscription.customer_id, facts)


def open_invoices_of(work: Work, subscription_id: UUID) -> list[UUID]:
    """What a subscription has not paid."""
    unpaid = (
        select(Invoice.id)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(
            SubscriptionItem.subscription_id == subscription_id,
            Invoice.status == InvoiceStatus.OPEN,
        )
        .distinct()
    )
    return list(work.session.exec(unpaid))


def _require_cancelling(work: Work) -> None:
    if not (work.actor.may(CANCEL_SERVICES) or work.actor.may(MANAGE_SUBSCRIPTIONS)):
        raise NotAllowed() if work.actor.is_signed_in else NotSignedIn()


def _cancel(work: Work, subscription: Subscription, day: date, reason: str, code: LeavingReason) -> Cancellation:
    cancellation = Cancellation(
        subscription_id=subscription.id,
        requested_at=work.now,
        requested_by=work.actor.name[:120],
        effective_on=day,
        reason=reason.strip()[:500],
        reason_code=code,
    )
    work.session.add(cancellation)
    work.session.flush()
    work.emit(CancellationRequested(subscription.id, subscription.customer_id, cancellation.id))
    return cancellation


def _leaves_today(work: Work, subscription: Subscription) -> bool:
    wish = cancellation_of(work, subscription.id)
    today = point_of(work, work.session.get_one(Customer, subscription.customer_id)).day
    return wish is not None and wish.effective_on <= today


def _ending(work: Work, by: date) -> SelectOfScalar[UUID]:
    return (
        select(Subscription.id)
        .join(Cancellation, col(Cancellation.subscription_id) == Subscription.id)
        .where(
            col(Cancellation.withdrawn_at).is_(None),
            Cancellation.effective_on <= by,
            Subscription.status != SubscriptionStatus.ENDED,
            ~is_held(Deed.END, work.today),
        )
    )
