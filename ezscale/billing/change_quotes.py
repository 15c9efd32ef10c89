"""What a change of a subscription would cost: kept, and shown line by line exactly as it will be charged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from ezscale.accounts.permissions import CHANGE_SERVICES, MANAGE_SUBSCRIPTIONS
from ezscale.billing.change_lines import to_plain
from ezscale.billing.change_wishes import Agreed, ChangeWish, Difference, difference, plain_agreement, times
from ezscale.billing.days import day_of, midnight, zone_of
from ezscale.billing.lines import Position, PricedLine, add_up, discount_on
from ezscale.billing.paid_days import PaidDays, as_if_called_off, paid_ahead, refuse_unpaid
from ezscale.billing.periods import add_months
from ezscale.billing.pricing import taxes_of
from ezscale.billing.proration import (
    ChangeRules,
    Part,
    Point,
    Proration,
    Span,
    cycle_price,
    give_back,
    part_left,
    part_of,
    span_of,
    whole_days,
)
from ezscale.billing.recurring import discount_of, monthly_net
from ezscale.billing.subscriptions import (
    cancellation_of,
    items_of,
    pending_change_of,
    state_of,
    subscription_to_change,
)
from ezscale.company.rules import rules
from ezscale.kit.errors import BusinessError, NotAllowed, NotSignedIn
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Customer, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.subscription import ItemKind, SubscriptionStatus

REFUSALS = {
    SubscriptionStatus.PAST_DUE: "Please pay what is overdue first.",
    SubscriptionStatus.PAUSED: "This subscription stands still. Let it go on first.",
    SubscriptionStatus.ENDED: "This subscription has ended.",
}


def quote_change(work: Work, subscription_id: UUID, wish: ChangeWish) -> SubscriptionChange:
    """The price of a change today, kept for as long as it holds. Invalid, on its field, for what cannot be had.

    BusinessError, in words, for a subscription that cannot change now. Nothing of the subscription changes.
    """
    require_changing(work)
    subscription = subscription_to_change(work, subscription_id)
    customer = work.session.get_one(Customer, subscription.customer_id)
    refuse_unchangeable(work, subscription)
    decided, point = rules(work, ChangeRules), point_of(work, customer)
    items = items_of(work, subscription.id)
    paid = paid_ahead(work, items, point.day)
    open_from = refuse_unpaid(work, items, point.day)
    items = as_if_called_off(work, items, point.day)
    months = wish.months or subscription.months
    plan = difference(work, subscription, items, wish, months)
    waits = _waits(wish, decided, subscription, plan, months)
    lines = [] if waits else _lines(work, subscription, plan, paid, point, months, decided)
    renewal_day = min(filter(None, (subscription.bill_from, open_from)), default=point.day)
    change = SubscriptionChange(
        subscription_id=subscription.id,
        summary=plan.summary[:300],
        currency=subscription.currency,
        months=months,
        total_minor=add_up(lines, subscription.currency).total.minor,
        renewal_minor=_renewal(work, customer, plan, subscription).minor,
        effective_on=renewal_day if waits else point.day,
        paid_until=None if waits or months == subscription.months else new_cycle(point.day, months).end,
        lines=[to_plain(line) for line in lines],
        items=[plain_agreement(agreed) for agreed in plan.comes],
        ends=[str(item.id) for item in plan.goes],
        state=state_of(subscription, items, [(days.line.id, days.rest.gross) for days in paid]),
        quoted_at=work.now,
        quoted_by=work.actor.name[:120],
        expires_at=min(
            work.now + timedelta(hours=decided.quote_hours), midnight(point.day + timedelta(days=1), point.zone)
        ),
    )
    work.session.add(change)
    work.session.flush()
    return change


def require_changing(work: Work) -> None:
    """Go on only for the customer's owner, for their own, and for staff who manage subscriptions."""
    if not (work.actor.may(CHANGE_SERVICES) or work.actor.may(MANAGE_SUBSCRIPTIONS)):
        raise NotAllowed() if work.actor.is_signed_in else NotSignedIn()


def refuse_unchangeable(work: Work, subscription: Subscription) -> None:
    """Say in words why a subscription cannot change now, if it cannot."""
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise BusinessError(REFUSALS.get(subscription.status, "This subscription has not begun yet."))
    if cancellation_of(work, subscription.id) is not None:
        raise BusinessError("This subscription is cancelled. Take the cancellation back first.")
    if pending_change_of(work, subscription.id) is not None:
        raise BusinessError("Another change waits for its payment or its day. Withdraw it first.")


def point_of(work: Work, customer: Customer) -> Point:
    """Now, where the customer is."""
    return Point(day_of(work, customer), work.now, zone_of(work, customer))


def new_cycle(day: date, months: int) -> Span:
    """A whole cycle that begins on a day."""
    return Span(day, add_months(day, months, day.day))


