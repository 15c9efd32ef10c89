"""From paid to running: account, reservation, installation, waiting, verification. Each step can be repeated."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from ezscale.kit.clock import world_now
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import Missing, NotYet, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, ProvisioningJob, Service
from ezscale.models.service import BuildStep, JobAction
from ezscale.provisioning.addresses import assign_addresses, release_addresses
from ezscale.provisioning.credentials import choose_login, has_login, share_login, store_login
from ezscale.provisioning.events import BuildProgressed, ExtrasMissing, ServiceReady
from ezscale.provisioning.jobs import Assignment, assignment
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import GivesLogins, SetsExtras, SignsIn
from ezscale.provisioning.ports import Extras, Panel, RemoteServer, RemoteState, ServiceSpec
from ezscale.provisioning.specs import in_words

CLOCKS_DIFFER = timedelta(minutes=2)
NEXT_IN_LINE = 3.0  # seconds
LONGEST_LOOK = timedelta(minutes=2)


def build(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID) -> None:
    """Bring a paid service to life, from wherever an earlier try has left it. Exactly one server comes of it.

    TemporaryFailure means: call again later. Rejected means: a person has to look.
    """
    _ensure_account(open_work, panel, job_id)
    new = _ensure_server(open_work, panel, vault, job_id)
    try:
        _ensure_installed(open_work, panel, vault, job_id, new)
        remote = wait_until_ready(open_work, panel, job_id)
    except Missing as missing:
        _reserve_anew(open_work, panel, job_id, missing)
    _confirm(open_work, panel, vault, job_id, remote)


def _ensure_account(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None or task.service.account_ref:
            return
        _one_at_a_time(work, task, BuildStep.ACCOUNT, col(Service.account_ref) == "")
        task.job.begin(BuildStep.ACCOUNT, world_now())
        known = _account_of_customer(work, task.service)
        if known:
            task.service.account_ref = known
            _note(work, task, f"Account {known} on the panel")
            return
    account = panel.account(task.owner)
    with open_work() as work:
        task = still_to_do(work, job_id)
        task.service.account_ref = account
        _note(work, task, f"Account {account} on the panel")


def _ensure_server(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID) -> RemoteServer | None:
    """The server as the panel has just described it; None where it was known before."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None or task.service.remote_id:
            return None
        if not panel.keeps_keys:
            # Two lost answers of one customer could not be told apart, so their reservations go one after the other.
            _one_at_a_time(work, task, BuildStep.RESERVE, col(Service.remote_id).is_(None))
        task.job.begin(BuildStep.RESERVE, world_now())
        spec, sold_as = _with_password(work, panel, vault, task), task.service.plan_id
    remote = _left_behind(open_work, panel, task)
    adopted = remote is not None
    remote = remote or _reserve(open_work, panel, job_id, task, spec)
    with open_work() as work:
        task = still_to_do(work, job_id)
        task.service.take_server(remote.remote_id)
        task.service.become(sold_as)
        task.job.hear()
        work.session.flush()  # the id first: nothing else may fail before it is safe
        _note(work, task, f"Server {remote.remote_id} {'found again' if adopted else 'reserved'}")
        assign_addresses(work, task.service, remote)
    return remote


def _ensure_installed(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID, new: RemoteServer | None) -> None:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None or is_past(task.job, BuildStep.BUILD) or task.service.remote_id is None:
            return
        task.job.begin(BuildStep.BUILD, world_now())
        remote_id = task.service.remote_id
        spec = _with_password(work, panel, vault, task)
    login = None
    # What installs as it is reserved may have failed already: then it is begun anew here.
    remote = new if new is not None and new.state is RemoteState.RESERVED else panel.look(remote_id)
    if remote.state in (RemoteState.RESERVED, RemoteState.FAILED):
        login = panel.build(remote_id, spec)
    with open_work() as work:
        task = still_to_do(work, job_id)
        if login is not None:
            store_login(work, vault, task.service.id, login)
        task.job.begin(BuildStep.WAIT, world_now())
        _note(work, task, "The system is being installed")


