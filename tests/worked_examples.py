"""The sums that customers ask about, worked out by the very code that bills them: `python -m tests.worked_examples`.

What it prints is docs/worked-examples.md; a test sees to it that the page says what the code does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ezscale.billing.credit import Purse
from ezscale.billing.discounts import BasketItem, RecurringDiscount, discounted_basket, recurring_discounts
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.lines import Position, PricedLine, Rounding, add_up, price_line, price_lines
from ezscale.billing.periods import add_months
from ezscale.billing.pricing import Taxes
from ezscale.billing.recurring import discount_of
from ezscale.billing.referrals import ReferralRules
from ezscale.billing.remaining import Remaining
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.billing.tax_book import Buyer, TaxBook
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.currencies import convert
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Coupon, Customer, InvoiceLine, SubscriptionItem, TaxRate
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import LineKind
from tests import worked_agreements as agreements
from tests.builders import NOW
from tests.worked_words import IRISH, bare, euros

PAGE = Path(__file__).parents[1] / "docs" / "worked-examples.md"
HEAD = """# Worked examples

What a customer may ask about, with the sums. `tests/worked_examples.py` works them out with the code that bills.
"""
FRENCH_INCLUDED = TaxDecision((Tax("VAT 20%", "FR", 200_000),), "FR", inclusive=True)
QUEBEC = TaxDecision((Tax("GST 5%", "CA", 50_000), Tax("QST 9.975%", "CA-QC", 99_750)), "CA")
HUNGARIAN_INCLUDED = TaxDecision((Tax("VAT 27%", "HU", 270_000),), "HU", inclusive=True)
GERMAN_BUSINESS = Buyer("DE", is_business=True)
COMPOUND = TaxDecision((Tax("First 5%", "XA", 50_000), Tax("Second 10%", "XA", 100_000, compound=True)), "XA")


def page() -> str:
    """The whole page."""
    parts = (
        *(days(), taxes(), roundings(), one_invoice_a_day(), currencies(), coupons(), cycles_of_coupons()),
        *(agreements.changes(), agreements.pauses(), agreements.first_days()),
        *(agreements.other_days(), agreements.new_prices()),
        *(credit_notes(), credit(), late_fees(), referrals()),
    )
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
    reverse_charge = TaxBook((), TaxRules(), "IE").decide(GERMAN_BUSINESS, date(2027, 3, 1))
    for price, words, decision in (
        (euros("11.00"), "23 %, on top", IRISH),
        (euros("10.00"), "20 %, in the price", FRENCH_INCLUDED),
        (Money.of("100.00", "CAD"), "5 % + 9.975 %, each on the net", QUEBEC),
        (euros("100.00"), "5 %, then 10 % on both", COMPOUND),
        (Money.of(1100, "JPY"), "23 %, on top; yen have no decimals", IRISH),
        (Money.of("1.100", "KWD"), "23 %, on top; dinars have three", IRISH),
        (Money.of("3999.90", "HUF"), "27 %, in the price; forints have two", HUNGARIAN_INCLUDED),
        (euros("100.00"), "a business in another EU state: reverse charge", reverse_charge),
    ):
        line = price_line(bare("A server", price), decision)
        parts = " + ".join(part.amount.format() for part in line.parts) or "none"
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
    for price in (Money(5, "JPY"), Money(5, "KWD"), Money(5, "HUF")):
        tax = price_line(bare("A", price), TaxDecision((Tax("VAT 10%", "XA", 100_000),))).tax
        yield f"- Half a unit is rounded up, whatever the unit is: 10 % of {price.format()} is {tax.format()}."
    yield ""


def one_invoice_a_day() -> Iterator[str]:
    """Several subscriptions on one invoice, with the tax rounded once."""
    yield "## One invoice for everything of a day\n"
    rate = TaxRate(country="IE", name="VAT", rate=230_000, valid_from=date(2020, 1, 1), created_at=NOW)
    known = Customer(number="C-1", panel_ref="C-1", name="", email="", country="IE", currency="EUR", created_at=NOW)
    book = TaxBook((rate,), TaxRules(rounding=Rounding.INVOICE), "IE")
    taxes = Taxes(book, date(2027, 3, 1), {known.id: Buyer("IE")})
    alone = [taxes.price(known, [bare("A server", Money(50, "EUR"))]) for _ in range(3)]
    together = taxes.price_together(known, alone)
    apart = sum((add_up(lines, "EUR").tax for lines in alone), Money.zero("EUR"))
    of_all = add_up([line for lines in together for line in lines], "EUR").tax
    yield (
        f"Three subscriptions at €0.50 and 23 %, where tax is rounded once: {apart.format()} of tax on three invoices, "
        f"{of_all.format()} on one. It is due when the first of their periods begins.\n"
    )


def currencies() -> Iterator[str]:
    """What an invoice is worth in the seller's currency."""
    yield "## Another currency\n"
    yield "Nobody is charged by a rate: each price is one of its own currency. The rate of the day is kept on the invoice and"
    yield "says what its tax is in the seller's currency; it is rounded once, and never changes.\n"
    for amount, rate in (
        (Money.of("9.90", "GBP"), "1.1875074219"),
        (Money.of(1100, "JPY"), "0.0061557402"),
        (Money.of("1.100", "KWD"), "3.2"),
        (Money.of("3999.90", "HUF"), "0.0025085919"),
    ):
        yield f"- {amount.format()} at {rate} EUR: {convert(amount, rate, 'EUR').format()}."
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


