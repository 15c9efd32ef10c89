"""The PDFs of invoices, proformas and credit notes: each made once from the frozen document, then kept."""

from enum import StrEnum
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from pydantic import Field, field_validator
from sqlmodel import select

from ezscale.billing.bank_rules import BankAccount, account_for
from ezscale.billing.cases import open_case
from ezscale.billing.credit_notes import credit_note
from ezscale.billing.document_words import language_of
from ezscale.billing.e_invoice import e_invoice
from ezscale.billing.invoicing import invoice_lines, invoice_to_change
from ezscale.billing.printed import Printed, of_credit_note, of_invoice
from ezscale.billing.sheet import Look, sheet_of
from ezscale.billing.typesetting import Print, typeset
from ezscale.company.rules import Rules, rules
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import Work
from ezscale.models import Customer, InvoiceDocument, PrintedDocument
from ezscale.models.invoice import InvoiceStatus


class Design(StrEnum):
    """How documents look."""

    PLAIN = "plain"
    BAND = "band"


class EInvoices(StrEnum):
    """Whose PDFs carry the invoice as data, too."""

    NOBODY = "nobody"
    BUSINESSES = "businesses"
    EVERYBODY = "everybody"


class DocumentRules(Rules):
    """How invoices, proformas and credit notes look. What was issued before stays as it was."""

    topic: ClassVar[str] = "documents"
    title: ClassVar[str] = "Look of documents, e-invoices"

    design: Design = Field(default=Design.PLAIN, description="Plain: black on white. Band: a band of colour on top.")
    accent: str = Field(
        default="#1d3a8a",
        pattern=r"^#[0-9a-fA-F]{6}$",
        title="Colour",
        description="Colour of the name or the band, as in #1d3a8a.",
    )
    footer: str = Field(
        default="",
        max_length=300,
        title="Foot",
        description="Words at the foot of each page, such as a register and a bank account.",
    )
    e_invoice: EInvoices = Field(
        default=EInvoices.BUSINESSES,
        title="E-invoices",
        description="Whose PDFs carry the e-invoice (EN 16931, Factur-X): nobody, businesses (with a company or a VAT id)"
        " or everybody.",
    )

    @field_validator("footer")
    @classmethod
    def _few_lines(cls, typed: str) -> str:
        if len(typed.splitlines()) > 3:
            raise ValueError("Three lines at most.")
        return typed.strip()

    @property
    def look(self) -> Look:
        """What the paper must know of it."""
        return Look(self.design, self.accent, self.footer)

    def want_e_invoice(self, printed: Printed) -> bool:
        """Whether this document carries its data."""
        business = bool(printed.customer.get("company") or printed.customer.get("tax_id"))
        return self.e_invoice is EInvoices.EVERYBODY or (self.e_invoice is EInvoices.BUSINESSES and business)


def invoice_pdf(work: Work, invoice_id: UUID) -> bytes:
    """The PDF of an issued invoice that the actor may see; byte for byte the same for ever. Drafts have none.

    One that is still a proforma is printed as that; with its number it becomes another document.
    """
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is InvoiceStatus.DRAFT:
        raise BusinessError("This invoice has not been issued yet.")
    if invoice.is_proforma:
        return _printed_once(work, of_invoice(invoice, invoice_lines(work, invoice_id)), invoice.customer_id)
    kept = work.session.exec(select(InvoiceDocument).where(InvoiceDocument.invoice_id == invoice_id)).first()
    if kept is None:
        content = _print(work, of_invoice(invoice, invoice_lines(work, invoice_id)), invoice.customer_id)
        kept = InvoiceDocument(
            invoice_id=invoice_id, sha256=sha256(content).hexdigest(), content=content, created_at=work.now
        )
        work.session.add(kept)
    return kept.content


def credit_note_pdf(work: Work, note_id: UUID) -> bytes:
    """The PDF of a credit note that the actor may see; byte for byte the same for ever."""
    found = credit_note(work, note_id)
    return _printed_once(work, of_credit_note(found.note, found.lines, found.invoice), found.note.customer_id)


def print_document(
    printed: Printed, decided: DocumentRules, language: str = "en", account: BankAccount | None = None
) -> Print:
    """Lay a document out on paper, with the e-invoice in it where that is wanted and can be said."""
    data = e_invoice(printed) if decided.want_e_invoice(printed) else None
    return typeset(sheet_of(printed, language_of(language), decided.look.naming(account)), printed.day, data)


def _printed_once(work: Work, printed: Printed, customer_id: UUID) -> bytes:
    kept = work.session.exec(select(PrintedDocument).where(PrintedDocument.number == printed.number)).first()
    if kept is None:
        content = _print(work, printed, customer_id)
        kept = PrintedDocument(
            number=printed.number, sha256=sha256(content).hexdigest(), content=content, created_at=work.now
        )
        work.session.add(kept)
    return kept.content


def _print(work: Work, printed: Printed, customer_id: UUID) -> bytes:
    customer = work.session.get_one(Customer, customer_id)
    account = account_for(work, printed.currency)
    made = print_document(printed, rules(work, DocumentRules), customer.language, account)
    if made.lost:
        facts = {"document": printed.number, "characters": " ".join(made.lost[:40])}
        open_case(work, "unprintable", printed.number, customer_id, facts)
    return made.content