def _reserve_anew(open_work: OpenWork, panel: Panel, job_id: UUID, missing: Missing) -> NoReturn:
    """What was half made is not on the panel any more. Where our number finds whatever is there, another one is made."""
    if not panel.keeps_keys:
        raise missing
    with open_work() as work:
        task = still_to_do(work, job_id)
        lost, task.service.remote_id = task.service.remote_id, None
        release_addresses(work, task.service)
        task.job.begin(BuildStep.RESERVE, world_now())
        _note(work, task, f"Server {lost} is not on the panel any more: another one is reserved")
    raise NotYet("What was reserved is gone", retry_after=panel.looks_again.total_seconds())


def wait_until_ready(open_work: OpenWork, panel: Panel, job_id: UUID) -> RemoteServer | None:
    """What is being installed for a job, once it is there. NotYet before; Rejected when it has failed or takes too long.

    None when there is nothing to be done any more.
    """
    with open_work() as work:
        task = assignment(work, job_id)
    if task is None or task.service.remote_id is None:
        return None
    remote = panel.look(task.service.remote_id)
    if remote.state is RemoteState.FAILED:
        raise Rejected("The panel could not install the system.")
    if remote.state is not RemoteState.READY or remote.busy:
        waited = world_now() - (task.job.step_began_at or world_now())
        if waited > panel.longest_build:
            minutes = int(panel.longest_build.total_seconds() // 60)
            raise Rejected(f"The panel has not finished the installation within {minutes} minutes.")
        _note_how_far(open_work, task, remote.percent)
        raise NotYet("The system is being installed", retry_after=next_look(panel.looks_again, waited).total_seconds())
    return remote


def _note_how_far(open_work: OpenWork, task: Assignment, percent: int | None) -> None:
    if percent == task.job.percent:
        return
    with open_work() as work:
        still_to_do(work, task.job.id).job.get_to(percent)
        work.emit(BuildProgressed(task.service.id, task.service.customer_id))


def next_look(usual: timedelta, waited: timedelta) -> timedelta:
    """After how long it is worth looking again: as usual at first, then the less often the longer it has taken."""
    return max(usual, min(waited / 10, LONGEST_LOOK))


def _confirm(open_work: OpenWork, panel: Panel, vault: Vault, job_id: UUID, remote: RemoteServer | None) -> None:
    if remote is None:
        return
    with open_work() as work:
        task = _begin(work, job_id, BuildStep.CONFIRM)
        if task is None:
            return
        login_known = has_login(work, task.service.id)
        if not login_known and isinstance(panel, GivesLogins) and panel.opens_account:
            login_known = share_login(work, vault, task.service)
    if remote.owner != task.service.account_ref:
        raise Rejected(f"Server {remote.remote_id} belongs to somebody else on the panel.")
    login = None
    if not login_known and isinstance(panel, GivesLogins) and not _comes_without_password(panel):
        login = panel.new_login(remote.remote_id)
    with open_work() as work:
        task = still_to_do(work, job_id)
        if login is not None:
            store_login(work, vault, task.service.id, login)
        assign_addresses(work, task.service, remote)
        task.service.go_live(work.now)
        task.job.finish(work.now)
        write_log(work, task.service.id, JobAction.CREATE, "Running and verified", job=task.job)
        _tell_what_is_missing(work, panel, task)
        work.emit(ServiceReady(task.service.id, task.service.customer_id))


def _tell_what_is_missing(work: Work, panel: Panel, task: Assignment) -> None:
    """What was bought beside the plan and this panel does not set is for a person to see to."""
    sets = panel.sets if isinstance(panel, SetsExtras) else frozenset()
    missing = {name: more for name, more in asdict(task.spec.extras).items() if more and name not in sets}
    if missing:
        words = in_words(Extras(**missing))
        write_log(work, task.service.id, JobAction.CREATE, f"A person has to add: {words}", job=task.job, ok=False)
        work.emit(ExtrasMissing(task.service.id, task.service.customer_id, words))


def _comes_without_password(panel: GivesLogins) -> bool:
    """We can let the customer into their account there: a password of theirs is left as it is until they want a new one."""
    return panel.opens_account and isinstance(panel, SignsIn)


def _with_password(work: Work, panel: Panel, vault: Vault, task: Assignment) -> ServiceSpec:
    """What the panel is told; with the password that we have chosen and stored, where it is for us to choose."""
    if not panel.first_user:
        return task.spec
    return replace(task.spec, password=choose_login(work, vault, task.service.id, panel.first_user))


def _reserve(open_work: OpenWork, panel: Panel, job_id: UUID, task: Assignment, spec: ServiceSpec) -> RemoteServer:
    with open_work() as work:
        still_to_do(work, job_id).job.ask(world_now())
    try:
        return panel.reserve(spec, task.service.account_ref)
    except UnknownOutcome:
        raise
    except (TemporaryFailure, Rejected):
        with open_work() as work:
            still_to_do(work, job_id).job.hear()
        raise


def _left_behind(open_work: OpenWork, panel: Panel, task: Assignment) -> RemoteServer | None:
    """The server that an earlier try has made without our hearing of it; NotYet while it may still turn up."""
    asked_at, began_at = task.job.asked_at, task.job.step_began_at or world_now()
    if asked_at is None:  # no answer is missing; and where our number finds a server, reserving makes no second one
        return None
    candidates = panel.left_behind(task.spec, task.service.account_ref, began_at - CLOCKS_DIFFER)
    for remote in candidates:
        if remote.owner != task.service.account_ref:
            raise Rejected(f"Server {remote.remote_id} has our number {task.spec.key} and belongs to somebody else.")
    with open_work() as work:
        held = set(
            work.session.exec(
                select(Service.remote_id).where(
                    Service.panel == task.service.panel,
                    col(Service.remote_id).in_([remote.remote_id for remote in candidates]),
                )
            )
        )
    free = [remote for remote in candidates if remote.remote_id not in held]
    if len(free) > 1:
        numbers = ", ".join(remote.remote_id for remote in free)
        raise Rejected(f"Several unclaimed servers of this customer are on the panel ({numbers}): please choose.")
    if not free and world_now() - asked_at < panel.settles:
        again = panel.looks_again.total_seconds()
        raise NotYet("The panel did not answer: the server may still turn up there", retry_after=again)
    return free[0] if free else None


def _account_of_customer(work: Work, service: Service) -> str:
    """The account in which another service of the customer runs on this panel; empty when there is none."""
    others = select(Service.account_ref).where(
        Service.customer_id == service.customer_id,
        Service.panel == service.panel,
        Service.account_ref != "",
        col(Service.remote_id).is_not(None),
    )
    return work.session.exec(others.order_by(col(Service.id).desc())).first() or ""


def _one_at_a_time(work: Work, task: Assignment, step: BuildStep, unfinished: ColumnElement[bool]) -> None:
    """NotYet while another service of the customer is at this step of its build on the same panel, and began it earlier."""
    work.session.get_one(Customer, task.service.customer_id, with_for_update=True)
    other = (
        select(ProvisioningJob.id)
        .join(Service, col(Service.id) == ProvisioningJob.service_id)
        .where(
            Service.customer_id == task.service.customer_id,
            Service.panel == task.service.panel,
            unfinished,
            ProvisioningJob.step == step,
            col(ProvisioningJob.step_began_at).is_not(None),
            col(ProvisioningJob.live_for).is_not(None),
            ProvisioningJob.id != task.job.id,
        )
    )
    if work.session.exec(other).first() is not None:
        raise NotYet("Another server of this customer is being prepared", retry_after=NEXT_IN_LINE)


def _begin(work: Work, job_id: UUID, step: BuildStep) -> Assignment | None:
    task = assignment(work, job_id)
    if task is not None and not is_past(task.job, step):
        task.job.begin(step, world_now())
    return task


def is_past(job: ProvisioningJob, step: BuildStep) -> bool:
    """Whether a step lies behind a job."""
    order = list(BuildStep)
    return order.index(job.step) > order.index(step)


def still_to_do(work: Work, job_id: UUID) -> Assignment:
    """A job in the middle of being done. TemporaryFailure when somebody else has ended it meanwhile."""
    task = assignment(work, job_id)
    if task is None:
        raise TemporaryFailure("this job was finished elsewhere meanwhile")
    return task


def _note(work: Work, task: Assignment, message: str) -> None:
    write_log(work, task.service.id, JobAction.CREATE, message, job=task.job)
    work.emit(BuildProgressed(task.service.id, task.service.customer_id))
