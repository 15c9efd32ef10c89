"""What an invoice would look like in each design: for whoever has to choose one."""

from datetime import timedelta
from fractions import Fraction
from typing import Final

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.bank_rules import account_for
from ezscale.billing.document_words import language_of
from ezscale.billing.documents import Design, DocumentRules, print_document
from ezscale.billing.lines import MILLION
from ezscale.billing.printed import Kind, Printed, PrintedLine, TaxOnLine
from ezscale.billing.seller import seller
from ezscale.billing.sheet import sheet_of
from ezscale.billing.tax import STANDARD_RATES, percent
from ezscale.billing.typesetting import picture
from ezscale.company.currencies import reporting_currency
from ezscale.company.rules import rules
from ezscale.kit.money import Money
from ezscale.kit.work import Work

NUMBER: Final = "SAMPLE-000123"
MONTH = timedelta(days=30)
BUYER: Final = {
    "number": "C-000123",
    "name": "Ada Moreno",
    "company": "Moreno Analytics",
    "email": "ada@moreno.example",
    "address": "9 Linden Street",
    "city": "Springfield",
    "postcode": "53111",
    "region": "",
}
SOLD = (("VPS 4 (web.example.com), monthly", 1, 22, 2), ("Extra IPv4 address, monthly", 3, 2, 0))


def used_design(work: Work) -> Design:
    """The design that documents are printed in now. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return rules(work, DocumentRules).design


def sample_pdf(work: Work, design: Design) -> bytes:
    """An invoice that nobody owes, in a design, with the house's own colour and words. Staff only."""
    decided = _decided(work, design)
    printed = sample_invoice(work)
    return print_document(printed, decided, account=account_for(work, printed.currency)).content


def sample_picture(work: Work, design: Design) -> bytes:
    """Its first page as a PNG, small enough to stand on a page of ours. Staff only."""
    decided = _decided(work, design)
    printed = sample_invoice(work)
    return picture(
        sheet_of(printed, language_of("en"), decided.look.naming(account_for(work, printed.currency))), printed.day
    )


def sample_invoice(work: Work) -> Printed:
    """An invoice of today over two positions, one of them with a discount, at the house's own rate of tax."""
    own = seller()
    currency = reporting_currency(work)
    lines = tuple(_line(work, currency, own.country, *sold) for sold in SOLD)
    nothing = Money.zero(currency)
    net = sum((line.net for line in lines), nothing)
    tax = sum((tax.amount for line in lines for tax in line.taxes), nothing)
    return Printed(
        kind=Kind.INVOICE,
        number=NUMBER,
        day=work.today,
        due_on=work.today + timedelta(days=14),
        seller=own.to_plain(),
        customer={**BUYER, "country": own.country, "tax_id": ""},
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
        memo="This is a sample.",
    )


def _decided(work: Work, design: Design) -> DocumentRules:
    work.actor.require(SEE_EVERYTHING)
    return rules(work, DocumentRules).model_copy(update={"design": design})


def _line(
    work: Work, currency: str, country: str, description: str, quantity: int, price: int, discount: int
) -> PrintedLine:
    each, off = Money.of(price, currency), Money.of(discount, currency)
    net = each * quantity - off
    rate = STANDARD_RATES.get(country, 2000) * 100
    tax = TaxOnLine(f"VAT {percent(rate)}%", rate, net.share(Fraction(rate, MILLION)))
    return PrintedLine(description, quantity, each, off, net, (tax,), tax.name, work.today, work.today + MONTH)
