"""Subscriptions to look through: whose, for what, and what waits."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import and_, col, or_

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.subscriptions import visible_subscriptions
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Plan, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.subscription import ItemKind, SubscriptionStatus

PAGE = 25
CHANGING = "changing"  # a change waits for its money or its day


@dataclass(frozen=True, slots=True)
class Listed:
    """A subscription with whose it is, which plan it has, and what waits."""

    subscription: Subscription
    customer: Customer
    plan: Plan
    change: SubscriptionChange | None


def subscriptions(
    work: Work,
    *,
    status: str = "",
    words: str = "",
    plan: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    descending: bool = True,
) -> list[Listed]:
    """Newest first, in one query. `words` is looked for in number, customer and plan. Staff only.

    `status` may also be CHANGING; `plan` is the name of one in addresses.
    """
    work.actor.require(SEE_EVERYTHING)
    found = (
        visible_subscriptions(work.actor)
        .join(Customer, col(Customer.id) == Subscription.customer_id)
        .join(
            SubscriptionItem,
            and_(
                SubscriptionItem.subscription_id == Subscription.id,
                SubscriptionItem.kind == ItemKind.PLAN,
                col(SubscriptionItem.ended_on).is_(None),
            ),
        )
        .join(Plan, col(Plan.id) == SubscriptionItem.plan_id)
        .outerjoin(SubscriptionChange, col(SubscriptionChange.live_for) == Subscription.id)
    )
    if status == CHANGING:
        found = found.where(col(SubscriptionChange.id).is_not(None))
    elif status in list(SubscriptionStatus):
        found = found.where(Subscription.status == SubscriptionStatus(status))
    if plan:
        found = found.where(Plan.slug == plan)
    if words := words.strip()[:100]:
        columns = (Subscription.number, Customer.name, Customer.company, Customer.number, Plan.name, Plan.slug)
        found = found.where(or_(*(col(column).icontains(words, autoescape=True) for column in columns)))
    page = page_of(found, col(Subscription.id), before=before, limit=limit, descending=descending)
    return [Listed(*row) for row in work.session.execute(page.add_columns(Customer, Plan, SubscriptionChange))]
