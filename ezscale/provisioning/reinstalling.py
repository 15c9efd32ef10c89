"""Another system in place of what is on a server. What was there is wiped once, however often answers are lost."""

import secrets
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from sqlmodel import select

from ezscale.kit.clock import world_now
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotYet, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.sealing import binding
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ReinstallWish, SystemImage
from ezscale.models.service import BuildStep, JobAction, ServiceStatus
from ezscale.provisioning.addresses import assign_addresses
from ezscale.provisioning.building import is_past, still_to_do, wait_until_ready
from ezscale.provisioning.credentials import LENGTH, forget_login, has_login, store_login
from ezscale.provisioning.events import BuildProgressed, ServiceReinstalled
from ezscale.provisioning.jobs import Assignment, assignment
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import GivesLogins, PreparesReinstall, Reinstallation, Reinstalls
from ezscale.provisioning.ports import Login, Panel, RemoteServer, RemoteState

WISHES = "reinstall_wish"  # the table, to whose rows the passwords are bound
NOBODY_KNOWS = (
    "The panel did not answer, and does not tell whether it has installed anything. Please look at the server, and start "
    "again if nothing has changed on it."
)


class Installer(Panel, Reinstalls, Protocol):
    """A panel that installs anew."""


def reinstall(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID) -> None:
    """Wipe a server and install what was wished for, from wherever an earlier try has left it.

    TemporaryFailure means: call again later. Rejected means: it has failed, and the customer may ask again.
    """
    if not isinstance(panel, Reinstalls):
        raise Rejected("This panel installs nothing anew.")
    _ensure_begun(open_work, panel, vault, job_id)
    remote = wait_until_ready(open_work, panel, job_id)
    if remote is not None:
        _confirm(open_work, panel, vault, job_id, remote)


def _ensure_begun(open_work: OpenWork, panel: Installer, vault: Vault, job_id: UUID) -> None:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None or is_past(task.job, BuildStep.BUILD):
            return
        task.job.begin(BuildStep.BUILD, world_now())
        wish = _wish(work, job_id)
    login = None
    remote = _own_server(panel, task)
    if task.job.asked_at is None or not _has_begun(open_work, panel, task, wish, remote):
        login = _wipe(open_work, panel, vault, task, remote)
    with open_work() as work:
        task = still_to_do(work, job_id)
        _keep_login(work, panel, vault, task, login)
        task.job.hear()
        task.job.begin(BuildStep.WAIT, world_now())
        write_log(work, task.service.id, JobAction.REINSTALL, "The system is being installed", job=task.job)
        work.emit(BuildProgressed(task.service.id, task.service.customer_id))


def _own_server(panel: Panel, task: Assignment) -> RemoteServer:
    """The server as it is now; Rejected unless the service runs, and the server is its customer's on the panel, too."""
    service = task.service
    if service.status is not ServiceStatus.ACTIVE or service.remote_id is None:
        raise Rejected(f"The service is {service.status}: nothing was installed.")
    remote = panel.look(service.remote_id)
    if remote.gone or remote.owner != service.account_ref:
        raise Rejected(f"Server {remote.remote_id} belongs to somebody else on the panel: nothing was installed.")
    return remote


def _has_begun(
    open_work: OpenWork, panel: Installer, task: Assignment, wish: ReinstallWish, remote: RemoteServer
) -> bool:
    """Whether the panel does, or has done, what it was asked for without our hearing of it. NotYet while that may change."""
    if remote.busy or remote.state is RemoteState.BUILDING or _described(remote) != wish.was:
        return True
    now, asked_at = world_now(), task.job.asked_at or world_now()
    if not remote.installed and now - (wish.idle_until or asked_at) >= panel.quickest_install:
        raise Rejected(NOBODY_KNOWS)  # it may have begun and ended while nobody looked
    with open_work() as work:
        still_to_do(work, task.job.id)
        _wish(work, task.job.id).is_idle(now)
    if now - asked_at < panel.settles:
        raise NotYet("The panel did not answer: it may still begin", retry_after=panel.looks_again.total_seconds())
    return False


