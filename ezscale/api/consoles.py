"""Consoles, as the script of their page asks for them. What opens one goes to the browser here, and is kept nowhere."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.kit.settings import settings
from ezscale.provisioning.consoles import keep_console, leave_console, open_console

router = APIRouter(prefix="/api/consoles", include_in_schema=False)


class Wanted(BaseModel):
    """Whose console, and which one that is open already shall go on."""

    service_id: UUID
    session_id: UUID | None = None


@router.post("")
def open_(person: Person, wanted: Wanted) -> JSONResponse:
    """A way in, for one click."""
    opened = open_console(
        wiring.work_of(person), wiring.panels(), settings().console_origins, wanted.service_id, wanted.session_id
    )
    way_in = opened.way_in
    told = {"kind": way_in.kind, "url": way_in.url, "password": way_in.password, "token": way_in.token}
    return JSONResponse({"session_id": str(opened.id), **told}, headers={"Cache-Control": "no-store"})


@router.post("/{session_id}/keep", status_code=204)
def keep(person: Person, session_id: UUID) -> Response:
    """They are still there."""
    with wiring.work_of(person)() as work:
        keep_console(work, session_id)
    return Response(status_code=204)


@router.post("/{session_id}/leave", status_code=204)
def leave(person: Person, session_id: UUID) -> Response:
    """They are gone."""
    with wiring.work_of(person)() as work:
        leave_console(work, session_id)
    return Response(status_code=204)
