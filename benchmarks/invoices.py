"""Invoices on paper, from our rows to the file: against Typst alone on the very same pages, and against WeasyPrint.

Typst alone is its compiler with our layout and our fonts, given what stands on the page ready made. No two documents are
alike, for it remembers what it has laid out before. WeasyPrint lays out a page of HTML with the same words; it is no
dependency of ours, so its column is there only where it is installed (`pip install weasyprint==70.0`, and Pango).
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from time import process_time

from benchmarks.measuring import Place, Result, Watch, peak_mb
from ezscale.billing.document_words import ENGLISH
from ezscale.billing.documents import Design, DocumentRules, print_document
from ezscale.billing.e_invoice import e_invoice
from ezscale.billing.printed import of_invoice
from ezscale.billing.sheet import Sheet, sheet_of
from ezscale.billing.typesetting import STANDARD, Words, as_written, compiler
from ezscale.kit.ids import new_id
from ezscale.models import Invoice, InvoiceLine
from ezscale.models.invoice import InvoiceStatus
from tests.billing.sheets import BUSINESS, SELLER
from tests.builders import NOW, TODAY

try:
    from weasyprint import HTML  # type: ignore[import-not-found]  # see above
except (ImportError, OSError):  # the second where Pango is missing
    HTML = None

SIZES = (1, 100, 1_000)
LINES = (1, 12, 500)
BATCH = 25
MOST_LINES = 20_000  # of all documents together: more of them tell nothing new
SCRIPTS = {
    "Latin": {},
    "Arabic": {
        "company": "شركة النور للاستضافة",
        "name": "محمد عبد الله",
        "address": "شارع الملك فهد 12",
        "city": "الرياض",
    },
    "Chinese": {"company": "北京云计算有限公司", "name": "王小明", "address": "中关村大街 27 号", "city": "北京"},
}
RULES = DocumentRules(design=Design.BAND)
Rows = tuple[Invoice, list[InvoiceLine]]


def measure(place: Place, size: int) -> Iterator[Result]:
    """So many documents of each length in each script."""
    for count in LINES:
        if size * count > MOST_LINES:
            continue
        for script in SCRIPTS:
            yield from compare(place, size, count, script)


def compare(place: Place, size: int, count: int, script: str) -> Iterator[Result]:
    """Ours, Typst's and WeasyPrint's in turns, each on pages of its own; the first ones warm up and do not count.

    All is processor time, of all threads: whatever else the machine does has no part in it.
    """
    ours, bare, weasy = (Watch(place.kind) for _ in range(3))
    each: list[float] = []
    for number in range(3):
        print_document(of_invoice(*an_invoice(number, count, script)), RULES)
        typst_alone(*on_page(an_invoice(number + 3, count, script)))
    rounds = size if size >= 100 else 5
    for first in range(0, rounds, BATCH):
        numbers = range(first + 10, min(first + BATCH, rounds) + 10)
        rows = [an_invoice(2 * number, count, script) for number in numbers]
        ready = [on_page(an_invoice(2 * number + 1, count, script)) for number in numbers]
        with ours.running():
            made = [timed(each, printed) for printed in rows]
        with bare.running():
            for page in ready:
                typst_alone(*page)
        assert made[0] == timed([], rows[0])  # the same file each time
        if HTML is not None and first == 0:
            pages = [as_html(sheet) for sheet, _ in ready[: max(1, 60 // count)]]
            HTML(string=pages[0]).write_pdf(pdf_variant="pdf/a-3b")
            with weasy.running():
                for html in pages:
                    HTML(string=html).write_pdf(pdf_variant="pdf/a-3b")
            weasy.seconds /= len(pages)
    name, peak = f"invoice PDF, {count} lines, {script}", peak_mb()
    spent, alone = (watch.seconds / rounds * 1_000 for watch in (ours, bare))
    yield Result(name, size, "", spent, alone, "ms", peak, "bare Typst", 2.0)
    if weasy.seconds:
        yield Result(name, size, "", spent, weasy.seconds * 1_000, "ms", peak, "WeasyPrint", 0.2)
    if count == 12 and size >= 100:
        slowest = sorted(each)[int(len(each) * 0.99)] * 1_000
        yield Result(f"{name}, p99", size, "", slowest, 40.0, "ms", peak, "40 ms", 1.0)


def timed(each: list[float], rows: Rows) -> bytes:
    """An invoice's file; how long it took goes to the others."""
    began = process_time()
    content = print_document(of_invoice(*rows), RULES).content
    each.append(process_time() - began)
    return content


