"""Looking again, at one server alone, before anything is believed: lists move while they are read, and so do our records."""

from uuid import UUID

from ezscale.kit.errors import Missing
from ezscale.kit.work import OpenWork
from ezscale.models import PanelFinding
from ezscale.models.panel import FindingKind
from ezscale.provisioning.judging import Fault, fault_of_stranger, faults_of, is_undecided
from ezscale.provisioning.on_record import by_id, by_remote_id, relations_of
from ezscale.provisioning.ports import Panel, RemoteServer

OF_SERVERS = (FindingKind.ORPHAN, FindingKind.TWIN)


def faults_of_service(open_work: OpenWork, panel: Panel, service_id: UUID) -> list[Fault] | None:
    """What is not as it should be with a service right now; None when something is being done to it."""
    with open_work() as work:
        before = by_id(work, service_id)
    if before.is_worked_on:
        return None
    server = look_if_there(panel, before.remote_id) if before.remote_id else None
    with open_work() as work:
        after = by_id(work, service_id)
    return faults_of(after, server) if after == before else None


def faults_of_server(open_work: OpenWork, name: str, panel: Panel, remote_id: str) -> list[Fault] | None:
    """The same, beginning from a server, whether it is a service's or nobody's."""
    with open_work() as work:
        kept = by_remote_id(work, name, [remote_id]).get(remote_id)
    if kept is not None:
        return faults_of_service(open_work, panel, kept.id)
    server = look_if_there(panel, remote_id)
    if server is None:
        return []
    with open_work() as work:
        relations = relations_of(work, name, server)
        if by_remote_id(work, name, [remote_id]) or is_undecided(relations, work.now):
            return None
    other = relations.named.remote_id if relations.named else None
    twin_is_there = other is not None and look_if_there(panel, other) is not None
    return [fault_of_stranger(server, relations, twin_is_there=twin_is_there)]


def faults_behind(open_work: OpenWork, panel: Panel, finding: PanelFinding) -> list[Fault] | None:
    """What is so now of what a finding tells; None when that cannot be said at this moment."""
    if finding.kind in OF_SERVERS or finding.service_id is None:
        return faults_of_server(open_work, finding.panel, panel, finding.remote_id or "")
    return faults_of_service(open_work, panel, finding.service_id)


def look_if_there(panel: Panel, remote_id: str) -> RemoteServer | None:
    """The server as it is now; None when the panel has not got it, or no longer."""
    try:
        server = panel.look(remote_id)
    except Missing:
        return None
    return None if server.gone else server
