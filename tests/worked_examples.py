"""The sums that customers ask about, worked out by the very code that bills them: `python -m tests.worked_examples`.

What it prints is docs/worked-examples.md; a test sees to it that the page says what the code does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from ezscale.billing.discounts import BasketItem, discounted_basket
from ezscale.billing.lines import Position, PricedLine, Rounding, add_up, price_line, price_lines
from ezscale.billing.periods import add_months
from ezscale.billing.proration import Point, Proration, Span, part_left, part_of
from ezscale.billing.remaining import Remaining
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Coupon, InvoiceLine
from ezscale.models.coupon import CouponKind

PAGE = Path(__file__).parents[1] / "docs" / "worked-examples.md"
HEAD = """# Worked examples

What a customer may ask about, with the sums. `tests/worked_examples.py` works them out with the code that bills.
"""
IRISH = TaxDecision((Tax("VAT 23%", "IE", 230_000),), "IE")
FRENCH_INCLUDED = TaxDecision((Tax("VAT 20%", "FR", 200_000),), "FR", inclusive=True)
QUEBEC = TaxDecision((Tax("GST 5%", "CA", 50_000), Tax("QST 9.975%", "CA-QC", 99_750)), "CA")
COMPOUND = TaxDecision((Tax("First 5%", "XA", 50_000), Tax("Second 10%", "XA", 100_000, compound=True)), "XA")


def euros(amount: str) -> Money:
    """An amount in EUR."""
    return Money.of(amount, "EUR")


def bare(description: str, price: Money) -> Position:
    """A position without discount."""
    return Position(description, price, Money.zero(price.currency))


def page() -> str:
    """The whole page."""
    parts = (days(), taxes(), roundings(), coupons(), changes(), credit_notes())
    return "\n".join([HEAD, *("\n".join(part) for part in parts)])


def days() -> Iterator[str]:
    """When the next period begins."""
    yield "## When the next period begins\n"
    yield "The day of the month on which it all began stays, as near as each month allows. It is never shortened for good.\n"
    yield "| Began | 1 month | 2 months | 3 months | 12 months | 24 months |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for began in (date(2027, 1, 31), date(2028, 1, 30), date(2028, 2, 29), date(2027, 3, 15)):
        later = [add_months(began, months, began.day) for months in (1, 2, 3, 12, 24)]
        yield f"| {' | '.join(day.isoformat() for day in (began, *later))} |"
    yield ""


def taxes() -> Iterator[str]:
    """Tax on a price, and within one."""
    yield "## Tax\n"
    yield "Tax is taken from what is left after discounts, rounded half-up once for each tax and line.\n"
    yield "| Price | Taxes | Net | Tax | To pay |"
    yield "| --- | --- | --- | --- | --- |"
    for price, words, decision in (
        (euros("11.00"), "23 %, on top", IRISH),
        (euros("10.00"), "20 %, in the price", FRENCH_INCLUDED),
        (Money.of("100.00", "CAD"), "5 % + 9.975 %, each on the net", QUEBEC),
        (euros("100.00"), "5 %, then 10 % on both", COMPOUND),
        (Money.of(1100, "JPY"), "23 %, on top; yen have no decimals", IRISH),
        (Money.of("1.100", "KWD"), "23 %, on top; dinars have three", IRISH),
    ):
        line = price_line(bare("A server", price), decision)
        parts = " + ".join(part.amount.format() for part in line.parts)
        yield f"| {price.format()} | {words} | {line.net.format()} | {parts} | {line.gross.format()} |"
    yield ""


def roundings() -> Iterator[str]:
    """Rounding line by line, or once."""
    yield "## Where tax is rounded\n"
    yield "The seller decides once: on each line, or once for each rate of an invoice, then spread over its lines.\n"
    positions = [bare("A", Money(50, "EUR")), bare("B", Money(50, "EUR")), bare("C", Money(50, "EUR"))]
    for words, rounding in (("On each line", Rounding.LINE), ("Once", Rounding.INVOICE)):
        lines = price_lines(positions, [IRISH] * len(positions), rounding)
        each = " + ".join(line.tax.format() for line in lines)
        yield f"- {words}: three lines of €0.50 at 23 % carry {each} = {add_up(lines, 'EUR').tax.format()}."
    yield ""


def coupons() -> Iterator[str]:
    """What each kind of coupon takes off."""
    yield "## Coupons\n"
    yield "A basket of a plan at €22.00 and a disk at €5.00 a month. Tax comes after the discount.\n"
    basket = [BasketItem([bare("Plan", euros("22.00")), bare("Disk", euros("5.00"))], "vps-3", 1)]
    since = datetime(2026, 1, 1, tzinfo=UTC)
    for words, coupon in (
        ("10 percent", Coupon(code="A", kind=CouponKind.PERCENT, percent=10, since=since)),
        ("€10.00 off, spread", Coupon(code="B", kind=CouponKind.FIXED, amounts={"EUR": 1000}, since=since)),
        ("the plan for €15.00", Coupon(code="C", kind=CouponKind.OVERRIDE, amounts={"EUR": 1500}, since=since)),
    ):
        plan, disk = discounted_basket(basket, coupon)[0]
        sums = add_up(price_lines([plan, disk], [IRISH] * 2), "EUR")
        yield (
            f"- {words}: {plan.discount.format()} off the plan, {disk.discount.format()} off the disk; "
            f"{sums.net.format()} + {sums.tax.format()} VAT = {sums.total.format()}."
        )
    yield ""


def changes() -> Iterator[str]:
    """From one plan to another within a period."""
    yield "## Another plan within a period\n"
    yield "€11.00 a month is paid from 1 to 31 March. On 15 March the plan becomes one of €22.00: 17 of 31 days are left.\n"
    span, day = Span(date(2027, 3, 1), date(2027, 4, 1)), date(2027, 3, 15)
    point = Point(day, datetime(2027, 3, 15, 12, tzinfo=UTC), UTC)
    for words, by in (("By the day", Proration.DAY), ("By the second, at noon", Proration.SECOND)):
        part = part_left(span, span.days, point, by)
        old = part_of(bare("Old", euros("11.00")), part, euros("11.00"), euros("0"))
        new = part_of(bare("New", euros("22.00")), part, euros("22.00"), euros("0"))
        back, asked = price_line(old, IRISH), price_line(new, IRISH)
        yield (
            f"- {words}: {part.share} of {part.of}. Back {back.net.format()} and {back.tax.format()} VAT, "
            f"asked {asked.net.format()} and {asked.tax.format()} VAT: to pay {(asked.gross - back.gross).format()}."
        )
    yield ""


def credit_notes() -> Iterator[str]:
    """A line taken back in parts."""
    yield "## A line taken back in parts\n"
    yield "Tax follows in proportion, and the last part takes what is left: nothing remains, nothing is taken twice.\n"
    line = invoice_line(price_line(bare("A server", euros("0.99")), IRISH))
    rest = Remaining(line, line.net, tuple(line.taxes or []))
    for number in (1, 2, 3):
        net = euros("0.33")
        taken = rest.part(net)
        yield f"- Part {number}: {net.format()} net, {Money(taken[0]['minor'], 'EUR').format()} of {line.tax.format()} VAT."
        left = tuple(
            {**tax, "minor": tax["minor"] - back["minor"]} for tax, back in zip(rest.taxes, taken, strict=True)
        )
        rest = Remaining(line, rest.net - net, left)
    assert not rest.net
    assert not rest.tax
    yield ""


def invoice_line(priced: PricedLine) -> InvoiceLine:
    """A line as it was billed, of no invoice."""
    plain = [part.to_plain() for part in priced.parts]
    return InvoiceLine(
        invoice_id=new_id(),
        position=1,
        description=priced.position.description,
        currency=priced.net.currency,
        price_minor=priced.position.price.minor,
        net_minor=priced.net.minor,
        tax_minor=priced.tax.minor,
        taxes=plain,
    )


if __name__ == "__main__":
    PAGE.write_text(page())
