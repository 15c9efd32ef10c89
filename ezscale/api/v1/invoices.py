"""Invoices and their PDFs."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from ezscale.accounts.permissions import SEE_BILLING, SEE_EVERYTHING
from ezscale.api.callers import ApiReading, ApiWork, scope
from ezscale.api.documents import pdf_answer
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Amount, Before, Limit, Page, next_page
from ezscale.billing.invoicing import invoice, invoice_lines, invoices
from ezscale.billing.tax import percent
from ezscale.models import Invoice, InvoiceLine
from ezscale.models.invoice import InvoiceStatus

router = APIRouter(prefix="/api/v1/invoices", tags=["Invoices"], responses=REFUSALS)


class InvoiceOut(BaseModel, title="Invoice"):
    """An invoice as issued, and what has been paid on it."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    number: str | None = Field(examples=["INV-2026-000123"])
    status: InvoiceStatus = Field(examples=[InvoiceStatus.OPEN])
    issued_on: date | None = Field(examples=["2026-11-01"])
    due_on: date | None = Field(examples=["2026-11-15"])
    paid_at: datetime | None = Field(examples=[None])
    net: Amount
    tax: Amount
    total: Amount
    open: Amount = Field(description="What is still to be paid.")
    credited: Amount = Field(description="What credit notes have taken back of it.")
    proforma_number: str | None = Field(
        description="What it is called until it is paid, where it was asked for by a proforma.", examples=[None]
    )

    @classmethod
    def of(cls, row: Invoice) -> Self:
        """As its customer may see it."""
        return cls(
            id=row.id,
            number=row.number,
            status=row.status,
            issued_on=row.issued_on,
            due_on=row.due_on,
            paid_at=row.paid_at,
            net=Amount.of(row.net),
            tax=Amount.of(row.tax),
            total=Amount.of(row.total),
            open=Amount.of(row.open_amount),
            credited=Amount.of(row.credited),
            proforma_number=row.proforma_number,
        )


class LineOut(BaseModel, title="Invoice line"):
    """One position. Net prices; `tax_percent` applies to `net`."""

    description: str = Field(examples=["VPS 2, monthly"])
    period_start: date | None = Field(examples=["2026-11-01"])
    period_end: date | None = Field(description="The first day after it.", examples=["2026-12-01"])
    quantity: int = Field(examples=[1])
    price: Amount
    net: Amount
    tax_name: str = Field(examples=["VAT 23%"])
    tax_percent: str = Field(examples=["23"])
    tax: Amount

    @classmethod
    def of(cls, line: InvoiceLine) -> Self:
        """As printed."""
        return cls(
            description=line.description,
            period_start=line.period_start,
            period_end=line.period_end,
            quantity=line.quantity,
            price=Amount.of(line.price),
            net=Amount.of(line.net),
            tax_name=line.tax_name,
            tax_percent=percent(line.tax_ppm),
            tax=Amount.of(line.tax),
        )


class InvoiceWithLines(InvoiceOut, title="Invoice with lines"):
    """An invoice with its positions."""

    lines: list[LineOut]


@router.get("", summary="List invoices", **scope(SEE_BILLING, SEE_EVERYTHING))
def list_invoices(
    request: Request,
    work: ApiReading,
    status: Annotated[InvoiceStatus | None, Query(description="Only those with this status.")] = None,
    limit: Limit = 25,
    before: Before = None,
) -> Page[InvoiceOut]:
    """Your invoices, newest first."""
    found = invoices(work, status=status or "", before=before, limit=limit + 1)
    following = next_page(request, limit, [row.id for row in found])
    return Page(items=[InvoiceOut.of(row) for row in found[:limit]], next=following)


@router.get("/{invoice_id}", summary="Read an invoice", **scope(SEE_BILLING, SEE_EVERYTHING))
def read_invoice(invoice_id: UUID, work: ApiReading) -> InvoiceWithLines:
    """One of your invoices, with its positions."""
    head = InvoiceOut.of(invoice(work, invoice_id))
    lines = [LineOut.of(line) for line in invoice_lines(work, invoice_id)]
    return InvoiceWithLines(**head.model_dump(), lines=lines)


@router.get(
    "/{invoice_id}/pdf",
    summary="Download an invoice",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The document."}},
    **scope(SEE_BILLING, SEE_EVERYTHING),
)
def download_invoice(invoice_id: UUID, work: ApiWork) -> Response:
    """The invoice as a PDF; the same bytes every time."""
    return pdf_answer(work, invoice_id)
