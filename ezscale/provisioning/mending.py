"""Mending what the comparison has found, where that is safe. A person presses the button; nothing here happens by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from ezscale.kit.errors import BusinessError, Invalid, Rejected
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PanelFinding, Service
from ezscale.models.panel import FindingKind
from ezscale.models.service import JobAction
from ezscale.provisioning.addresses import assign_addresses
from ezscale.provisioning.findings import finding_to_settle, settle
from ezscale.provisioning.jobs import Panels, live_job, panel_of, request_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.on_record import RUNNING, Relations, by_remote_id, is_customers_account, relations_of
from ezscale.provisioning.ports import Panel, RemoteServer, RemoteState
from ezscale.provisioning.second_look import look_if_there
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import suspensions

JOBS = {
    FindingKind.RUNS_THOUGH_SUSPENDED: JobAction.SUSPEND,
    FindingKind.SUSPENDED_THOUGH_PAID: JobAction.RESUME,
}
CHANGED = "This is no longer so. Compare the panel again."


def set_right(work: Work, finding_id: UUID) -> None:
    """Suspend again what runs, or let run again what stands still, by a job like any other.

    The finding closes when the panel has confirmed it. BusinessError when the reason has changed, or work is under way.
    """
    finding = finding_to_settle(work, finding_id)
    action = JOBS.get(finding.kind)
    if action is None or finding.service_id is None:
        raise BusinessError("This cannot be set right from here.")
    service = _service_at_rest(work, finding.service_id)
    stands_still = bool(suspensions(work, service.id))
    if service.status not in RUNNING or stands_still is not (action is JobAction.SUSPEND):
        raise BusinessError(CHANGED)
    request_job(work, service, action)
    write_log(work, service.id, action, "Asked for by staff: the panel did not agree with our records")


def adopt_server(open_work: OpenWork, panels: Panels, finding_id: UUID) -> None:
    """Link a server with the service whose number it shows, where that has none, or none that is there.

    Only when the server is in the service's own account. BusinessError otherwise; nothing changes on the panel.
    """
    with open_work() as work:
        finding = finding_to_settle(work, finding_id)
    panel, remote_id = panel_of(panels, finding.panel), _stranger(finding)
    server = _must_be_there(panel, remote_id)
    with open_work() as work:
        named = relations_of(work, finding.panel, server).named
    if named is None:
        raise BusinessError("This server does not show the number of any service.")
    if named.remote_id is not None and _look(panel, named.remote_id) is not None:
        raise BusinessError(f"{named.number} has a server already: {named.remote_id}.")
    with open_work() as work:
        finding = finding_to_settle(work, finding_id)
        service = _service_at_rest(work, named.id)
        if service.remote_id != named.remote_id or by_remote_id(work, finding.panel, [remote_id]):
            raise BusinessError(CHANGED)
        if not service.account_ref or server.owner != service.account_ref:
            raise BusinessError(f"This server is not in the account of {service.number}: it is not linked.")
        service.adopt(remote_id)
        assign_addresses(work, service, server)
        write_log(work, service.id, "adopt", f"Server {remote_id} linked by staff")
        settle(work, finding.id, f"Linked with {service.number}")


def delete_orphan(open_work: OpenWork, panels: Panels, finding_id: UUID, typed: str) -> None:
    """Delete a server that was never anybody's, for good. `typed` is its number on the panel, as a person has typed it.

    Invalid when that is another one. BusinessError when a service has it, had it, or may be waiting for it, and when it is
    installed in a customer's account.
    """
    with open_work() as work:
        finding = finding_to_settle(work, finding_id)
    panel, remote_id = panel_of(panels, finding.panel), _stranger(finding)
    if typed.strip() != remote_id:
        raise Invalid(f"Please type the server's number, {remote_id}.", field="typed")
    server = _must_be_there(panel, remote_id)
    with open_work() as work:
        finding = finding_to_settle(work, finding_id)
        if by_remote_id(work, finding.panel, [remote_id]):
            raise BusinessError(CHANGED)
        _require_nobodys(relations_of(work, finding.panel, server))
        if server.state is not RemoteState.RESERVED and is_customers_account(work, finding.panel, server.owner):
            raise BusinessError("This server is installed, in a customer's account: a person deletes it at the panel.")
        work.record("orphan deleted", panel=finding.panel, server=remote_id, server_name=server.name)
    with _refusals_told():
        panel.terminate(remote_id)
    with open_work() as work:
        settle(work, finding_id, f"Deleted server {remote_id}")


def _require_nobodys(relations: Relations) -> None:
    if relations.former or relations.named:
        number = (relations.former or relations.named).number  # type: ignore[union-attr]  # one of them is there
        raise BusinessError(f"This server is or was of {number}, which was paid for: a person deletes it at the panel.")
    if relations.waiting:
        number = relations.waiting[0].number
        raise BusinessError(f"{number}, of the same account, still waits for its server: retry its build first.")


def _stranger(finding: PanelFinding) -> str:
    if finding.kind is not FindingKind.ORPHAN or finding.remote_id is None:
        raise BusinessError("This is not a server without a service.")
    return finding.remote_id


def _must_be_there(panel: Panel, remote_id: str) -> RemoteServer:
    server = _look(panel, remote_id)
    if server is None:
        raise BusinessError(CHANGED)
    return server


def _look(panel: Panel, remote_id: str) -> RemoteServer | None:
    with _refusals_told():
        return look_if_there(panel, remote_id)


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except Rejected as refusal:
        raise BusinessError(f"The panel refused this: {refusal.message}") from refusal


def _service_at_rest(work: Work, service_id: UUID) -> Service:
    service = service_to_change(work, service_id)
    if live_job(work, service_id) is not None:
        raise BusinessError(f"{service.number} is being worked on. Please wait until that is done.")
    return service
