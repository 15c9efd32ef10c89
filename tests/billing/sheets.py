"""Documents for tests, as they are printed: complete and plain, without a database."""

from dataclasses import replace
from datetime import date
from typing import Any

from ezscale.billing.printed import Kind, Printed, PrintedLine, TaxOnLine
from ezscale.kit.money import Money

SELLER = {
    "name": "EZScale Ltd",
    "address": "1 Harbour Row, Dublin D01 X2Y3, Ireland",
    "country": "IE",
    "tax_id": "IE6388047V",
    "email": "billing@ezscale.example",
}
BUSINESS = {
    "number": "C-000123",
    "name": "Ada Moreno",
    "company": "Moreno Analytics GmbH",
    "email": "ada@moreno.example",
    "address": "Lindenstr. 9",
    "city": "Bonn",
    "postcode": "53111",
    "region": "",
    "country": "DE",
    "tax_id": "DE136695976",
}
PERSON = {**BUSINESS, "company": "", "tax_id": ""}
VAT = ("VAT 23%", 230_000)


def a_printed_line(
    price: int = 1_000,
    quantity: int = 1,
    discount: int = 0,
    taxes: tuple[tuple[str, int, int], ...] = (("VAT 23%", 230_000, 230),),
    currency: str = "EUR",
    **more: Any,
) -> PrintedLine:
    """A month of a server at 10.00 with 23 %, unless a test says otherwise."""
    said = {"description": "VPS 2, monthly", "start": date(2026, 3, 2), "end": date(2026, 4, 2), **more}
    return PrintedLine(
        quantity=quantity,
        price=Money(price, currency),
        discount=Money(discount, currency),
        net=Money(price * quantity - discount, currency),
        taxes=tuple(TaxOnLine(name, rate, Money(minor, currency)) for name, rate, minor in taxes),
        **said,
    )


def a_document(*lines: PrintedLine, **more: Any) -> Printed:
    """An invoice over these lines, whose sums are theirs."""
    lines = lines or (a_printed_line(),)
    nothing = Money.zero(lines[0].net.currency)
    net = sum((line.net for line in lines), nothing)
    tax = sum((each.amount for line in lines for each in line.taxes), nothing)
    document = Printed(
        kind=Kind.INVOICE,
        number="INV-2026-000123",
        day=date(2026, 3, 2),
        due_on=date(2026, 3, 16),
        seller=SELLER,
        customer=BUSINESS,
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
    )
    return replace(document, **more)


def many_lines(count: int) -> list[PrintedLine]:
    """Lines that differ: quantities, discounts, and now and then one that gives back."""
    lines = []
    for place in range(count):
        price, discount = (-450, 0) if place % 7 == 5 else (1_099 + 50 * place, 200 if place % 4 == 1 else 0)
        quantity = 1 if price < 0 else 1 + place % 3
        tax = ("VAT 23%", 230_000, round((price * quantity - discount) * 0.23))
        lines.append(
            a_printed_line(price, quantity, discount, (tax,), description=f"VPS 4 ({place + 1}.example.com), monthly")
        )
    return lines