def cycles_of_coupons() -> Iterator[str]:
    """How long a coupon lasts, and what it leaves alone."""
    yield "## How long a coupon lasts\n"
    yield "€11.00 a month with €5.00 once for the setup, before tax. A coupon lowers what recurs; one kind lowers the setup.\n"
    setup = Position("Setup", euros("5.00"), euros("0"), kind=LineKind.SETUP)
    for words, coupon in (
        ("10 percent, once", Coupon(code="A", kind=CouponKind.PERCENT, percent=10, cycles=1, since=NOW)),
        ("€3.00 off, two cycles", Coupon(code="B", kind=CouponKind.FIXED, amounts={"EUR": 300}, cycles=2, since=NOW)),
        ("10 percent, for ever", Coupon(code="C", kind=CouponKind.PERCENT, percent=10, cycles=None, since=NOW)),
        ("free setup", Coupon(code="D", kind=CouponKind.FREE_SETUP, since=NOW)),
    ):
        basket = [BasketItem([bare("Plan", euros("11.00")), setup])]
        [[plan, fee]] = discounted_basket(basket, coupon)
        [[stored, _]] = recurring_discounts(coupon, basket)
        later = "; ".join(after.format() for after in _next_cycles(stored))
        yield f"- {words}: first {plan.amount.format()} and {fee.amount.format()}; then {later}."
    yield ""


def _next_cycles(stored: RecurringDiscount) -> Iterator[Money]:
    item = SubscriptionItem(
        subscription_id=new_id(),
        plan_id=new_id(),
        description="Plan",
        currency="EUR",
        price_minor=1100,
        discount_percent=stored.percent,
        discount_minor=stored.minor,
        discount_cycles=stored.cycles,
    )
    for _ in range(3):
        yield item.price - discount_of(item)
        if item.discount_cycles:
            item.discount_cycles -= 1


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


def credit() -> Iterator[str]:
    """Which credit is spent first."""
    yield "## Credit that lapses\n"
    grant = new_id()
    purse = Purse("EUR", 2500, [(grant, 1000)])
    used = purse.take(euros("12.00"))
    yield (
        f"Of €25.00, €10.00 lapse on 30 April; the rest the customer paid and never lapses. An invoice takes {used.format()}: "
        f"first {Money(purse.used[grant], 'EUR').format()} of what lapses. {Money(purse.balance, 'EUR').format()} stay.\n"
    )


def late_fees() -> Iterator[str]:
    """What being late costs, where a seller asks for it."""
    yield "## A late fee\n"
    decided = InvoiceRules.of(None).model_copy(update={"late_fee_percent": Decimal(5), "late_fee_fixed": "2.00 EUR"})
    fee = price_line(bare("Late fee", decided.late_fee_on(euros("123.00"))), IRISH)
    yield (
        f"5 % and €2.00 of €123.00 that are still unpaid {decided.late_fee_after_days} days after they were due: "
        f"{fee.net.format()} + {fee.tax.format()} VAT = {fee.gross.format()}, once, on an invoice of its own.\n"
    )


def referrals() -> Iterator[str]:
    """What sending us somebody brings."""
    yield "## Sending us somebody\n"
    decided, paid_on = ReferralRules.of(None), date(2027, 3, 1)
    reward = decided.reward("EUR")
    assert reward is not None
    yield (
        f"Their first invoice is paid on {paid_on}. {decided.wait_days} days later, on "
        f"{paid_on + timedelta(days=decided.wait_days)}, {reward.format()} become credit of whoever sent them, unless "
        "something of that invoice was given back, or their service has ended.\n"
    )


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
