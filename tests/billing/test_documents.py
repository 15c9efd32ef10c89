"""The paper: all that the law wants on it, in any script, the same file each time."""

import io
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pypdf import PdfReader
from sqlmodel import select
from typst import TypstError

from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.document_words import LANGUAGES, language_of
from ezscale.billing.documents import DocumentRules, credit_note_pdf, invoice_pdf, print_document
from ezscale.billing.printed import Kind
from ezscale.billing.sheet import readable_on, sheet_of
from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE
from ezscale.billing.typesetting import Words, as_written, compiler, in_latin_only, typeset
from ezscale.company.rules import set_rules
from ezscale.kit.errors import NotFound
from ezscale.models import BillingCase, Customer, InvoiceDocument, PrintedDocument
from tests.billing.papers import a_line, euros, owes, pays_from_credit
from tests.billing.sheets import BUSINESS, a_document, a_printed_line, many_lines

DESIGNS = ("plain", "band")
ELSEWHERE = """
import sys
from hashlib import sha256
from ezscale.billing.documents import DocumentRules, print_document
from tests.billing.sheets import a_document, many_lines
made = print_document(a_document(*many_lines(30)), DocumentRules.model_validate({"design": "band", "e_invoice": "everybody"}), "de")
sys.stdout.write(sha256(made.content).hexdigest())
"""


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def becomes(at, person, **facts):
    """The customer's own words about themselves change."""
    customer_id = person.actor.own_customer()
    with at.robot() as work:
        customer = work.session.get_one(Customer, customer_id)
        for name, value in facts.items():
            setattr(customer, name, value)


