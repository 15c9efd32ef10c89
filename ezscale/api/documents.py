"""Documents for a signed-in browser."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.billing.credit_notes import credit_note
from ezscale.billing.documents import Design, credit_note_pdf, invoice_pdf
from ezscale.billing.invoicing import invoice
from ezscale.billing.samples import NUMBER, sample_pdf, sample_picture
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work

router = APIRouter(include_in_schema=False)


@router.get("/api/documents/invoices/{invoice_id}.pdf", response_class=Response, dependencies=[Heavy])
def show_invoice(invoice_id: UUID, person: Person) -> Response:
    """An invoice of one's own, in the browser's own viewer."""
    with wiring.work_of(person)() as work:
        return pdf_answer(work, invoice_id)


@router.get("/api/documents/credit-notes/{credit_note_id}.pdf", response_class=Response, dependencies=[Heavy])
def show_credit_note(credit_note_id: UUID, person: Person) -> Response:
    """A credit note of one's own, in the browser's own viewer."""
    with wiring.work_of(person)() as work:
        return _as_pdf(credit_note_pdf(work, credit_note_id), credit_note(work, credit_note_id).note.number)


@router.get("/api/documents/samples/{design}.pdf", response_class=Response, dependencies=[Heavy])
def show_sample(design: str, person: Person) -> Response:
    """An invoice that nobody owes, in one of the designs."""
    with wiring.database().reader(person)() as work:
        return _as_pdf(sample_pdf(work, _design(design)), NUMBER)


@router.get("/api/documents/samples/{design}.png", response_class=Response, dependencies=[Heavy])
def show_sample_picture(design: str, person: Person) -> Response:
    """The same as a picture: no page of ours may be framed, documents included."""
    with wiring.database().reader(person)() as work:
        content = sample_picture(work, _design(design))
    return Response(content, media_type="image/png", headers={"Cache-Control": "private, no-store"})


def pdf_answer(work: Work, invoice_id: UUID) -> Response:
    """An invoice's PDF under its number."""
    return _as_pdf(invoice_pdf(work, invoice_id), invoice(work, invoice_id).shown_number)


def _design(name: str) -> Design:
    if name not in list(Design):
        raise NotFound("There is no such design.")
    return Design(name)


def _as_pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
