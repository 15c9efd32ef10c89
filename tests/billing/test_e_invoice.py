"""The invoice as data: to the minor unit what is on paper, in the words of EN 16931."""

import io
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from ezscale.billing.documents import DocumentRules, EInvoices, print_document
from ezscale.billing.e_invoice import e_invoice
from ezscale.billing.factur_x import say_factur_x
from ezscale.billing.lines import Position, Rounding, add_up, price_lines
from ezscale.billing.printed import Kind, PrintedLine, TaxOnLine
from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE, Tax, TaxDecision
from ezscale.kit.money import Money
from tests.billing.sheets import BUSINESS, PERSON, SELLER, a_document, a_printed_line
from tests.builders import NO_TAX

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
DECISIONS = (
    TaxDecision((Tax("VAT 23%", "IE", 230_000),), "IE"),
    TaxDecision((Tax("VAT 25.5%", "FI", 255_000),), "FI", inclusive=True),
    TaxDecision(note=REVERSE_CHARGE, label="Reverse charge"),
    TaxDecision(note=OUTSIDE),
    TaxDecision(note="Exempt under Art. 132.", inclusive=True, deducted=Fraction(23, 100)),
    NO_TAX,
)
NOTE = {"kind": Kind.CREDIT_NOTE, "number": "CN-2026-000001", "due_on": None}


def read(printed):
    data = e_invoice(printed)
    assert data is not None
    return ET.fromstring(data)  # noqa: S314  # our own


def texts(root, *path):
    return [found.text for found in root.iterfind(".//" + "/".join(RAM + tag for tag in path))]


def minors(root, printed, *path):
    return [Money.of(Decimal(text), printed.currency).minor for text in texts(root, *path)]


def priced(prices, decision, rounding=Rounding.LINE, currency="EUR", discount=0):
    """A document over these prices, as our own price list would have it."""
    positions = [
        Position("VPS", Money(price, currency), Money(min(discount, max(price, 0)), currency), quantity=quantity)
        for price, quantity in prices
    ]
    lines = price_lines(positions, decision, rounding)
    sums = add_up(lines, currency)
    printed = tuple(
        PrintedLine(
            line.position.description,
            line.position.quantity,
            line.position.price,
            line.position.discount,
            line.net,
            tuple(TaxOnLine(part.tax.name, part.tax.rate, part.amount) for part in line.parts),
        )
        for line in lines
    )
    feet = {"net": sums.net, "tax": sums.tax, "total": sums.total}
    return a_document(*printed, **feet, tax_note=decision.note, with_tax=decision.inclusive)


@settings(max_examples=60, deadline=None)
@given(
    prices=st.lists(st.tuples(st.integers(-50_000, 500_000), st.integers(1, 40)), min_size=1, max_size=12),
    decision=st.sampled_from(DECISIONS),
    rounding=st.sampled_from(Rounding),
    currency=st.sampled_from(("EUR", "JPY", "USD")),
    discount=st.integers(0, 300),
)
def test_the_sums_are_those_of_the_invoice_and_every_line_adds_up(prices, decision, rounding, currency, discount):
    printed = priced(prices, decision, rounding, currency, discount)

    root = read(printed)

    summed = "SpecifiedTradeSettlementHeaderMonetarySummation"
    for tag, sum_ in (
        *(("LineTotalAmount", printed.net), ("TaxBasisTotalAmount", printed.net), ("TaxTotalAmount", printed.tax)),
        *(("GrandTotalAmount", printed.total), ("DuePayableAmount", printed.total)),
    ):
        assert minors(root, printed, summed, tag) == [sum_.minor]
    header = "ApplicableHeaderTradeSettlement"
    assert sum(minors(root, printed, header, "ApplicableTradeTax", "BasisAmount")) == printed.net.minor
    assert sum(minors(root, printed, header, "ApplicableTradeTax", "CalculatedAmount")) == printed.tax.minor
    for line, item in zip(printed.lines, root.iter(RAM + "IncludedSupplyChainTradeLineItem"), strict=True):
        [net] = minors(item, printed, "LineTotalAmount")
        [price] = texts(item, "ChargeAmount")
        [quantity] = texts(item, "BilledQuantity")
        basis, off = texts(item, "BasisQuantity") or ["1"], minors(item, printed, "ActualAmount") or [0]
        exact = Money.of(Decimal(price) * Decimal(quantity) / Decimal(basis[0]), currency).minor
        assert net == line.net.minor == exact - off[0]
        assert Decimal(price) >= 0


@pytest.mark.parametrize(
    ("printed", "category", "rate", "reason"),
    [
        (a_document(), "S", "23", None),
        (a_document(a_printed_line(taxes=(("VAT 0%", 0, 0),))), "Z", "0", None),
        (a_document(a_printed_line(taxes=()), tax_note=REVERSE_CHARGE), "AE", "0", REVERSE_CHARGE),
        (a_document(a_printed_line(taxes=()), tax_note="Art. 132."), "E", "0", "Art. 132."),
        (a_document(a_printed_line(taxes=()), tax_note=OUTSIDE), "O", None, OUTSIDE),
        (a_document(a_printed_line(taxes=())), "O", None, "Not subject to VAT."),
    ],
)
def test_each_tax_case_has_its_category(printed, category, rate, reason):
    root = read(printed)

    header = "ApplicableHeaderTradeSettlement"
    assert texts(root, header, "ApplicableTradeTax", "CategoryCode") == [category]
    assert texts(root, header, "ApplicableTradeTax", "RateApplicablePercent") == ([rate] if rate else [])
    assert texts(root, header, "ApplicableTradeTax", "ExemptionReason") == ([reason] if reason else [])
    ids = texts(root, "SpecifiedTaxRegistration", "ID")
    assert ids == ([] if category == "O" else ["IE6388047V", "DE136695976"])


