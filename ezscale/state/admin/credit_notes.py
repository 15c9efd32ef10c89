"""The list of credit notes."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.credit_notes import credit_notes
from ezscale.kit.work import Work
from ezscale.models import CreditNote, Invoice
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


@dataclass
class CreditNoteRow:
    """A credit note on one line."""

    id: str
    number: str
    invoice: str
    invoice_id: str
    customer: str
    customer_id: str
    issued: str
    reason: str
    total: str
    kept: str

    @classmethod
    def of(cls, note: CreditNote, on: Invoice, reader: Reader) -> Self:
        """A credit note, under the name it was issued to."""
        return cls(
            id=str(note.id),
            number=note.number,
            invoice=on.number or "",
            invoice_id=str(on.id),
            customer=str(note.billed_to.get("company") or note.billed_to.get("name") or ""),
            customer_id=str(note.customer_id),
            issued=reader.day(note.issued_on),
            reason=note.reason,
            total=reader.money(note.total),
            kept=reader.money(note.kept) if note.kept else "",
        )


class CreditNotesState(Listing, StaffState):
    """Everything that was ever taken back, newest first."""

    rows: list[CreditNoteRow] = []

    _address = "/admin/credit-notes/"

    async def _show(self) -> None:
        before, reader = self._before, self._reader()

        def reading(work: Work) -> list[CreditNoteRow]:
            found = credit_notes(work, before=before, limit=PAGE + 1)
            return [CreditNoteRow.of(note, on, reader) for note, on in found]

        self.rows = self._cut(await self.read(reading))
