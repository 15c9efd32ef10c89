"""The PDF of an invoice: made once from the frozen document, then kept."""

import json
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import typst
from babel.dates import format_date
from sqlmodel import select

from ezscale.billing.invoicing import invoice_lines, invoice_to_change
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceDocument, InvoiceLine
from ezscale.models.invoice import InvoiceStatus

TEMPLATE = Path(__file__).parent / "invoice.typ"


def invoice_pdf(work: Work, invoice_id: UUID) -> bytes:
    """The PDF of an issued invoice that the actor may see; byte for byte the same for ever. Drafts have none."""
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is InvoiceStatus.DRAFT:
        raise BusinessError("This invoice has not been issued yet.")
    kept = work.session.exec(select(InvoiceDocument).where(InvoiceDocument.invoice_id == invoice_id)).first()
    if kept is None:
        content = print_invoice(invoice, invoice_lines(work, invoice_id))
        kept = InvoiceDocument(
            invoice_id=invoice_id, sha256=sha256(content).hexdigest(), content=content, created_at=work.now
        )
        work.session.add(kept)
    return kept.content


def print_invoice(invoice: Invoice, lines: list[InvoiceLine]) -> bytes:
    """Lay an invoice out on paper."""
    data = json.dumps(_contents(invoice, lines, "en_IE"), ensure_ascii=False)
    pdf = _compiler().compile(format="pdf", sys_inputs={"invoice": data}, timestamp=_noon(invoice))
    return bytes(pdf)  # type: ignore[arg-type]  # one page format, one document


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent))


def _noon(invoice: Invoice) -> int:
    """The document's own date as its creation time, so that the same invoice is the same file."""
    issued_on = invoice.issued_on
    return 0 if issued_on is None else (issued_on.toordinal() - 719_163) * 86_400


def _contents(invoice: Invoice, lines: list[InvoiceLine], locale: str) -> dict[str, object]:
    def money(minor: int) -> str:
        return Money(minor, invoice.currency).format(locale)

    rates: dict[str, int] = {}
    for line in lines:
        if line.tax_name:
            rates[line.tax_name] = rates.get(line.tax_name, 0) + line.tax_minor
    return {
        "number": invoice.number,
        "issued": _day(invoice.issued_on, locale),
        "due": _day(invoice.due_on, locale),
        "seller": invoice.seller,
        "customer": invoice.billed_to,
        "lines": [
            {
                "description": line.description,
                "period": _period(line, locale),
                "price": money(line.price_minor),
                "discount": money(-line.discount_minor) if line.discount_minor else "",
                "net": money(line.net_minor),
            }
            for line in lines
        ],
        "net": money(invoice.net_minor),
        "taxes": [{"name": name, "amount": money(minor)} for name, minor in rates.items()],
        "total": money(invoice.total_minor),
        "note": invoice.tax_note,
    }


def _day(day: object, locale: str) -> str:
    return format_date(day, "long", locale=locale) if day else ""  # type: ignore[arg-type]


def _period(line: InvoiceLine, locale: str) -> str:
    if line.period_start is None or line.period_end is None:
        return ""
    last_day = line.period_end - timedelta(days=1)
    return f"{_day(line.period_start, locale)} to {_day(last_day, locale)}"
