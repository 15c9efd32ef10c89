"""Worked examples of what is agreed and changes: plans, cycles, days and prices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from ezscale.billing.change_quotes import new_cycle
from ezscale.billing.discounts import NONE
from ezscale.billing.first_periods import first_period, first_positions
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.lines import PricedLine, price_line
from ezscale.billing.periods import add_months
from ezscale.billing.proration import Part, Point, Proration, Span, part_left, part_of
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Pause, PriceChange, Subscription
from ezscale.models.invoice import LineKind
from ezscale.models.subscription import SubscriptionStatus
from tests.builders import NOW, a_subscription
from tests.worked_words import IRISH, bare, euros

MARCH, MIDDLE = Span(date(2027, 3, 1), date(2027, 4, 1)), date(2027, 3, 15)
NOON = Point(MIDDLE, datetime(2027, 3, 15, 12, tzinfo=UTC), UTC)


def changes() -> Iterator[str]:
    """From one plan to another within a period, and to another cycle."""
    yield "## Another plan within a period\n"
    yield "€11.00 a month is paid from 1 to 31 March. On 15 March the plan becomes one of €22.00: 17 of 31 days are left.\n"
    for words, by in (("By the day", Proration.DAY), ("By the second, at noon", Proration.SECOND)):
        part = part_left(MARCH, MARCH.days, NOON, by)
        back, asked = share(euros("11.00"), part), share(euros("22.00"), part)
        yield f"- {words}: {part.share} of {part.of}. {_difference(back, asked)}: to pay {(asked.gross - back.gross).format()}."
    part = part_left(MARCH, MARCH.days, NOON, Proration.DAY)
    back, asked = share(euros("11.00"), part), share(euros("5.50"), part)
    yield (
        f"- To one of €5.50 instead, by the day: {_difference(back, asked)}. A credit note over {back.gross.format()} becomes "
        f"credit, which pays the {asked.gross.format()}: {(back.gross - asked.gross).format()} of it stay."
    )
    year, asked = new_cycle(MIDDLE, 12), share(euros("110.00"), Part(1, 1))
    yield (
        f"- To the same plan for €110.00 a year: {_difference(back, asked)}: to pay {(asked.gross - back.gross).format()}. "
        f"The year begins at once, on {year.start}, and ends before {year.end}."
    )
    yield ""


def pauses() -> Iterator[str]:
    """Standing still."""
    yield "## A pause\n"
    paused = _running()
    pause = Pause(subscription_id=new_id(), began_on=date(2027, 3, 10), returns_on=MIDDLE, asked_at=NOW, asked_by="Ada")
    paused.pause()
    pause.end(date(2027, 3, 25))
    paused.come_back(pause.carried_days)
    yield (
        f"What is paid until {MARCH.end} stands still from {pause.began_on} to {pause.came_back_on}: it lasts "
        f"{pause.carried_days} days longer, and the next period begins on {paused.bill_from}.\n"
    )


def first_days() -> Iterator[str]:
    """Orders that renew on a common day."""
    yield "## The first invoice of an order that renews on a common day\n"
    yield (
        "Where the house has decided so: the days up to the day are billed by the day, setup is paid in full, and whole "
        "periods follow. When fewer days are left than decided, the first invoice is for the next period as well. A part of "
        "a period is a cycle of a coupon, which takes its part off it.\n"
    )
    decided = RenewalRules(first_period_until=1, next_period_below=5)
    setup = replace(bare("Setup", euros("5.00")), kind=LineKind.SETUP)
    server = replace(bare("A server", euros("11.00")), discount=euros("2.00"))
    for began in (date(2027, 3, 13), date(2027, 3, 28), date(2027, 2, 25)):
        first = first_period(decided, began, 1)
        assert first is not None
        asked = [
            each for one in (bare("A server", euros("11.00")), setup) for each in first_positions(one, NONE, first)
        ]
        *periods, once = [price_line(position, IRISH) for position in asked]
        total = sum((line.gross for line in periods), once.gross)
        also = f", €11.00 up to {first.whole.end}" if first.whole else ""
        yield (
            f"- Begun on {began}, renewing on the 1st: {first.part.share} of {first.part.of} days of €11.00 are "
            f"{periods[0].net.format()}{also}, and {once.net.format()} for setup; with 23 % VAT on each line "
            f"{total.format()}. It renews on {first.next_day}."
        )
    first = first_period(decided, date(2027, 3, 13), 1)
    [part] = first_positions(server, NONE, first)
    yield (
        f"- With €2.00 off each of two cycles, begun on 2027-03-13: {part.price.format()} − {part.discount.format()} = "
        f"{part.amount.format()} before tax, then one whole month for €9.00."
    )
    yield ""


def other_days() -> Iterator[str]:
    """Renewing together, and early."""
    yield "## Renewing on another day, and early\n"
    stub = Span(MARCH.end, date(2027, 4, 15))
    whole = Span(stub.start, add_months(stub.start, 1, stub.start.day))
    bill = share(euros("11.00"), Part(stub.days, whole.days))
    yield (
        f"- To renew on the 15th, the days from {stub.start} are billed: {stub.days} of {whole.days} days of €11.00 are "
        f"{bill.net.format()} + {bill.tax.format()} VAT = {bill.gross.format()}. Whole months follow, from {stub.end} on."
    )
    early = new_cycle(MARCH.end, 1)
    yield (
        f"- Paid early, on 20 March, the next period is still that from {early.start} to {early.end}: nothing is lost, and "
        "the nightly run does not bill it again."
    )
    yield ""


def new_prices() -> Iterator[str]:
    """A price that changes for those who have subscribed."""
    yield "## A new price\n"
    yield "Whoever has subscribed pays it from the first period that begins on its day or later, and is told 30 days before.\n"
    change = PriceChange(
        plan_id=new_id(),
        currency="EUR",
        months=1,
        old_minor=1100,
        new_minor=1200,
        effective_on=date(2027, 4, 1),
        notice_days=30,
        announced_at=NOW,
        announced_by="Sam",
    )
    for told_on in (date(2027, 2, 20), date(2027, 3, 20)):
        day = change.holds_from(told_on)
        begins = next(begins for months in range(12) if (begins := add_months(date(2027, 1, 10), months, 10)) >= day)
        yield (
            f"- From {change.old.format()} to {change.new.format()} on {change.effective_on}, told on {told_on}: it holds "
            f"from {day}. Who renews on the 10th pays it from {begins}."
        )
    yield ""


def share(price: Money, part: Part) -> PricedLine:
    """A part of a price, with its tax."""
    return price_line(part_of(bare("A server", price), part, price, Money.zero(price.currency)), IRISH)


def _difference(back: PricedLine, asked: PricedLine) -> str:
    return (
        f"Back {back.net.format()} and {back.tax.format()} VAT, asked {asked.net.format()} and {asked.tax.format()} VAT"
    )


def _running() -> Subscription:
    return a_subscription(SubscriptionStatus.ACTIVE, bill_from=MARCH.end, anchor_day=1)
