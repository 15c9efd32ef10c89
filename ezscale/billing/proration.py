"""Parts of periods: what is left of what was paid, and what the same days cost at another price."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Literal

from pydantic import Field

from ezscale.billing.days import midnight
from ezscale.billing.lines import Position, PricedLine, TaxPart
from ezscale.billing.remaining import Remaining
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.company.rules import Rules
from ezscale.kit.money import Money
from ezscale.models import Invoice, InvoiceLine, SubscriptionItem
from ezscale.models.invoice import LineKind

LONGEST_IN_DAYS = 5_000  # what counts more of something than the longest cycle has days counts seconds
DAY = 86_400


class Proration(StrEnum):
    """How finely a period is divided."""

    DAY = "day"
    SECOND = "second"
    NONE = "none"


class ChangeRules(Rules):
    """How subscriptions change."""

    topic: ClassVar[str] = "changes"
    title: ClassVar[str] = "Changing subscriptions"

    proration: Proration = Field(
        Proration.DAY,
        description="Divide periods by the day, by the second, or not at all (a new price then starts at renewal).",
    )
    quote_hours: int = Field(24, ge=1, le=72, title="Hours a quote holds", description="Until midnight at the latest.")
    unpaid_days: int = Field(
        7, ge=1, le=60, title="Days to pay for a change", description="One that nobody has paid until then is dropped."
    )
    downgrade: Literal["now", "renewal"] = Field(
        "now",
        title="A cheaper plan begins",
        description="When a cheaper plan begins, unless the customer wants to wait: now, or at renewal.",
    )
    below_zero: Literal["credit", "nothing"] = Field(
        "credit",
        title="A change that gives back becomes",
        description="What becomes of a change that gives back more than it costs: account credit, or nothing.",
    )
    cancel_now: bool = Field(
        True,
        title="Customers may end at once",
        description="Whether customers may end a subscription before its paid period is over.",
    )
    credit_on_cancel: bool = Field(
        True, title="Give the unused rest back", description="Whether it becomes account credit when they do."
    )
    longest_pause: int = Field(
        90, ge=1, le=366, title="Longest pause, in days", description="The most days a subscription may stand still."
    )
    pauses_a_year: int = Field(2, ge=0, le=12, description="How often within a year it may.")


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are billed together: from `start` up to, and without, `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.start).days

    def after(self, day: date) -> "Span":
        """What of it is not over on a day."""
        return Span(min(max(self.start, day), self.end), self.end)


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many days (or seconds)."""

    share: int
    of: int

    @property
    def fraction(self) -> Fraction:
        """The same as a number."""
        return Fraction(self.share, self.of) if self.of > 0 else Fraction(0)

    @property
    def is_whole(self) -> bool:
        """Nothing is missing."""
        return self.share == self.of


@dataclass(frozen=True, slots=True)
class Point:
    """When something changes: the day for those who count days, the instant for those who count seconds."""

    day: date
    at: datetime
    zone: tzinfo


def part_left(span: Span, whole: int, point: Point, by: Proration) -> Part:
    """What is left of days at a point, of a cycle that has `whole` days. What has not begun is all left."""
    if by is not Proration.SECOND:
        return Part(span.after(point.day).days, whole)
    end, begins = midnight(span.end, point.zone), midnight(span.start, point.zone)
    left = max(int((end - max(begins, point.at)).total_seconds()), 0)
    length = int((end - begins).total_seconds())
    return Part(left, length if whole == span.days else whole * DAY)


def part_of(position: Position, part: Part, price: Money, discount: Money) -> Position:
    """A position at its part of a whole cycle's price and discount, each rounded half-up once."""
    return Position(
        description=position.description,
        price=price.share(part.fraction),
        discount=discount.share(part.fraction),
        item_id=position.item_id,
        period_start=position.period_start,
        period_end=position.period_end,
        kind=position.kind,
        category=position.category,
        share=None if part.is_whole else part.share,
        share_of=None if part.is_whole else part.of,
    )


def give_back(invoice: Invoice, rest: Remaining, span: Span, part: Part) -> PricedLine:
    """The line that gives back a part of another one that was paid: so much of its net, and so much of each of its taxes.

    What credit notes have taken back of it is not given back again. Never more than was paid.
    """
    line = rest.line
    parts = tuple(_tax_back(tax, line.currency, part.fraction) for tax in rest.taxes)
    net = -rest.net.share(part.fraction)
    taxed = sum((each.amount for each in parts), Money.zero(line.currency))
    position = Position(
        f"Unused: {line.description}"[:250],
        net + taxed if invoice.tax_inclusive else net,
        Money.zero(line.currency),
        line.item_id,
        span.start,
        span.end,
        LineKind.UNUSED,
        share=part.share,
        share_of=part.of,
    )
    return PricedLine(position, net, parts, _decision_of(invoice, rest))


def given_back(invoice: Invoice, line: InvoiceLine) -> PricedLine:
    """A line of an invoice that gave back, as it was priced."""
    parts = tuple(_tax_back(tax, line.currency, Fraction(-1)) for tax in line.taxes or [])
    position = Position(line.description, line.price, Money.zero(line.currency), line.item_id, kind=line.kind)
    return PricedLine(
        position, line.net, parts, _decision_of(invoice, Remaining(line, line.net, tuple(line.taxes or [])))
    )


def whole_days(line: InvoiceLine) -> int:
    """How many days the cycle has that a line is for, or is a part of."""
    if line.share_of is None:
        return span_of(line).days
    return round(line.share_of / DAY) if line.share_of > LONGEST_IN_DAYS else line.share_of


def span_of(line: InvoiceLine) -> Span:
    """The days that a line is for."""
    start = line.period_start or line.period_end or date.min
    return Span(start, line.period_end or start)


def cycle_price(item: SubscriptionItem) -> Money:
    """What an agreement costs for a whole cycle, before discount and tax."""
    return item.price * item.quantity


def _tax_back(tax: dict[str, Any], currency: str, part: Fraction) -> TaxPart:
    return TaxPart(Tax(tax["name"], tax["place"], tax["rate"]), -Money(tax["minor"], currency).share(part))


def _decision_of(invoice: Invoice, rest: Remaining) -> TaxDecision:
    """The taxes that a line carries, as it keeps them."""
    taxes = tuple(Tax(tax["name"], tax["place"], tax["rate"]) for tax in rest.taxes)
    label = "" if taxes else rest.line.tax_name
    return TaxDecision(taxes, invoice.tax_country, invoice.tax_note, label, invoice.tax_inclusive)
