"""Hints of panels: that something may have happened to a server. They are never believed, they only make us look."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import select

from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import hurry
from ezscale.kit.work import OpenWork, Work
from ezscale.models import InboundNotice, Service
from ezscale.provisioning.comparing import look_again
from ezscale.provisioning.events import PanelHinted
from ezscale.provisioning.findings import tell
from ezscale.provisioning.jobs import Panels, live_job, panel_of
from ezscale.provisioning.second_look import faults_of_server


@dataclass(frozen=True, slots=True)
class Hint:
    """What a panel says has happened to one of its servers. `remote_id` is empty when it is about something else."""

    event_id: str
    kind: str
    remote_id: str


def read_virtfusion_hint(token: str, headers: Mapping[str, str], body: Any) -> Hint:
    """A message of VirtFusion's hook that shows our token; Invalid for any other, and while none is set."""
    shown, expected = headers.get("authorization", ""), f"Bearer {b64encode(token.encode()).decode()}"
    if not token or not hmac.compare_digest(shown.encode(), expected.encode()):
        raise Invalid("The token does not fit this message.")
    event_id, kind = headers.get("x-virtfusion-hook-event", ""), headers.get("x-virtfusion-event", "")
    if not event_id or not isinstance(body, dict):
        raise Invalid("This is no message of a hook.")
    data = body.get("data")
    server = data.get("server") if isinstance(data, dict) else None
    remote_id = server.get("id") if isinstance(server, dict) else None
    return Hint(event_id[:120], kind[:80], str(remote_id)[:60] if isinstance(remote_id, int | str) else "")


def take_hint(work: Work, panel: str, hint: Hint, *, live: bool) -> None:
    """Note it once, however often it comes, and look at the server soon. Nothing of what it says is kept beside that."""
    row = {
        "id": new_id(),
        "vendor": panel[:20],
        "event_id": hint.event_id,
        "kind": hint.kind,
        "about": "server",
        "subject_ref": hint.remote_id,
        "live": live,
        "payload": "",  # it may hold passwords, and nobody would believe it anyway
        "received_at": work.now,
        "handled_at": work.now,
    }
    insert_new(work.session, table_of(InboundNotice), [row])
    stored = select(InboundNotice.id).where(
        InboundNotice.vendor == row["vendor"], InboundNotice.event_id == hint.event_id
    )
    if hint.remote_id and work.session.exec(stored).one() == row["id"]:
        work.emit(PanelHinted(panel, hint.remote_id))


def heed_hint(open_work: OpenWork, panels: Panels, name: str, remote_id: str, carries_out: str) -> None:
    """Look at a server: the job that waits for it goes on at once; where there is none, it is compared with our records.

    `carries_out` is the name of the task that does what provisioning jobs say.
    """
    with open_work() as work:
        service = work.session.exec(
            select(Service).where(Service.panel == name, Service.remote_id == remote_id)
        ).first()
        service_id: UUID | None = service.id if service else None
        job = live_job(work, service_id) if service_id else None
        if job is not None:
            hurry(work.session, carries_out, str(job.id), work.now)
            return
    for fault in faults_of_server(open_work, name, panel_of(panels, name), remote_id) or ():
        with open_work() as work:
            tell(work, name, fault)
    if service_id is not None:
        look_again(open_work, panels, service_id)
