"""What the next period of a subscription asks for, worked out once for all subscriptions that are alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from ezscale.billing import ledger
from ezscale.billing.due import Due, DueItem
from ezscale.billing.earnings import add_by_family
from ezscale.billing.invoicing import line_values
from ezscale.billing.lines import Position, PricedLine, Rounding, Sums, add_up, price_lines, taxes_by_place
from ezscale.billing.periods import add_months
from ezscale.billing.pricing import Taxes
from ezscale.billing.recurring import discount_of
from ezscale.billing.tax import TaxDecision
from ezscale.billing.tax_standing import Known
from ezscale.kit.money import Money
from ezscale.models import SubscriptionItem

Families = Mapping[UUID, str]  # of plans


@dataclass(frozen=True, slots=True)
class Bill:
    """A line for each item of a subscription, in their order, and what follows from them.

    Subscriptions that are alike share one, so that its lines name no item. `columns` are those of the lines, `booked` is
    what is earned and what the places of the taxes are owed.
    """

    lines: tuple[PricedLine, ...]
    sums: Sums
    columns: tuple[dict[str, Any], ...]
    booked: tuple[ledger.Side, ...]
    start: date
    end: date


class Terms(NamedTuple):
    """At what an item is billed; `family` is that of its plan. Of a discount's cycles it knows whether there are any left."""

    description: str
    family: str
    quantity: int
    currency: str
    price_minor: int
    discount_percent: int
    discount_minor: int
    discount_cycles: int | None


def next_bill(due: Due, taxes: Taxes, families: Families) -> Bill:
    """The next period at the subscription's own prices. ValueError for one that has nothing to bill.

    Without `families` nothing of it can be booked.
    """
    subscription, start = due.subscription, due.subscription.bill_from
    if not due.items or start is None:
        raise ValueError("has nothing to bill")
    terms = tuple([_terms(item, families) for item in due.items])
    decision = taxes.of_each(due.customer, start, [each.family for each in terms])
    return _bill(terms, decision, start, subscription.months, subscription.anchor_day, taxes.book.rules.rounding)


def as_parts_of_one(bills: Sequence[Bill], taxes: Taxes, who: Known) -> Sequence[Bill]:
    """The same bills as the parts of one invoice, which may be rounded otherwise."""
    before = [bill.lines for bill in bills]
    priced = taxes.price_together(who, before)
    if priced is before:
        return bills
    return [_of_lines(tuple(lines), bill.start, bill.end) for bill, lines in zip(bills, priced, strict=True)]


def whole_of(bills: Sequence[Bill]) -> Bill:
    """All that one invoice asks for, from the first of its periods to the end of the last."""
    if len(bills) == 1:
        return bills[0]
    lines = tuple(line for bill in bills for line in bill.lines)
    return _of_lines(lines, min(bill.start for bill in bills), max(bill.end for bill in bills))


def _terms(item: SubscriptionItem | DueItem, families: Families) -> Terms:
    return Terms(
        item.description,
        families[item.plan_id] if families else "",
        item.quantity,
        item.currency,
        item.price_minor,
        item.discount_percent,
        item.discount_minor,
        0 if item.discount_cycles == 0 else None,
    )


@lru_cache(maxsize=2_000)  # a company has some hundred kinds of subscriptions in a night
def _bill(
    terms: tuple[Terms, ...],
    decision: TaxDecision | tuple[TaxDecision, ...],
    start: date,
    months: int,
    anchor_day: int,
    rounding: Rounding,
) -> Bill:
    end = add_months(start, months, anchor_day)
    positions = [_position(each, start, end) for each in terms]
    return _of_lines(tuple(price_lines(positions, decision, rounding)), start, end)


def _position(terms: Terms, start: date, end: date) -> Position:
    if terms.price_minor < 0:
        raise ValueError(f"{terms.description} has a negative price")
    price, off = Money(terms.price_minor, terms.currency), discount_of(terms)
    return Position(terms.description, price, off, None, start, end, quantity=terms.quantity, category=terms.family)


def _of_lines(lines: tuple[PricedLine, ...], start: date, end: date) -> Bill:
    earned = add_by_family((line.position.category, line.net) for line in lines)
    booked = ledger.earned_sides(earned, taxes_by_place(lines))
    columns = tuple(line_values(place, line) for place, line in enumerate(lines, start=1))
    return Bill(lines, add_up(lines, lines[0].net.currency), columns, tuple(booked), start, end)