def test_a_credit_note_is_a_381_that_names_its_invoice():
    root = read(a_document(**NOTE, named=("INV-2026-000123", date(2026, 3, 2)), memo="The server stood still"))

    assert texts(root, "TypeCode")[0] == "381"
    assert texts(root, "InvoiceReferencedDocument", "IssuerAssignedID") == ["INV-2026-000123"]
    assert texts(root, "DueDateDateTime") == []
    assert "The server stood still" in texts(root, "IncludedNote", "Content")


def test_tax_in_the_sellers_currency_stands_beside_the_other():
    line = a_printed_line(10_000, taxes=(("VAT 23%", 230_000, 2_300),), currency="USD")

    root = read(a_document(line, report_currency="EUR", report_rate="0.92365"))

    assert texts(root, "TaxCurrencyCode") == ["EUR"]
    assert texts(root, "TaxTotalAmount") == ["23.00", "21.24"]


NOT_SAID = {
    "proforma": a_document(kind=Kind.PROFORMA),
    "three decimals": a_document(a_printed_line(currency="KWD")),
    "two taxes on a line": a_document(a_printed_line(taxes=(("GST", 50_000, 50), ("QST", 99_750, 100)))),
    "tax without an id": a_document(seller={**SELLER, "tax_id": ""}),
    "reverse charge for nobody": a_document(a_printed_line(taxes=()), tax_note=REVERSE_CHARGE, customer=PERSON),
}


@pytest.mark.parametrize("case", NOT_SAID)
def test_what_the_norm_cannot_say_is_printed_without_data(case):
    assert e_invoice(NOT_SAID[case]) is None
    made = print_document(NOT_SAID[case], DocumentRules(e_invoice=EInvoices.EVERYBODY))
    assert PdfReader(io.BytesIO(made.content)).attachments == {}


@pytest.mark.parametrize(
    ("wanted", "customer", "carried"),
    [
        ("nobody", BUSINESS, False),
        ("businesses", BUSINESS, True),
        ("businesses", {**PERSON, "tax_id": "DE136695976"}, True),
        ("businesses", PERSON, False),
        ("everybody", PERSON, True),
    ],
)
def test_the_house_decides_whose_pdf_carries_it(wanted, customer, carried):
    made = print_document(a_document(customer=customer), DocumentRules.model_validate({"e_invoice": wanted}))

    assert list(PdfReader(io.BytesIO(made.content)).attachments) == (["factur-x.xml"] if carried else [])


def test_the_pdf_is_told_to_be_a_factur_x_and_is_still_whole():
    printed = a_document()

    made = print_document(printed, DocumentRules())

    reader = PdfReader(io.BytesIO(made.content), strict=True)
    root: Any = reader.trailer["/Root"]
    assert reader.attachments["factur-x.xml"] == [e_invoice(printed)]
    [file] = root["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Alternative"
    assert file.get_object()["/EF"]["/F"]["/Subtype"] == "/text/xml"
    xmp = root["/Metadata"].get_data()
    ET.fromstring(xmp)  # noqa: S314  # our own
    for said in (
        *(b"<fx:DocumentType>INVOICE<", b"<fx:DocumentFileName>factur-x.xml<", b"<fx:Version>1.0<"),
        *(b"<fx:ConformanceLevel>EN 16931<", b"Factur-X PDFA Extension Schema", b"<pdfaid:part>3<"),
    ):
        assert xmp.count(said) == 1
    assert places_are_right(made.content)


def places_are_right(pdf):
    """Whether each entry of the table points at its object, and the end of the file at the table."""
    table = int(pdf.rpartition(b"startxref")[2].split()[0])
    assert pdf[table : table + 4] == b"xref"
    rows = pdf[table:].split(b"\n")[2:]
    places = [int(row[:10]) for row in rows if row[17:18] == b"n"]
    assert all(first < second for first, second in pairwise(places))
    return all(pdf[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, start=1))


def test_a_file_without_metadata_is_not_touched():
    with pytest.raises(ValueError, match="no metadata"):
        say_factur_x(b"%PDF-1.7")


def test_what_xml_cannot_hold_is_left_out():
    root = read(a_document(customer={**BUSINESS, "company": "A\x07da <&> Söhne", "name": "x"}))

    assert "Ada <&> Söhne" in texts(root, "BuyerTradeParty", "Name")


def test_the_lines_keep_their_order_and_their_periods():
    lines = [a_printed_line(description=f"VPS {number}") for number in range(3)]

    root = read(replace(a_document(*lines)))

    assert texts(root, "SpecifiedTradeProduct", "Name") == ["VPS 0", "VPS 1", "VPS 2"]
    assert Counter(texts(root, "AssociatedDocumentLineDocument", "LineID")) == Counter("123")
    assert len(list(root.iter(RAM + "BillingSpecifiedPeriod"))) == 4
