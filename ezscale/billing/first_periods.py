"""The first period of an order, where the house lets all that is new renew on one day of the month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ezscale.billing.discounts import RecurringDiscount
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.lines import Position, discount_on
from ezscale.billing.periods import add_months, next_on_day
from ezscale.billing.proration import Part, Span, part_of
from ezscale.models import InvoiceLine
from ezscale.models.invoice import LineKind


@dataclass(frozen=True, slots=True)
class FirstPeriod:
    """The days up to the common day, as a part of a whole period, and the whole period that is billed with them, if any."""

    days: Span
    part: Part
    whole: Span | None

    @property
    def next_day(self) -> date:
        """When the first period begins that a renewal bills."""
        return self.whole.end if self.whole else self.days.end


def first_period(decided: RenewalRules, today: date, months: int) -> FirstPeriod | None:
    """The first days of something that begins today; None where each order renews on the day on which it began.

    What begins on the common day has a whole period at once.
    """
    day = decided.first_period_until
    if not day:
        return None
    length = (add_months(today, months, today.day) - today).days
    if today.day == day:
        return FirstPeriod(Span(today, add_months(today, months, day)), Part(length, length), None)
    days = Span(today, next_on_day(today, day))
    with_next = days.days < decided.next_period_below
    whole = Span(days.end, add_months(days.end, months, day)) if with_next else None
    return FirstPeriod(days, Part(days.days, length), whole)


def first_positions(position: Position, again: RecurringDiscount, first: FirstPeriod | None) -> list[Position]:
    """What the first invoice asks for something: the part of its price, and its next cycle where that goes with it.

    A part of a period is a cycle of a coupon, which takes its part off it. What is paid once is paid in full.
    """
    if first is None or position.kind is not LineKind.PERIOD:
        return [position]
    price = position.price * position.quantity
    part = part_of(_of(position, first.days), first.part, price, position.discount)
    named = f"{position.quantity} × {position.description}" if position.quantity > 1 else position.description
    begun = replace(part, description=named, share=first.part.share, share_of=first.part.of)
    if first.whole is None:
        return [begun]
    off = discount_on(price, again.percent, again.minor) if again.cycles != 0 else price - price
    return [begun, replace(_of(position, first.whole), discount=off)]


def cycles_after(again: RecurringDiscount, first: FirstPeriod | None) -> RecurringDiscount:
    """What is left of a coupon after the first invoice, which may be for two of its cycles."""
    if first is None or first.whole is None or not again.cycles:
        return again
    return RecurringDiscount(again.percent, again.minor, again.cycles - 1)


def is_aligned(line: InvoiceLine) -> bool:
    """Whether a line of an order is for the days up to a common day, which were shown with it."""
    return line.kind is LineKind.PERIOD and line.share is not None and line.period_end is not None


def begin_aligned(lines: Sequence[InvoiceLine], months: int, today: date) -> None:
    """The first days of an order are those that were shown with it.

    One that is paid only when they are over has as many days from today on, and renews when these are over: it never has
    a whole period for the price of a part.
    """
    for line in lines:
        if is_aligned(line) and line.period_start and line.period_end and line.period_end <= today:
            until = today + (line.period_end - line.period_start)
            for other in lines:
                if other.item_id == line.item_id and other.period_start == line.period_end:
                    other.period_start, other.period_end = until, add_months(until, months, until.day)
            line.period_start, line.period_end = today, until


def aligned_until(lines: Sequence[InvoiceLine]) -> date | None:
    """The day up to which an order is paid whose first days end on a common day; None for one that has none."""
    if not any(is_aligned(line) for line in lines):
        return None
    return max(line.period_end for line in lines if line.period_end is not None)


def _of(position: Position, span: Span) -> Position:
    return replace(position, period_start=span.start, period_end=span.end)