def pages_of(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def says(printed, design="plain", language="en", **more):
    made = print_document(printed, decided(design=design, **more), language)
    assert made.lost == ""
    return plain(" ".join(pages_of(made.content)))


def decided(**fields):
    """The house's decisions as they are typed."""
    return DocumentRules.model_validate(fields)


def plain(text):
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def gathered(text):
    """What a printer may break or join, taken out."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_invoice_says_all_that_article_226_wants(design):
    lines = [
        a_printed_line(1_100, 3, 300, (("VAT 23%", 230_000, 690),), description="VPS 2 web.example.com"),
        a_printed_line(500, 1, 0, (("VAT 9%", 90_000, 45),), start=None, end=None, description="A book"),
    ]

    told = says(a_document(*lines), design)

    for wanted in (
        *("Invoice", "INV-2026-000123", "2 March 2026", "16 March 2026"),
        *("EZScale Ltd", "1 Harbour Row, Dublin D01 X2Y3, Ireland", "VAT id IE6388047V"),
        *("Moreno Analytics GmbH", "Ada Moreno", "Lindenstr. 9", "53111 Bonn", "Germany", "VAT id DE136695976"),
        *("VPS 2 web.example.com", "2 Mar 2026 – 1 Apr 2026", "€11.00", "Discount -€3.00", "€30.00", "23 %"),
        *("VAT 23% on €30.00 €6.90", "VAT 9% on €5.00 €0.45", "Total without tax €35.00", "€42.35"),
    ):
        assert wanted in told


def test_a_line_may_carry_several_taxes_and_each_is_summed_up_by_itself():
    taxes = (("GST 5%", 50_000, 500), ("QST 9.975%", 99_750, 998))

    told = says(a_document(a_printed_line(10_000, taxes=taxes, currency="CAD"), customer={**BUSINESS, "country": "CA"}))

    assert "5 % + 9.975 %" in told
    assert "GST 5% on CA$100.00 CA$5.00" in told
    assert "QST 9.975% on CA$100.00 CA$9.98" in told


def test_a_tax_on_tax_names_what_it_was_taken_of():
    taxes = (("PST 5%", 50_000, 500), ("X 10%", 100_000, 1_050))

    assert "X 10% on €105.00 €10.50" in says(a_document(a_printed_line(10_000, taxes=taxes)))


def test_the_words_of_reverse_charge_exemption_and_of_staff_are_printed():
    free = a_printed_line(taxes=())

    assert REVERSE_CHARGE in says(a_document(free, tax_note=REVERSE_CHARGE))
    assert "Without tax on €10.00 €0.00" in says(a_document(free, tax_note=REVERSE_CHARGE))
    assert "Exempt under Art. 132." in says(a_document(free, tax_note="Exempt under Art. 132."))
    assert "Thank you, Ada" in says(a_document(free, memo="Thank you, Ada"))


def test_prices_that_include_tax_say_so_and_the_price_without_it_stands_below():
    line = replace(a_printed_line(1_230, 2, 0, (("VAT 23%", 230_000, 460),)), net=a_printed_line(2_000).net)

    told = says(a_document(line, with_tax=True))

    assert "Unit price incl. tax" in told
    assert "Unit prices and discounts include tax." in told
    assert "Unit price without tax €10.00" in told
    assert "€20.00" in told


def test_tax_is_said_in_the_sellers_currency_too():
    line = a_printed_line(10_000, taxes=(("VAT 23%", 230_000, 2_300),), currency="USD")

    told = says(a_document(line, report_currency="EUR", report_rate="0.92365"))

    assert "Tax in EUR: €21.24, at 0.92365 EUR for 1 USD." in told
    assert "Tax in" not in says(a_document(line, report_currency="USD", report_rate="1"))


def test_a_credit_note_names_its_invoice_and_why_and_is_never_due():
    told = says(
        a_document(
            kind=Kind.CREDIT_NOTE,
            number="CN-2026-000001",
            named=("INV-2026-000123", date(2026, 2, 1)),
            due_on=None,
            memo="The server stood still",
        )
    )

    for wanted in ("Credit note", "CN-2026-000001", "For invoice INV-2026-000123", "of 1 February 2026"):
        assert wanted in told
    assert "Reason: The server stood still" in told
    assert "Total credited €12.30" in told
    assert "Due" not in told


def test_a_proforma_says_that_it_is_no_invoice():
    told = says(a_document(kind=Kind.PROFORMA, number="PF-2026-000001"))

    assert "Proforma invoice PF-2026-000001" in told
    assert "This is not an invoice." in told


@pytest.mark.parametrize(
    ("currency", "price", "shown"),
    [("JPY", 1_100, "JP¥1,100"), ("KWD", 1_100, "KWD 1.100"), ("HUF", 110_000, "HUF 1,100.00"), ("INR", 100, "₹1.00")],
)
def test_every_currency_is_written_with_its_own_digits(currency, price, shown):
    assert shown in says(a_document(a_printed_line(price, taxes=(), currency=currency)))


@pytest.mark.parametrize("design", DESIGNS)
def test_five_hundred_lines_go_over_pages_each_with_its_headings_and_number(design):
    made = print_document(a_document(*many_lines(500)), decided(design=design))

    pages = [plain(page) for page in pages_of(made.content)]
    told = " ".join(pages)
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "INV-2026-000123" in page
        assert ("Description" in page) or number == len(pages)
    assert len(pages) > 10
    assert all(f"({place}.example.com)" in told for place in range(1, 501))
    assert "-€4.50" in told


NAMES = {
    "Latin": "Łukasz Öztürk-Nguyễn",
    "Greek": "Αθηνά Παπαδοπούλου",
    "Cyrillic": "Оксана Їжакевич",
    "Arabic": "شركة النور للاستضافة",
    "Persian": "می‌خواهم",
    "Hebrew": "דנה לוי",
    "Devanagari": "अदिति शर्मा",
    "Bengali": "অদিতি",
    "Tamil": "அதிதி",
    "Thai": "สมชาย ใจดี",
    "Chinese": "北京云计算有限公司",
    "Traditional": "臺灣雲端股份有限公司",
    "Japanese": "𠮷田さくらインターネット",
    "Korean": "김철수",
    "Georgian": "გიორგი",
    "Armenian": "Արամ",
    "Amharic": "አበበ",
    "Khmer": "សុខា",
    "Burmese": "အောင်",
    "Sinhala": "නිමල්",
    "Telugu": "అదితి",
    "Punjabi": "ਅਦਿਤੀ",
    "Lao": "ສົມ",
}


@pytest.mark.parametrize("script", NAMES)
def test_every_script_is_printed_with_a_font_of_ours(script):
    customer = {**BUSINESS, "company": NAMES[script], "name": NAMES[script]}

    made = print_document(a_document(customer=customer), DocumentRules())

    assert made.lost == ""
    fonts = set(re.findall(rb"/FontName/[A-Z]{6}\+(\w+)", made.content))
    assert fonts
    assert all(font.startswith(b"NotoSans") for font in fonts)


@pytest.mark.parametrize("script", ["Arabic", "Hebrew"])
def test_a_name_that_runs_from_the_right_keeps_its_letters_in_order(script):
    """The glyphs lie from right to left; told in the order they are read, they are the name again."""
    customer = {**BUSINESS, "company": NAMES[script]}
    shown = Words(as_written).of(sheet_of(a_document(customer=customer), language_of("en"), DocumentRules().look))

    assert shown["customer"]["name"] == f"\u2068{NAMES[script]}\u2069"
    told = says(a_document(customer=customer))
    assert any(word in told or word[::-1] in told for word in NAMES[script].split())


def test_what_no_font_has_is_shown_as_missing_and_the_rest_is_printed():
    made = print_document(a_document(customer={**BUSINESS, "company": "Rocket 🚀 Hosting"}), DocumentRules())

    assert made.lost == "🚀"
    assert "Rocket \ufffd Hosting" in plain(" ".join(pages_of(made.content)))


@pytest.mark.parametrize(
    "name", ["a\u0323\u0e47b", "\x07Ada\x00", "\u202eadA", "x\ufe0f\u20e3", "\ud800", "\ue000", "ก\u064b"]
)
def test_no_name_keeps_an_invoice_from_being_printed(name):
    made = print_document(a_document(customer={**BUSINESS, "company": name}), DocumentRules())

    assert "INV-2026-000123" in " ".join(pages_of(made.content))


def test_a_text_that_is_refused_all_the_same_is_said_in_plain_letters():
    sheet = sheet_of(a_document(customer={**BUSINESS, "company": "Rocket 🚀 中"}), language_of("en"), decided().look)

    made = typeset(sheet, date(2026, 3, 2), sayings=(str, in_latin_only))

    assert made.lost == "中🚀"
    assert "Rocket \ufffd \ufffd" in plain(pages_of(made.content)[0])
    with pytest.raises(TypstError):
        typeset(sheet, date(2026, 3, 2), sayings=(str,))


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=30))
def test_nothing_that_can_be_typed_keeps_an_invoice_from_being_printed(name):
    made = print_document(a_document(customer={**BUSINESS, "company": name}), DocumentRules())

    assert made.content.startswith(b"%PDF-1.7")


def test_no_name_turns_round_what_stands_beside_it():
    shown = Words(as_written).of(["Ada \u202etxt.exe\u202c", "line\none"])

    assert shown == ["Ada txt.exe", "line one"]


def test_every_language_has_every_word():
    english = LANGUAGES["en"].words

    assert {code: language.words.keys() ^ english.keys() for code, language in LANGUAGES.items()} == {
        "en": set(),
        "de": set(),
    }


def test_a_german_customer_reads_german_and_who_reads_what_we_do_not_print_reads_english():
    printed = a_document(a_printed_line(taxes=()), tax_note=REVERSE_CHARGE)

    told = says(printed, language="de-AT")

    for wanted in ("Rechnung", "2. März 2026", "10,00 €", "USt-IdNr. DE136695976", "Seite 1 von 1"):
        assert wanted in told
    assert "Steuerschuldnerschaft des Leistungsempfängers" in told
    assert "Nicht im Anwendungsbereich" in says(replace(printed, tax_note=OUTSIDE), language="de")
    assert "Invoice" in says(printed, language="tlh")


def test_the_colour_and_the_words_at_the_foot_are_the_houses_own():
    more = {"accent": "#ffee00", "footer": "Registered in Ireland, 123456\nIBAN IE29 AIBK 9311"}

    told = says(a_document(), "band", **more)

    assert "Registered in Ireland, 123456 IBAN IE29 AIBK 9311" in told
    assert readable_on("#ffee00") == "#0b1020"
    assert readable_on("#1d3a8a") == "#ffffff"
    for wrong in ({"accent": "red"}, {"accent": '#000000"'}, {"design": "x"}, {"footer": "1\n2\n3\n4"}):
        with pytest.raises(ValidationError):
            decided(**wrong)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_document_is_pdf_a_3b_and_says_what_it_is(design):
    made = print_document(a_document(), decided(design=design))

    reader = PdfReader(io.BytesIO(made.content))
    xmp = made.content[made.content.index(b"<?xpacket begin") : made.content.index(b"<?xpacket end")].decode()
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in xmp
    about: Any = reader.metadata
    root: Any = reader.trailer["/Root"]
    assert about.title == "Invoice INV-2026-000123"
    assert about.author == "EZScale Ltd"
    assert about.creation_date == datetime(2026, 3, 2, tzinfo=UTC)
    assert root["/OutputIntents"]
    assert not reader.is_encrypted
    assert b"/JavaScript" not in made.content


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_another_process_in_another_time_zone_makes_the_very_same_file(zone):
    here = print_document(a_document(*many_lines(30)), decided(design="band", e_invoice="everybody"), "de")
    world = {**os.environ, "TZ": zone, "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}

    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env=world, capture_output=True, text=True, check=True
    ).stdout

    assert there == sha256(here.content).hexdigest()


def test_no_font_of_the_machine_is_ever_used():
    told = json.dumps(sheet_of(a_document(), language_of("en"), DocumentRules().look))

    _, warnings = compiler().compile_with_warnings(format="pdf", sys_inputs={"sheet": told}, timestamp=0)

    assert warnings == []  # a family that is not there would be one


def test_an_invoice_is_printed_once_in_the_design_and_the_language_of_that_day(at, ada):
    becomes(at, ada, language="de")
    invoice = owes(at, ada, a_line())
    with at.robot() as work:
        first = invoice_pdf(work, invoice.id)
        set_rules(work, DocumentRules, {"design": "band", "accent": "#aa0000"})
    becomes(at, ada, language="en")

    with at.robot() as work:
        assert invoice_pdf(work, invoice.id) == first
        assert len(work.session.exec(select(InvoiceDocument)).all()) == 1
    assert "Rechnung" in pages_of(first)[0]
    later = owes(at, ada, a_line())
    with at.robot() as work:
        assert "Invoice" in pages_of(invoice_pdf(work, later.id))[0]


def test_a_pdf_of_before_stays_as_it_is(at, ada):
    invoice = owes(at, ada, a_line())
    old = InvoiceDocument(invoice_id=invoice.id, sha256="0" * 64, content=b"%PDF-1.4 of old", created_at=at.clock.now)
    with at.robot() as work:
        work.session.add(old)

    with at.robot() as work:
        assert invoice_pdf(work, invoice.id) == b"%PDF-1.4 of old"


def test_what_was_paid_or_voided_later_is_not_on_the_paper(at, ada):
    service = ada.buys()
    at.works()
    [invoice] = ada.invoices()

    with at.robot() as work:
        told = plain(pages_of(invoice_pdf(work, invoice.id))[0]).lower()

    assert service
    assert "paid" not in told
    assert "void" not in told


def test_a_name_that_cannot_be_printed_opens_a_case_once(at, ada):
    becomes(at, ada, company="Rocket 🚀")
    invoice = owes(at, ada, a_line())

    at.works()
    with at.robot() as work:
        invoice_pdf(work, invoice.id)

    with at.robot() as work:
        [case] = work.session.exec(select(BillingCase)).all()
        assert (case.kind, case.facts) == ("unprintable", {"document": "INV-2026-000001", "characters": "🚀"})


def test_a_credit_note_is_printed_when_it_is_issued_and_kept(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    with at.robot() as work:
        note = issue_credit_note(work, invoice.id, None, "The server stood still")
    at.works()

    with at.robot() as work:
        [kept] = work.session.exec(select(PrintedDocument)).all()
        assert (kept.number, kept.content) == ("CN-2026-000001", credit_note_pdf(work, note.id))
        assert kept.sha256 == sha256(kept.content).hexdigest()
    told = plain(pages_of(ada.does(lambda work: credit_note_pdf(work, note.id)))[0])
    assert "Credit note CN-2026-000001" in told
    assert "For invoice INV-2026-000001" in told
    assert "Total credited €123.00" in told
    bob = at.signs_up("Bob")
    with pytest.raises(NotFound):
        bob.does(lambda work: credit_note_pdf(work, note.id))


def test_a_proforma_is_one_document_and_the_invoice_that_it_becomes_another(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    asked, customer_id = owes(at, ada, a_line()), ada.actor.own_customer()
    at.works()
    with at.robot() as work:
        proforma = invoice_pdf(work, asked.id)
        grant_credit(work, customer_id, euros(100), "Sorry")

    pays_from_credit(at, asked)
    at.works()

    with at.robot() as work:
        [kept] = work.session.exec(select(PrintedDocument)).all()
        [printed] = work.session.exec(select(InvoiceDocument)).all()
        assert invoice_pdf(work, asked.id) == printed.content
    assert "Proforma invoice PF-2026-000001" in plain(pages_of(proforma)[0])
    assert "Invoice INV-2026-000001" in plain(pages_of(printed.content)[0])
    assert (kept.number, kept.content) == ("PF-2026-000001", proforma)


def test_several_threads_print_at_once():
    decided = DocumentRules.model_validate({"design": "band"})
    with ThreadPoolExecutor(4) as threads:
        printed = list(threads.map(lambda _: print_document(a_document(*many_lines(30)), decided).content, range(8)))

    assert len(set(printed)) == 1
