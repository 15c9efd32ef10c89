"""What a customer is asked for: positions with the taxes that this customer owes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.lines import Position, PricedLine, Rounding, price_lines
from ezscale.billing.tax import TaxDecision
from ezscale.billing.tax_book import Buyer, TaxBook
from ezscale.billing.tax_rates import tax_book
from ezscale.billing.tax_standing import NOBODY, Known, Standing, buyer, standings
from ezscale.kit.work import Work
from ezscale.models import Customer, Plan
from ezscale.models.invoice import LineKind

UNTAXED_FEE = TaxDecision(label="No tax")


@dataclass(frozen=True, slots=True)
class Taxes:
    """The taxes of some customers, with all that was read for them once."""

    book: TaxBook
    today: date
    buyers: Mapping[UUID, Buyer]
    standings: Mapping[UUID, Standing] = field(default_factory=dict)
    families: Mapping[UUID, str] = field(default_factory=dict)

    def of(self, who: Known, day: date | None = None, category: str = "") -> TaxDecision:
        """What a sale to one of them carries, on the day of the supply. NoRate where nobody knows."""
        return self.book.decide(self.buyers[who.id], day or self.today, category)

    def of_each(self, who: Known, day: date, categories: Sequence[str]) -> TaxDecision | tuple[TaxDecision, ...]:
        """The same for several things: one decision where categories make no difference, or one for each."""
        if not self.book.has_categories:
            return self.of(who, day)
        return tuple([self.of(who, day, category) for category in categories])

    def category(self, plan_id: UUID | None) -> str:
        """The family of a plan; read only where some place has a rate of its own for one."""
        return self.families.get(plan_id, "") if plan_id else ""

    def price(self, who: Known, positions: Sequence[Position]) -> list[PricedLine]:
        """The lines of an invoice to one of them. A period is taxed as on the day on which it begins."""
        return price_lines(positions, [self.on(who, each) for each in positions], self.book.rules.rounding)

    def price_together(self, who: Known, parts: Sequence[Sequence[PricedLine]]) -> Sequence[Sequence[PricedLine]]:
        """The same lines as the parts of one invoice: what is rounded once is so over all of them."""
        if len(parts) < 2 or self.book.rules.rounding is Rounding.LINE:
            return parts
        priced = iter(self.price(who, [line.position for part in parts for line in part]))
        return [list(islice(priced, len(part))) for part in parts]

    def on(self, who: Known, position: Position) -> TaxDecision:
        """What one position carries. A late fee is compensation unless the house has decided that it is a sale."""
        if position.kind is LineKind.LATE_FEE and not self.book.rules.tax_late_fees:
            return UNTAXED_FEE
        return self.of(who, position.period_start, position.category)


def taxes_of(work: Work, customers: Collection[Known]) -> Taxes:
    """The taxes of these customers: a few queries, however many they are."""
    book, known = tax_book(work), standings(work, customers)
    buyers = {who.id: buyer(who, known.get(who.id, NOBODY), book.rules, work.now) for who in customers}
    families = dict(work.session.exec(select(Plan.id, col(Plan.family))).all()) if book.has_categories else {}
    return Taxes(book, work.today, buyers, known, {plan_id: family.value for plan_id, family in families.items()})


def tax_for(work: Work, customer: Customer, category: str = "") -> TaxDecision:
    """Which taxes a sale to a customer carries today."""
    return taxes_of(work, [customer]).of(customer, category=category)


def price_for(work: Work, customer: Customer, positions: Sequence[Position]) -> list[PricedLine]:
    """The lines of an invoice to a customer."""
    return taxes_of(work, [customer]).price(customer, positions)
