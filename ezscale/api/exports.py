"""Whole lists as files, for staff with a spreadsheet."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from ezscale import wiring
from ezscale.accounts.audit_trail import Told, Wanted, every_audit_entry
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.api.sheets import Filter, csv_of, sheet_text

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


@router.get("/{name}.csv")
def export(name: str, actor: Person, q: str = "", status: str = "") -> StreamingResponse:
    """A list as CSV, filtered as on the screen. It is read while it is sent, however long it is."""
    return _file(
        f"{name}.csv",
        "text/csv; charset=utf-8",
        csv_of(wiring.database().reader(actor), name, Filter(q[:100], status[:40])),
    )


def _file(name: str, kind: str, pieces: Iterator[str]) -> StreamingResponse:
    first = next(pieces)  # whether this person may see it turns out before anything is sent
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(chain([first], pieces), media_type=kind, headers=headers)


def _audit_line(told: Told) -> tuple[str, ...]:
    changes = json.dumps({"rows": told.rows, "facts": told.facts}, default=str, ensure_ascii=False)
    who = (told.kind, told.name, told.behind, str(told.customer_id or ""), told.door, told.address)
    return (str(told.seq), told.at.isoformat(), *who, told.action, changes, told.hash)
