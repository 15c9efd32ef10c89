"""Documents for a signed-in browser."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.billing.documents import invoice_pdf
from ezscale.billing.invoicing import invoice
from ezscale.kit.work import Work

router = APIRouter(include_in_schema=False)


@router.get("/api/documents/invoices/{invoice_id}.pdf", response_class=Response, dependencies=[Heavy])
def show_invoice(invoice_id: UUID, person: Person) -> Response:
    """An invoice of one's own, in the browser's own viewer."""
    with wiring.work_of(person)() as work:
        return pdf_answer(work, invoice_id)


def pdf_answer(work: Work, invoice_id: UUID) -> Response:
    """An invoice's PDF under its number."""
    content = invoice_pdf(work, invoice_id)
    name = invoice(work, invoice_id).number
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
