"""What will be billed next, as it looks today."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.customers import visible_customers
from ezscale.billing.lines import add_up
from ezscale.billing.renewals import BILLED, Due, renewal_lines
from ezscale.billing.seller import seller
from ezscale.billing.subscriptions import visible_subscriptions
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Cancellation, Customer, Subscription, SubscriptionItem

PAGE = 50


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next period of a subscription that no invoice covers yet, and what it will cost, tax included."""

    item_ids: tuple[UUID, ...]
    description: str
    months: int
    starts_on: date
    total: Money
    ends_on: date | None


def upcoming(work: Work, customer_id: UUID | None = None, limit: int = PAGE) -> list[Upcoming]:
    """Soonest first. `ends_on` is the day of a standing cancellation: what begins on it or later is never billed."""
    running = _running().where(col(Subscription.id).in_(_visible_ids(work))).limit(limit)
    if customer_id is not None:
        running = running.where(Subscription.customer_id == customer_id)
    return _priced(work, running)


def upcoming_of_item(work: Work, item_id: UUID) -> Upcoming | None:
    """The same for one subscription item; None when it is not billed any more, or not yet."""
    of_item = select(SubscriptionItem.subscription_id).where(SubscriptionItem.id == item_id)
    running = _running().where(col(Subscription.id).in_(_visible_ids(work)), col(Subscription.id).in_(of_item))
    return next(iter(_priced(work, running)), None)
