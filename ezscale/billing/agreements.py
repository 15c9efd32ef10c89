"""Agreements: an item never says anything else than it did. What is agreed anew is another item in its place.

Whoever replaces an item holds the lock of its subscription, so that no two do it at once and no renewal bills half of it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlmodel import select

from ezscale.billing.recurring import monthly_net, movement
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import RevenueMovement, Service, Subscription, SubscriptionItem
from ezscale.models.subscription import UNSTARTED, SubscriptionStatus

PRICE, CHANGE = "price", "change"  # why an item was replaced, as movements of recurring revenue tell it
AGREED = (
    *("subscription_id", "plan_id", "kind", "option_value_id", "add_on_id", "description", "quantity"),
    *("currency", "price_minor", "discount_percent", "discount_minor", "discount_cycles"),
)


def replace_item(
    work: Work,
    item: SubscriptionItem,
    *,
    because: str = CHANGE,
    from_day: date | None = None,
    months: int | None = None,
    **changes: Any,
) -> SubscriptionItem:
    """An item in place of another from a day on (today): the same but for `changes`. The service follows at once.

    `months` is the cycle that the subscription has from now on, where that changes with it; the caller sets it after
    the last of its items. The change of recurring revenue is written once, and only for what earns.
    """
    subscription = work.session.get_one(Subscription, item.subscription_id)
    day = from_day or work.today
    fresh = SubscriptionItem(**agreed_anew(item, day, changes))
    item.end(day)
    work.session.add_all([item, fresh])
    work.session.flush()
    _hand_over(work, item, fresh)
    if subscription.status not in (*UNSTARTED, SubscriptionStatus.ENDED):
        cycles = (subscription.months, months or subscription.months)
        work.session.add_all(RevenueMovement(**row) for row in movements(because, item, fresh, cycles, work.today))
    return fresh


def agreed_anew(item: SubscriptionItem | Row[Any], day: date, changes: dict[str, Any]) -> dict[str, Any]:
    """The values of an item that takes the place of another on a day. A discount goes on where it was."""
    if unknown := changes.keys() - set(AGREED):
        raise TypeError(f"an item does not agree on {', '.join(sorted(unknown))}")
    kept = {name: getattr(item, name) for name in AGREED}
    return {"id": new_id(), **kept, **changes, "replaces_id": item.id, "began_on": day, "ended_on": None}


def movements(
    because: str,
    old: SubscriptionItem | Row[Any],
    new: SubscriptionItem | Row[Any],
    cycles: tuple[int, int],
    today: date,
) -> Sequence[dict[str, Any]]:
    """What recurring revenue gains or loses by it: one row, or one for each of the plans when the plan is another."""
    before, after = monthly_net(old, cycles[0]), monthly_net(new, cycles[1])
    if old.plan_id == new.plan_id:
        changed = [(new, after - before)]
    else:
        changed = [(old, Money.zero(before.currency) - before), (new, after)]
    return [movement(because, item, new.subscription_id, today, monthly) for item, monthly in changed if monthly]


def _hand_over(work: Work, old: SubscriptionItem, new: SubscriptionItem) -> None:
    """The service that the old item paid for is paid for by the new one.

    Only this column of a service is ours: it says what pays for it. Provisioning cannot be asked, being a room beside
    this one, and must not be told later: between the two moments nobody would pay for the server.
    """
    paid_for = work.session.exec(select(Service).where(Service.item_id == old.id).with_for_update()).first()
    if paid_for is not None:
        paid_for.item_id = new.id
        work.session.add(paid_for)
        work.session.flush()
