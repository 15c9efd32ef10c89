"""Subscriptions: starting, falling behind, catching up, ending."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_SERVICES
from ezscale.billing.days import day_of
from ezscale.billing.events import SubscriptionEnded
from ezscale.billing.first_periods import aligned_until
from ezscale.billing.periods import add_months
from ezscale.billing.recurring import ENDED, NEW, monthly_net, movement
from ezscale.kit.actor import Actor
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import (
    Cancellation,
    Customer,
    Invoice,
    InvoiceLine,
    RevenueMovement,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.models.subscription import UNSTARTED, SubscriptionStatus


def visible_subscriptions(actor: Actor) -> SelectOfScalar[Subscription]:
    """A customer's own, or all of them for staff; none for a delegate, whose services somebody else pays for."""
    if actor.may(SEE_EVERYTHING):
        return select(Subscription)
    if not actor.may(SEE_SERVICES) or actor.customer_id is None or actor.services is not None:
        return select(Subscription).where(false())
    return select(Subscription).where(Subscription.customer_id == actor.customer_id)


def subscription_of_item(work: Work, item_id: UUID) -> Subscription:
    """What bills an item; NotFound when it is not the actor's to see."""
    found = work.session.exec(
        visible_subscriptions(work.actor)
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .where(SubscriptionItem.id == item_id)
    ).first()
    if found is None:
        raise NotFound("We could not find this subscription.")
    return found


def subscription(work: Work, subscription_id: UUID) -> Subscription:
    """One subscription; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_subscriptions(work.actor).where(Subscription.id == subscription_id)).first()
    if found is None:
        raise NotFound("We could not find this subscription.")
    return found


def subscription_to_change(work: Work, subscription_id: UUID) -> Subscription:
    """The same, locked until the transaction ends and read afresh."""
    locked = visible_subscriptions(work.actor).where(Subscription.id == subscription_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this subscription.")
    return found


def cancellation_of(work: Work, subscription_id: UUID) -> Cancellation | None:
    """The standing wish to stop, if there is one."""
    standing = select(Cancellation).where(
        Cancellation.subscription_id == subscription_id, col(Cancellation.withdrawn_at).is_(None)
    )
    return work.session.exec(standing).first()


def pending_change_of(work: Work, subscription_id: UUID) -> SubscriptionChange | None:
    """The change that waits for its money or its day, if there is one."""
    waiting = select(SubscriptionChange).where(SubscriptionChange.live_for == subscription_id)
    return work.session.exec(waiting).first()


def state_of(subscription: Subscription, items: Sequence[SubscriptionItem], paid: Sequence[tuple[UUID, Money]]) -> str:
    """What a quote goes by, as one word: it is another one when anything of it has changed.

    `paid` are the lines that are paid ahead, each with what credit notes have left of it.
    """
    facts = (subscription.status.value, subscription.bill_from, subscription.months, subscription.anchor_day)
    lines = [(line_id.hex, left.minor) for line_id, left in paid]
    return sha256(repr((facts, [item.id.hex for item in items], lines)).encode()).hexdigest()


def subscriptions_on(work: Work, invoice_id: UUID) -> list[Subscription]:
    """What an invoice bills."""
    return list(work.session.exec(BILLED_ON, params={"invoice_id": invoice_id}))


def awaiting_payment(work: Work, invoice_id: UUID) -> list[Subscription]:
    """What an invoice bills and its money changes: what has not begun, or is behind."""
    return list(work.session.exec(AWAITING, params={"invoice_id": invoice_id}))


BILLED_ON = (
    select(Subscription)
    .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
    .join(InvoiceLine, col(InvoiceLine.item_id) == SubscriptionItem.id)
    .where(InvoiceLine.invoice_id == bindparam("invoice_id"))
    .distinct()
)
AWAITING = BILLED_ON.where(col(Subscription.status).in_((*UNSTARTED, SubscriptionStatus.PAST_DUE)))


def items_of(work: Work, subscription_id: UUID) -> list[SubscriptionItem]:
    """What a subscription consists of now."""
    held = select(SubscriptionItem).where(
        SubscriptionItem.subscription_id == subscription_id, col(SubscriptionItem.ended_on).is_(None)
    )
    return list(work.session.exec(held.order_by(col(SubscriptionItem.id))))


def start_subscriptions(work: Work, subscriptions: Iterable[Subscription]) -> None:
    """Their first invoice is paid: they run from today and count as recurring revenue."""
    for subscription in subscriptions:
        if subscription.status not in UNSTARTED:
            continue
        today = day_of(work, work.session.get_one(Customer, subscription.customer_id))
        subscription.start(today, add_months(today, subscription.months, today.day))
        work.session.add(subscription)
        items = items_of(work, subscription.id)
        if (until := aligned_until(_first_lines(work, items))) is not None:
            subscription.renew_on(until)
        for item in items:
            item.begin(today)
            _note(work, movement(NEW, item, subscription.id, work.today, monthly_net(item, subscription.months)))


def let_expire(work: Work, order_id: UUID) -> list[Subscription]:
    """The order was not paid in time: what it asked for is no longer about to start. One that has started stays."""
    asked_for = select(Subscription).where(
        Subscription.order_id == order_id, Subscription.status == SubscriptionStatus.PENDING
    )
    unpaid = list(work.session.exec(asked_for.with_for_update().execution_options(populate_existing=True)))
    for subscription in unpaid:
        subscription.expire()
        work.session.add(subscription)
    return unpaid


def catch_up(work: Work, billed: Iterable[Subscription]) -> None:
    """What billed these is paid or voided: those without another overdue invoice are active again."""
    for subscription in billed:
        if subscription.status is SubscriptionStatus.PAST_DUE and not overdue_invoices(work, subscription.id):
            subscription.catch_up()
            work.session.add(subscription)


def overdue_invoices(work: Work, subscription_id: UUID) -> list[Invoice]:
    """Issued, unpaid and past their day, oldest first."""
    billing_it = (
        select(InvoiceLine.invoice_id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(SubscriptionItem.subscription_id == subscription_id)
    )
    overdue = select(Invoice).where(
        col(Invoice.id).in_(billing_it),
        Invoice.status == InvoiceStatus.OPEN,
        Invoice.origin != InvoiceOrigin.CHANGE,  # a change that nobody pays is dropped: nothing is owed for it
        col(Invoice.due_on) < work.today,
    )
    return list(work.session.exec(overdue.order_by(col(Invoice.due_on))))


def end_subscription(work: Work, subscription: Subscription) -> None:
    """Never billed again; its recurring revenue is gone from today, and what it paid for is taken down."""
    if subscription.status is SubscriptionStatus.ENDED:
        return
    earning = subscription.status not in UNSTARTED
    subscription.end(work.today)
    work.session.add(subscription)
    if earning:
        for item in items_of(work, subscription.id):
            _note(work, movement(ENDED, item, subscription.id, work.today, -monthly_net(item, subscription.months)))
    work.emit(SubscriptionEnded(subscription.id, subscription.customer_id))


def _first_lines(work: Work, items: Sequence[SubscriptionItem]) -> list[InvoiceLine]:
    """What was billed of something that begins only now."""
    billed = select(InvoiceLine).where(
        col(InvoiceLine.item_id).in_([item.id for item in items]), InvoiceLine.kind == LineKind.PERIOD
    )
    return list(work.session.exec(billed))


def _note(work: Work, values: dict[str, Any]) -> None:
    """Write down a change of recurring revenue."""
    work.session.add(RevenueMovement(**values))
