"""Agreements: an item never says anything else than it did. What is agreed anew is another item in its place.

Whoever replaces an item holds the lock of its subscription, so that no two do it at once and no renewal bills half of it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlmodel import select

from ezscale.billing.recurring import ENDED, NEW, monthly_net, movement
from ezscale.kit.ids import new_id
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
    changed = [(new, after - before)] if old.plan_id == new.plan_id else [(old, -before), (new, after)]
    rows = [movement(because, item, new.subscription_id, today, monthly) for item, monthly in changed if monthly]
    for row in rows:
        if row["plan_id"] != new.plan_id:
            row["once_key"] = f"{because}_from:{old.id.hex}"  # what came by a change may leave by another
    return rows


def prepare_item(work: Work, **terms: Any) -> SubscriptionItem:
    """An agreement that does not hold yet, so that an invoice can name it; nothing bills it until it is put in force."""
    item = SubscriptionItem(**terms, ended_on=work.today)
    work.session.add(item)
    work.session.flush()
    return item


def put_in_force(work: Work, item: SubscriptionItem, day: date, cycles: tuple[int, int]) -> None:
    """A prepared agreement holds from this day on; what it replaces ends, and the service runs for it.

    `cycles` are the months that the subscription was billed for until now, and from now on.
    """
    item.begin(day)
    work.session.add(item)
    if item.replaces_id is None:
        gained = [movement(NEW, item, item.subscription_id, work.today, monthly_net(item, cycles[1]))]
        rows = [row for row in gained if row["monthly_minor"]]
    else:
        replaced = work.session.get_one(SubscriptionItem, item.replaces_id)
        rows = list(movements(CHANGE, replaced, item, cycles, work.today))
        replaced.end(day)
        work.session.add(replaced)
        work.session.flush()
        _hand_over(work, replaced, item)
    work.session.add_all(RevenueMovement(**row) for row in rows)


def end_item(work: Work, item: SubscriptionItem, day: date, months: int) -> None:
    """It is not part of its subscription any more, and nothing takes its place."""
    item.end(day)
    work.session.add(item)
    if earned := monthly_net(item, months):
        work.session.add(RevenueMovement(**movement(ENDED, item, item.subscription_id, work.today, -earned)))


def _hand_over(work: Work, old: SubscriptionItem, new: SubscriptionItem) -> None:
    """The service that the old item paid for is paid for by the new one.

    Only these columns of a service are ours: they say what pays for it, and so what it is to be. Provisioning cannot be asked, being a room beside
    this one, and must not be told later: between the two moments nobody would pay for the server.
    """
    paid_for = work.session.exec(select(Service).where(Service.item_id == old.id).with_for_update()).first()
    if paid_for is not None:
        paid_for.follow(new.id, new.plan_id)
        work.session.add(paid_for)
        work.session.flush()
