"""By what revenue is booked: the family of the plan that a line was for."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlmodel import col, exists, select

from ezscale.billing import ledger
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import InvoiceLine, LedgerEntry, Plan, Posting, SubscriptionItem

Earned = dict[str, Money]


def plan_families(work: Work) -> dict[UUID, str]:
    """The family of every plan. Plans are few."""
    return {plan_id: str(family) for plan_id, family in work.session.exec(select(Plan.id, Plan.family))}


def earned_by_family(work: Work, lines: Collection[InvoiceLine]) -> Earned:
    """What lines of an invoice earn, by family."""
    families = _families_of(work, lines)
    return add_by_family((families.get(line.id, ledger.OTHER), line.net) for line in lines)


def earned_as_booked(work: Work, booked_as: str, parts: Collection[tuple[InvoiceLine, Money]]) -> Earned:
    """Parts of what an invoice's lines earned, by the families under which its entry has booked them."""
    if _was_booked_before_families(work, booked_as):
        return add_by_family((ledger.SERVICES, net) for _, net in parts)
    families = _families_of(work, [line for line, _ in parts])
    return add_by_family((families.get(line.id, ledger.OTHER), net) for line, net in parts)


def add_by_family(parts: Iterable[tuple[str, Money]]) -> Earned:
    """Sums, one for each family."""
    earned: Earned = {}
    for family, net in parts:
        before = earned.get(family)
        earned[family] = before + net if before is not None else net
    return earned


def _families_of(work: Work, lines: Collection[InvoiceLine]) -> dict[UUID, str]:
    """By line; those that are for no plan are left out."""
    families = (
        select(SubscriptionItem.id, Plan.family)
        .join(Plan, col(Plan.id) == SubscriptionItem.plan_id)
        .where(col(SubscriptionItem.id).in_({line.item_id for line in lines if line.item_id}))
    )
    by_item = {item_id: str(family) for item_id, family in work.session.exec(families)}
    return {line.id: by_item[line.item_id] for line in lines if line.item_id}


def _was_booked_before_families(work: Work, booked_as: str) -> bool:
    services = exists().where(
        col(LedgerEntry.once_key) == booked_as,
        col(Posting.entry_id) == col(LedgerEntry.id),
        col(Posting.account) == ledger.revenue(ledger.SERVICES),
    )
    return work.session.exec(select(services)).one()
