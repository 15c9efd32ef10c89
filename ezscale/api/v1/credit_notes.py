"""Credit notes: what was taken back of invoices."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from ezscale.accounts.permissions import SEE_BILLING, SEE_EVERYTHING
from ezscale.api.callers import ApiReading, scope
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Amount, Before, Limit, Page, next_page
from ezscale.billing.credit_notes import credit_note, credit_notes
from ezscale.billing.tax import percent
from ezscale.models import CreditNote, CreditNoteLine, Invoice

router = APIRouter(prefix="/api/v1/credit-notes", tags=["Credit notes"], responses=REFUSALS)


class CreditNoteOut(BaseModel, title="Credit note"):
    """A credit note, and the invoice that it takes something back of."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    number: str = Field(examples=["CN-2026-000012"])
    invoice_id: UUID = Field(examples=[EXAMPLE_ID])
    invoice_number: str | None = Field(examples=["INV-2026-000123"])
    issued_on: date = Field(examples=["2026-11-20"])
    reason: str = Field(examples=["The server stood still for a week"])
    net: Amount
    tax: Amount
    total: Amount
    kept_as_credit: Amount = Field(
        description="What of it had been paid: it became credit in your account, which may have been sent back to you."
    )

    @classmethod
    def of(cls, note: CreditNote, invoice: Invoice) -> Self:
        """As its customer may see it."""
        return cls(
            id=note.id,
            number=note.number,
            invoice_id=note.invoice_id,
            invoice_number=invoice.number,
            issued_on=note.issued_on,
            reason=note.reason,
            net=Amount.of(note.net),
            tax=Amount.of(note.tax),
            total=Amount.of(note.total),
            kept_as_credit=Amount.of(note.kept),
        )


class NoteLineOut(BaseModel, title="Credit note line"):
    """What was taken back of one position of the invoice."""

    description: str = Field(examples=["VPS 2, monthly"])
    net: Amount
    tax_name: str = Field(examples=["VAT 23%"])
    tax_percent: str = Field(examples=["23"])
    tax: Amount

    @classmethod
    def of(cls, line: CreditNoteLine) -> Self:
        """As printed."""
        return cls(
            description=line.description,
            net=Amount.of(line.net),
            tax_name=line.tax_name,
            tax_percent=percent(sum(tax["rate"] for tax in line.taxes)),
            tax=Amount.of(line.tax),
        )


class CreditNoteWithLines(CreditNoteOut, title="Credit note with lines"):
    """A credit note with its positions."""

    lines: list[NoteLineOut]


@router.get("", summary="List credit notes", **scope(SEE_BILLING, SEE_EVERYTHING))
def list_credit_notes(
    request: Request,
    work: ApiReading,
    invoice: Annotated[UUID | None, Query(description="Only those on this invoice.")] = None,
    limit: Limit = 25,
    before: Before = None,
) -> Page[CreditNoteOut]:
    """Your credit notes, newest first."""
    found = credit_notes(work, invoice_id=invoice, before=before, limit=limit + 1)
    following = next_page(request, limit, [note.id for note, _ in found])
    return Page(items=[CreditNoteOut.of(*both) for both in found[:limit]], next=following)


@router.get("/{credit_note_id}", summary="Read a credit note", **scope(SEE_BILLING, SEE_EVERYTHING))
def read_credit_note(credit_note_id: UUID, work: ApiReading) -> CreditNoteWithLines:
    """One of your credit notes, with its positions."""
    found = credit_note(work, credit_note_id)
    head = CreditNoteOut.of(found.note, found.invoice)
    return CreditNoteWithLines(**head.model_dump(), lines=[NoteLineOut.of(line) for line in found.lines])