def typst_alone(sheet: str, data: str) -> bytes:
    """The compiler with everything ready."""
    inputs = {"sheet": sheet, "e_invoice": data}
    made = compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=0)
    assert isinstance(made, bytes)
    return made


def on_page(rows: Rows) -> tuple[str, str]:
    """What stands on the page, and the data beside it, as the compiler takes them."""
    printed = of_invoice(*rows)
    sheet = Words(as_written).of(sheet_of(printed, ENGLISH, RULES.look))
    return json.dumps(sheet, ensure_ascii=False), (e_invoice(printed) or b"").decode()


def an_invoice(number: int, count: int, script: str) -> Rows:
    """An issued invoice with its lines, like no other."""
    invoice_id, lines = new_id(), []
    for place in range(count):
        price = 1_000 + (number * 37 + place * 101) % 9_000
        begins = TODAY + timedelta(days=(number + place) % 300)
        minor = round(price * 0.23)
        lines.append(
            InvoiceLine(
                invoice_id=invoice_id,
                position=place + 1,
                currency="EUR",
                description=f"VPS {place % 8 + 1} (web{number}-{place}.example.com), monthly",
                period_start=begins,
                period_end=begins + timedelta(days=30),
                price_minor=price,
                net_minor=price,
                tax_name="VAT 23%",
                tax_rate=2_300,
                tax_minor=minor,
                taxes=[{"name": "VAT 23%", "place": "IE", "rate": 230_000, "minor": minor}],
            )
        )
    net, tax_sum = (sum(getattr(line, name) for line in lines) for name in ("net_minor", "tax_minor"))
    invoice = Invoice(
        id=invoice_id,
        number=f"INV-2026-{number:06}",
        customer_id=new_id(),
        status=InvoiceStatus.OPEN,
        currency="EUR",
        net_minor=net,
        tax_minor=tax_sum,
        total_minor=net + tax_sum,
        issued_on=date(2026, 3, 2),
        due_on=date(2026, 3, 16),
        created_at=NOW,
        seller=SELLER,
        billed_to={**BUSINESS, **SCRIPTS[script]},
    )
    return invoice, lines


STYLE = """
@page { size: A4; margin: 20mm 20mm 28mm; @bottom-right { content: "Page " counter(page) " of " counter(pages) } }
body { font: 9.5pt "Noto Sans"; } .band { background: #1d3a8a; color: #fff; padding: 12mm 0; font-size: 18pt }
.parties td { vertical-align: top; width: 33% } table { width: 100%; border-collapse: collapse }
.lines th { background: #1d3a8a; color: #fff; text-align: left } .lines td { border-bottom: 1px solid #d5dae3 }
.lines td, .lines th { padding: 2mm } .lines td:nth-child(n+2) { text-align: right } small { color: #596377 }
"""


def as_html(sheet_json: str) -> str:
    """The same words as a page for WeasyPrint."""
    sheet: Sheet = json.loads(sheet_json)

    def cells(texts: list[str], tag: str = "td") -> str:
        return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)

    def party(it: Sheet) -> str:
        return f"<td><small>{it['label']}</small><br><b>{escape(it['name'])}</b><br>{'<br>'.join(map(escape, it['lines']))}</td>"

    lines = "".join(
        f"<tr><td>{escape(line['text'])}<br><small>{'<br>'.join(map(escape, line['details']))}</small></td>"
        f"{cells(line['figures'])}</tr>"
        for line in sheet["lines"]
    )
    facts = "<br>".join(f"{escape(name)} {escape(value)}" for name, value in sheet["facts"])
    sums = "".join(f"<tr>{cells(row)}</tr>" for row in [*sheet["sums"], [sheet["total"][0], "", sheet["total"][1]]])
    return (
        f"<meta charset=utf-8><style>{STYLE}</style><div class=band>{escape(sheet['seller']['name'])}"
        f" {escape(sheet['title'])} {escape(sheet['number'])}</div>"
        f"<table class=parties><tr>{party(sheet['customer'])}{party(sheet['seller'])}<td>{facts}</td></tr></table>"
        f"<table class=lines><thead><tr>{cells(sheet['columns'], 'th')}</tr></thead>{lines}</table><table>{sums}</table>"
    )
