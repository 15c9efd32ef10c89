"""Each kind of e-invoice against the schema that comes with the norm's own library."""

from dataclasses import replace
from datetime import date

import pytest
from facturx import xml_check_xsd  # type: ignore[import-untyped]  # it has no types

from ezscale.billing.e_invoice import e_invoice
from ezscale.billing.printed import Kind
from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE
from tests.billing.sheets import a_document, a_printed_line, many_lines

FREE = a_printed_line(taxes=())
IN_DOLLARS = a_printed_line(10_000, taxes=(("VAT 23%", 230_000, 2_300),), currency="USD")
DOCUMENTS = {
    "standard": a_document(*many_lines(8)),
    "reverse charge": a_document(FREE, tax_note=REVERSE_CHARGE),
    "exempt": a_document(FREE, tax_note="Exempt under Art. 132."),
    "outside": a_document(FREE, tax_note=OUTSIDE),
    "some of it untaxed": a_document(FREE, a_printed_line()),
    "prices with tax": a_document(replace(a_printed_line(1_230), net=a_printed_line().net), with_tax=True),
    "yen": a_document(a_printed_line(currency="JPY")),
    "in another currency": a_document(IN_DOLLARS, report_currency="EUR", report_rate="0.92365", memo="Thank you"),
    "credit note": a_document(kind=Kind.CREDIT_NOTE, due_on=None, named=("INV-2026-000001", date(2026, 2, 1))),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_an_e_invoice_keeps_to_the_schema_of_en_16931(case):
    assert xml_check_xsd(e_invoice(DOCUMENTS[case]), flavor="factur-x", level="en16931")


def test_the_schema_notices_what_is_wrong():
    data = e_invoice(DOCUMENTS["standard"])
    assert data is not None

    with pytest.raises(Exception, match="not valid"):
        xml_check_xsd(
            data.replace(b"ram:GrandTotalAmount", b"ram:GreatTotalAmount"), flavor="factur-x", level="en16931"
        )