def _wipe(open_work: OpenWork, panel: Installer, vault: Vault, task: Assignment, remote: RemoteServer) -> Login | None:
    job_id, remote_id = task.job.id, remote.remote_id
    if remote.busy or remote.suspended or remote.state not in (RemoteState.READY, RemoteState.FAILED):
        raise TemporaryFailure(
            "The panel is busy with this server, or keeps it suspended.", retry_after=panel.looks_again.total_seconds()
        )
    with open_work() as work:
        wish = _wish(work, job_id)
    order = Reinstallation(wish.image, wish.hostname, "", tuple(wish.keys), settings=task.spec.settings)
    if isinstance(panel, PreparesReinstall):
        panel.prepare_reinstall(remote_id, order)
        remote = _own_server(panel, task)
    with open_work() as work:
        still_to_do(work, job_id).job.ask(world_now())
        password = _choose_password(work, panel, vault, job_id, _described(remote))
    try:
        return panel.reinstall(remote_id, replace(order, password=password))
    except UnknownOutcome:
        raise
    except (TemporaryFailure, Rejected):
        with open_work() as work:
            still_to_do(work, job_id).job.hear()
        raise


def _choose_password(work: Work, panel: Panel, vault: Vault, job_id: UUID, was: str) -> str:
    """Our password for the new system, kept in the wish until the panel has begun; empty where the panel chooses."""
    wish = _wish(work, job_id)
    password = secrets.token_urlsafe(LENGTH) if panel.first_user else ""
    if wish.secret:
        password = vault.open(wish.secret, binding(WISHES, wish.id))
    wish.begin(was, vault.seal(password, binding(WISHES, wish.id)) if password else "", world_now())
    return password


def _keep_login(work: Work, panel: Panel, vault: Vault, task: Assignment, login: Login | None) -> None:
    """The old password is void where it was the server's own; the new one is kept, as far as it is known already."""
    wish = _wish(work, task.job.id)
    if wish.secret:
        login = Login(panel.first_user, vault.open(wish.secret, binding(WISHES, wish.id)))
        wish.has_begun()
    if login is not None:
        store_login(work, vault, task.service.id, login)
    elif not _opens_account(panel):
        forget_login(work, task.service.id)


def _confirm(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID, remote: RemoteServer) -> None:
    with open_work() as work:
        task = still_to_do(work, job_id)
        task.job.begin(BuildStep.CONFIRM, world_now())
        login_known = has_login(work, task.service.id)
    if remote.owner != task.service.account_ref:
        raise Rejected(f"Server {remote.remote_id} belongs to somebody else on the panel.")
    login = None
    if not login_known and isinstance(panel, GivesLogins) and not panel.opens_account:
        login = panel.new_login(remote.remote_id)
    with open_work() as work:
        task, wish = still_to_do(work, job_id), _wish(work, job_id)
        if login is not None:
            store_login(work, vault, task.service.id, login)
        assign_addresses(work, task.service, remote)
        ours = select(SystemImage.id).where(
            SystemImage.panel == task.service.panel, SystemImage.panel_ref == wish.image
        )
        task.service.reinstalled(work.session.exec(ours).first(), wish.image_name, wish.hostname)
        task.job.finish(work.now)
        words = f"{wish.image_name} is installed and verified"
        write_log(work, task.service.id, JobAction.REINSTALL, words, job=task.job)
        work.emit(ServiceReinstalled(job_id, task.service.id, task.service.customer_id))


def _opens_account(panel: Panel) -> bool:
    return isinstance(panel, GivesLogins) and panel.opens_account


def _described(remote: RemoteServer) -> str:
    return f"{remote.state} {remote.installed}"[:120]


def _wish(work: Work, job_id: UUID) -> ReinstallWish:
    return work.session.exec(select(ReinstallWish).where(ReinstallWish.job_id == job_id)).one()
