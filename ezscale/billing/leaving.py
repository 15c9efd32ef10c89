"""Why customers go: what they answered when they cancelled, counted and one by one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Cancellation, Customer, Subscription
from ezscale.models.subscription import LeavingReason

PAGE = 25
WITH_WORDS = "words"  # those who also wrote something


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody who goes, or went, and what they said."""

    cancellation: Cancellation
    subscription: Subscription
    customer: Customer


def leaving_reasons(work: Work, since: date) -> dict[LeavingReason, int]:
    """Why customers go, by how many said so since a day; those who stayed after all do not count. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    said = (
        select(Cancellation.reason_code, func.count(col(Cancellation.id)))
        .where(col(Cancellation.withdrawn_at).is_(None), col(Cancellation.effective_on) >= since)
        .group_by(col(Cancellation.reason_code))
    )
    counted = [(LeavingReason(code), int(number)) for code, number in work.session.exec(said)]
    return dict(sorted(counted, key=lambda pair: -pair[1]))


def leavings(
    work: Work,
    *,
    status: str = "",
    words: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    descending: bool = True,
) -> list[Leaving]:
    """Who went, newest first; those who stayed after all are not among them. Staff only.

    `status` is a reason, or WITH_WORDS; `words` is looked for in the customer's names and in what they wrote.
    """
    work.actor.require(SEE_EVERYTHING)
    found = (
        select(Cancellation)
        .join(Subscription, col(Subscription.id) == Cancellation.subscription_id)
        .join(Customer, col(Customer.id) == Subscription.customer_id)
        .where(col(Cancellation.withdrawn_at).is_(None))
    )
    if status == WITH_WORDS:
        found = found.where(Cancellation.reason != "")
    elif status in list(LeavingReason):
        found = found.where(Cancellation.reason_code == LeavingReason(status))
    if words := words.strip()[:100]:
        columns = (Subscription.number, Customer.name, Customer.company, Customer.number, Cancellation.reason)
        found = found.where(or_(*(col(column).icontains(words, autoescape=True) for column in columns)))
    page = page_of(found, col(Cancellation.id), before=before, limit=limit, descending=descending)
    return [Leaving(*row) for row in work.session.execute(page.add_columns(Subscription, Customer))]
