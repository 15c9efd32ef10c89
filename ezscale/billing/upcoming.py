"""What will be billed next, as it looks today."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import and_, col, select

from ezscale.accounts.permissions import SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.bills import next_bill
from ezscale.billing.due import Due
from ezscale.billing.price_changes import Announced, announced_prices
from ezscale.billing.pricing import Taxes, taxes_of
from ezscale.billing.renewals import BILLED
from ezscale.billing.subscriptions import visible_subscriptions
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Cancellation, Customer, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.subscription import ChangeStatus

PAGE = 50


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next period of a subscription that no invoice covers yet, and its price, tax included.

    A change that waits for that period counts already. `ends_on` is the day of a standing cancellation: what would begin on it, or later, is never billed.
    """

    item_ids: tuple[UUID, ...]
    description: str
    months: int
    starts_on: date
    total: Money
    ends_on: date | None

    @property
    def will_be_billed(self) -> bool:
        """No cancellation comes before it."""
        return self.ends_on is None or self.ends_on > self.starts_on


def upcoming(work: Work, *, item_id: UUID | None = None, limit: int = PAGE) -> list[Upcoming]:
    """Soonest first: of one's own subscriptions, or of the one that an item belongs to. A few queries.

    Nothing for whoever may not see what things cost.
    """
    if not (work.actor.may(SEE_BILLING) or work.actor.may(SEE_EVERYTHING)):
        return []
    running = (
        visible_subscriptions(work.actor)
        .where(col(Subscription.status).in_(BILLED), col(Subscription.bill_from).is_not(None))
        .join(Customer, col(Customer.id) == Subscription.customer_id)
        .outerjoin(
            Cancellation,
            and_(Cancellation.subscription_id == Subscription.id, col(Cancellation.withdrawn_at).is_(None)),
        )
        .outerjoin(
            SubscriptionChange,
            and_(SubscriptionChange.live_for == Subscription.id, SubscriptionChange.status == ChangeStatus.SCHEDULED),
        )
        .add_columns(Customer, Cancellation, SubscriptionChange)
    )
    if item_id is not None:
        of_item = select(SubscriptionItem.subscription_id).where(SubscriptionItem.id == item_id)
        running = running.where(col(Subscription.id).in_(of_item))
    rows = work.session.execute(running.order_by(col(Subscription.bill_from), col(Subscription.id)).limit(limit)).all()
    items = _items(work, [subscription.id for subscription, *_ in rows])
    announced = announced_prices(work, [item.id for held in items.values() for item in held])
    taxes = taxes_of(work, [customer for _, customer, *_ in rows])
    return [
        _next_period(
            Due(subscription, customer, _as_agreed(subscription, items, announced)), cancellation, change, taxes
        )
        for subscription, customer, cancellation, change in rows
    ]


def _items(work: Work, subscription_ids: list[UUID]) -> dict[UUID, list[SubscriptionItem]]:
    items: dict[UUID, list[SubscriptionItem]] = {subscription_id: [] for subscription_id in subscription_ids}
    wanted = select(SubscriptionItem).where(
        col(SubscriptionItem.subscription_id).in_(subscription_ids), col(SubscriptionItem.ended_on).is_(None)
    )
    for item in work.session.exec(wanted.order_by(col(SubscriptionItem.id))):
        items[item.subscription_id].append(item)
    return items


def _as_agreed(
    subscription: Subscription, items: dict[UUID, list[SubscriptionItem]], announced: dict[UUID, Announced]
) -> list[SubscriptionItem]:
    """The items as they will be when the next period is invoiced: a change of price that was announced holds by then."""
    start = subscription.bill_from
    return [
        SubscriptionItem(**{**item.model_dump(), "price_minor": change.price_minor})
        if start and (change := announced.get(item.id)) and change.from_day <= start
        else item
        for item in items[subscription.id]
    ]


def _next_period(
    due: Due, cancellation: Cancellation | None, change: SubscriptionChange | None, taxes: Taxes
) -> Upcoming:
    bill = next_bill(due, taxes, taxes.families)
    return Upcoming(
        item_ids=tuple(item.id for item in due.items),
        description=", ".join(item.description for item in due.items),
        months=change.months if change else due.subscription.months,
        starts_on=bill.start,
        total=change.renewal if change else bill.sums.total,
        ends_on=cancellation.effective_on if cancellation else None,
    )
