"""Whole lists as files, for staff with a spreadsheet."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import chain
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from ezscale import wiring
from ezscale.accounts.audit_trail import Told, Wanted, every_audit_entry
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.api.sheets import Filter, csv_of, sheet_text, tonight_sheet
from ezscale.api.v1.credit_notes import CreditNoteOut, CreditNoteWithLines, NoteLineOut
from ezscale.api.v1.invoices import InvoiceOut, InvoiceWithLines, LineOut
from ezscale.billing.credit_notes import credit_note, credit_notes
from ezscale.billing.invoicing import invoices, lines_of
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PanelExchange, Service
from ezscale.provisioning.exchanges import Wanted as WantedCalls
from ezscale.provisioning.exchanges import exchanges

router = APIRouter(prefix="/api/exports", include_in_schema=False, dependencies=[Heavy])


AUDIT_COLUMNS = ("number", "at", "kind", "person", "behind", "customer_id", "door", "address", "did", "changes", "hash")


def audit_wanted(
    person: str = "", about: str = "", action: str = "", since: date | None = None, until: date | None = None
) -> Wanted:
    """What of the audit trail is asked for, as on the screen."""
    return Wanted(person[:100], about[:100], action[:100], since, until)


AuditWanted = Annotated[Wanted, Depends(audit_wanted)]


@router.get("/audit.csv")
def audit_csv(actor: Person, wanted: AuditWanted) -> StreamingResponse:
    """The audit trail as CSV."""
    blocks = every_audit_entry(wiring.database().reader(actor), wanted)
    lines = ([_audit_line(told) for told in block] for block in blocks)
    pieces = map(sheet_text, chain([next(lines)], lines))
    return _file("audit.csv", "text/csv; charset=utf-8", chain([sheet_text([AUDIT_COLUMNS])], pieces))


@router.get("/audit.json")
def audit_json(actor: Person, wanted: AuditWanted) -> StreamingResponse:
    """The audit trail as JSON, one entry a line."""
    blocks = every_audit_entry(wiring.database().reader(actor), wanted)
    pieces = (
        "".join(f"{json.dumps(asdict(told), default=str, ensure_ascii=False)}\n" for told in block) for block in blocks
    )
    return _file("audit.json", "application/jsonl; charset=utf-8", pieces)


@router.get("/invoices.json")
def invoices_json(actor: Person, status: str = "") -> StreamingResponse:
    """Invoices with their positions as JSON, one invoice a line."""
    pieces = documents_of(wiring.database().reader(actor), _invoices_with_lines, Filter(status=status[:40]))
    return _file("invoices.json", "application/jsonl; charset=utf-8", pieces)


@router.get("/credit-notes.json")
def credit_notes_json(actor: Person) -> StreamingResponse:
    """Credit notes with their positions as JSON, one a line."""
    pieces = documents_of(wiring.database().reader(actor), _notes_with_lines, Filter())
    return _file("credit-notes.json", "application/jsonl; charset=utf-8", pieces)


@router.get("/exchanges.json")
def exchanges_json(actor: Person, q: str = "", status: str = "", panel: str = "") -> StreamingResponse:
    """What was said to panels as JSON, one call a line, filtered as on the screen."""
    wanted = WantedCalls.typed(q[:100], status[:40], panel[:40])

    def read(work: Work, block: Filter, before: UUID | None) -> list[BaseModel]:
        return [_call_out(row, about) for row, about in exchanges(work, wanted, before, block.block)]

    pieces = documents_of(wiring.database().reader(actor), read, Filter())
    return _file("exchanges.json", "application/jsonl; charset=utf-8", pieces)


@router.get("/tonight.csv")
def tonight_csv(actor: Person, q: str = "", status: str = "") -> StreamingResponse:
    """What the coming night will do, and what is held of it, as CSV. The runs are rehearsed, and nothing is kept."""
    with wiring.work_of(actor)() as work:
        text = tonight_sheet(work, Filter(q[:100], status[:40]))
    return _file("tonight.csv", "text/csv; charset=utf-8", iter([text]))


@router.get("/{name}.csv")
def export(name: str, actor: Person, q: str = "", status: str = "", plan: str = "") -> StreamingResponse:
    """A list as CSV, filtered as on the screen. It is read while it is sent, however long it is."""
    return _file(
        f"{name}.csv",
        "text/csv; charset=utf-8",
        csv_of(wiring.database().reader(actor), name, Filter(q[:100], status[:40], plan[:60])),
    )


def _file(name: str, kind: str, pieces: Iterator[str]) -> StreamingResponse:
    first = next(pieces)  # whether this person may see it turns out before anything is sent
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(chain([first], pieces), media_type=kind, headers=headers)


def documents_of(
    open_work: OpenWork, read: Callable[[Work, Filter, UUID | None], list[BaseModel]], wanted: Filter
) -> Iterator[str]:
    """Documents as programs read them over the API, in blocks that are read while they are sent."""
    before: UUID | None = None
    while True:
        with open_work() as work:
            work.actor.require_confirmed()
            block = read(work, wanted, before)
        yield "".join(f"{document.model_dump_json()}\n" for document in block)
        if len(block) < wanted.block:
            return
        before = UUID(str(block[-1].model_dump()["id"]))


def _invoices_with_lines(work: Work, wanted: Filter, before: UUID | None) -> list[BaseModel]:
    found = invoices(work, status=wanted.status, before=before, limit=wanted.block)
    lines = lines_of(work, [row.id for row in found])
    return [
        InvoiceWithLines(**InvoiceOut.of(row).model_dump(), lines=[LineOut.of(line) for line in lines.get(row.id, [])])
        for row in found
    ]


def _notes_with_lines(work: Work, wanted: Filter, before: UUID | None) -> list[BaseModel]:
    found = credit_notes(work, before=before, limit=wanted.block)
    return [
        CreditNoteWithLines(
            **CreditNoteOut.of(note, on).model_dump(),
            lines=[NoteLineOut.of(line) for line in credit_note(work, note.id).lines],
        )
        for note, on in found
    ]


class CallOut(BaseModel):
    """A call to a panel; its bodies are JSON as text, without secrets."""

    id: UUID
    at: datetime
    service: str
    panel: str
    method: str
    path: str
    code: int | None
    milliseconds: int
    sent: str
    got: str
    trouble: str


def _call_out(row: PanelExchange, about: Service) -> CallOut:
    return CallOut(service=about.number, **row.model_dump(exclude={"service_id", "job_id", "ok"}))


def _audit_line(told: Told) -> tuple[str, ...]:
    changes = json.dumps({"rows": told.rows, "facts": told.facts}, default=str, ensure_ascii=False)
    who = (told.kind, told.name, told.behind, str(told.customer_id or ""), told.door, told.address)
    return (str(told.seq), told.at.isoformat(), *who, told.action, changes, told.hash)
