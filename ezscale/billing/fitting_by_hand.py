"""Options and add-ons that a panel does not set by itself: a person hears what is to be made from what."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.cases import open_case
from ezscale.billing.change_wishes import times
from ezscale.billing.subscriptions import items_of
from ezscale.kit.work import Work
from ezscale.models import Service, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.subscription import ItemKind


def ask_for_resize(
    work: Work, change_id: UUID, done_by_itself: Callable[[UUID, Collection[SubscriptionItem]], bool]
) -> None:
    """Where a panel does not set options and add-ons by itself, a person hears what is to be made from what.

    `done_by_itself` is asked of a service, and of what beside its plan came or went. Not for another plan or cycle alone.
    """
    done = work.session.get_one(SubscriptionChange, change_id)
    subscription = work.session.get_one(Subscription, done.subscription_id)
    items = items_of(work, subscription.id)
    before = [work.session.get_one(SubscriptionItem, UUID(item_id)) for item_id in _replaced_ids(done)]
    served = select(Service).where(col(Service.item_id).in_([item.id for item in items]))
    service = work.session.exec(served).first()
    after = [item for item in items if str(item.id) in {terms["id"] for terms in done.items}]
    if service is None or _fittings(before) == _fittings(after):
        return
    other = _fittings(before) ^ _fittings(after)
    if done_by_itself(service.id, [item for item in (*before, *after) if _fittings([item]) & other]):
        return
    facts = {
        "service": service.number,
        "subscription": subscription.number,
        "from": _in_words(before),
        "to": _in_words(after),
    }
    open_case(work, "resize_by_hand", done.id.hex, subscription.customer_id, facts)


def _replaced_ids(done: SubscriptionChange) -> list[str]:
    return [*(terms["replaces_id"] for terms in done.items if terms["replaces_id"]), *done.ends]


def _fittings(items: list[SubscriptionItem]) -> set[tuple[UUID | None, UUID | None, int]]:
    beside = (item for item in items if item.kind is not ItemKind.PLAN)
    return {(item.option_value_id, item.add_on_id, item.quantity) for item in beside}


def _in_words(items: list[SubscriptionItem]) -> str:
    return ", ".join(times(item.quantity, item.description) for item in items)[:400] or "nothing more"
