"""Whole lists as files, for staff with a spreadsheet."""

from itertools import chain

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.api.sheets import Filter, csv_of

router = APIRouter(prefix="/api/exports", include_in_schema=False)


@router.get("/{name}.csv", dependencies=[Heavy])
def export(name: str, actor: Person, q: str = "", status: str = "") -> StreamingResponse:
    """A list as CSV, filtered as on the screen. It is read while it is sent, however long it is."""
    pieces = csv_of(wiring.database().reader(actor), name, Filter(q[:100], status[:40]))
    first = next(pieces)  # whether this person may see the list turns out before anything is sent
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(chain([first], pieces), media_type="text/csv; charset=utf-8", headers=headers)