def _waits(wish: ChangeWish, decided: ChangeRules, subscription: Subscription, plan: Difference, months: int) -> bool:
    """Whether it begins with the next period."""
    if wish.at_renewal or (decided.proration is Proration.NONE and months != subscription.months):
        return True
    before = _monthly([*(agreed.replaces for agreed in plan.comes if agreed.replaces), *plan.goes], subscription.months)
    after = _monthly([agreed.as_item(subscription.id) for agreed in plan.comes], months)
    return decided.downgrade == "renewal" and after < before


def _monthly(items: Sequence[SubscriptionItem], months: int) -> int:
    return sum(monthly_net(item, months).minor for item in items)


def _lines(
    work: Work,
    subscription: Subscription,
    plan: Difference,
    paid: Sequence[PaidDays],
    point: Point,
    months: int,
    decided: ChangeRules,
) -> list[PricedLine]:
    """First what is given back, then what is asked for, in the order of the agreements, then what is paid once."""
    by, customer = decided.proration, work.session.get_one(Customer, subscription.customer_id)
    if by is Proration.NONE:
        return _priced(work, customer, plan, plan.once) if plan.once else []
    gone = {agreed.replaces.id for agreed in plan.comes if agreed.replaces} | {item.id for item in plan.goes}
    back = [line for days in paid if days.item_id in gone and (line := unused(days, point, by)) is not None]
    asked: list[Position] = []
    for agreed in plan.comes:
        item = agreed.as_item(subscription.id)
        if months != subscription.months:
            asked.append(_asked(item, new_cycle(point.day, months), Part(1, 1), discount_of(item)))
            continue
        for days in _frames(paid, agreed):
            part = part_left(days.span, whole_days(days.line), point, by)
            taken_off = _still_off(item, agreed.replaces, paid, days)
            if part.share:
                asked.append(_asked(item, days.span.after(point.day), part, taken_off))
    lines = _priced(work, customer, plan, [*asked, *plan.once]) if asked or plan.once else []
    if decided.below_zero == "nothing":
        back = _no_more_than(back, lines, subscription.currency)
    return [*back, *lines]


def _frames(paid: Sequence[PaidDays], agreed: Agreed) -> list[PaidDays]:
    """The days for which a new agreement is paid now: those that are paid for what it replaces, or for the plan."""
    own = [days for days in paid if agreed.replaces is not None and days.item_id == agreed.replaces.id]
    return own or [days for days in paid if days.kind is ItemKind.PLAN]


def unused(days: PaidDays, point: Point, by: Proration) -> PricedLine | None:
    """The line that gives back what is left of paid days; None where that is nothing."""
    if by is Proration.NONE:
        return None
    length = span_of(days.line).days
    part = part_left(days.span, length, point, by)
    line = give_back(days.invoice, days.rest, days.span.after(point.day), Part(min(part.share, part.of), part.of))
    return line if line.gross else None


def _asked(item: SubscriptionItem, span: Span, part: Part, discount: Money) -> Position:
    whole = Position(times(item.quantity, item.description), cycle_price(item), discount, item.id, span.start, span.end)
    return part_of(whole, part, cycle_price(item), discount)


def _still_off(
    item: SubscriptionItem, replaced: SubscriptionItem | None, paid: Sequence[PaidDays], frame: PaidDays
) -> Money:
    """What a coupon takes off the days that are left: it goes on where the days that are given back had it."""
    had_it = any(
        days.line.discount_minor
        for days in paid
        if replaced is not None and days.item_id == replaced.id and days.span.end == frame.span.end
    )
    return discount_on(cycle_price(item), item.discount_percent, item.discount_minor) if had_it else frame.nothing


def _no_more_than(back: list[PricedLine], asked: Sequence[PricedLine], currency: str) -> list[PricedLine]:
    """What is given back, cut to what is asked for, where a seller keeps the rest."""
    given, wanted = -add_up(back, currency).total, add_up(asked, currency).total
    if given <= wanted:
        return back
    return [_cut(line, Fraction(wanted.minor, given.minor)) for line in back] if wanted else []


def _cut(line: PricedLine, part: Fraction) -> PricedLine:
    parts = tuple(replace(tax, amount=tax.amount.share(part)) for tax in line.parts)
    net = line.net.share(part)
    taxed = total((tax.amount for tax in parts), net.currency)
    price = net + taxed if line.decision.inclusive else net
    return PricedLine(replace(line.position, price=price), net, parts, line.decision)


def _renewal(work: Work, customer: Customer, plan: Difference, subscription: Subscription) -> Money:
    after = [*plan.stays, *(agreed.as_item(subscription.id) for agreed in plan.comes)]
    positions = [Position(item.description, item.price, discount_of(item), quantity=item.quantity) for item in after]
    return add_up(_priced(work, customer, plan, positions), subscription.currency).total


def _priced(work: Work, customer: Customer, plan: Difference, positions: Sequence[Position]) -> list[PricedLine]:
    """Their prices with the taxes on this family of plans, which no change leaves."""
    taxes = taxes_of(work, [customer])
    plan_ids = [*(agreed.terms["plan_id"] for agreed in plan.comes), *(item.plan_id for item in plan.stays)]
    family = taxes.category(plan_ids[0] if plan_ids else None)
    return taxes.price(customer, [replace(position, category=family) for position in positions])
