"""Suspending, resuming and terminating: our wish first, then the panel, then what the panel confirms."""

from uuid import UUID

from sqlmodel import col, exists, select

from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ProvisioningJob, Service, Suspension
from ezscale.models.service import JobAction, ServiceStatus, SuspensionReason
from ezscale.provisioning.addresses import release_addresses
from ezscale.provisioning.credentials import forget_login
from ezscale.provisioning.events import ServiceResumed, ServiceSuspended, ServiceTerminated
from ezscale.provisioning.jobs import Assignment, assignment, request_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import Panel

SAID_TO_PANEL: dict[str, str] = {
    SuspensionReason.NON_PAYMENT: "An invoice is not paid",
    SuspensionReason.PAUSED: "Paused by its owner",
    SuspensionReason.DISPUTED: "A bank has taken the payment back",
    SuspensionReason.ENDED: "Its subscription has ended",
}


def wish_suspension(work: Work, service: Service, reason: SuspensionReason, invoice_id: UUID | None = None) -> None:
    """A running service shall stand still until the reason is gone."""
    if service.status not in (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED):
        return
    if any(known.invoice_id == invoice_id and known.reason == reason for known in suspensions(work, service.id)):
        return
    work.session.add(Suspension(service_id=service.id, reason=reason, invoice_id=invoice_id, since=work.now))
    if service.status is ServiceStatus.ACTIVE:
        request_job(work, service, JobAction.SUSPEND)


def lift_suspension(work: Work, service: Service, invoice_id: UUID) -> None:
    """The invoice behind a suspension is settled; the service runs again unless another reason stands."""
    _lift(work, service, [known for known in suspensions(work, service.id) if known.invoice_id == invoice_id])


def lift_dispute(work: Work, service: Service, invoice_id: UUID) -> None:
    """A bank no longer has what was paid on its invoice; the service runs again unless another reason stands."""
    standing = [known for known in suspensions(work, service.id) if known.reason == SuspensionReason.DISPUTED]
    _lift(work, service, [known for known in standing if known.invoice_id == invoice_id])


def lift_pause(work: Work, service: Service) -> None:
    """The pause for which it stands still is over; the service runs again unless another reason stands."""
    _lift(work, service, [known for known in suspensions(work, service.id) if known.reason == SuspensionReason.PAUSED])


def stand_still_for_good(work: Work, service: Service) -> None:
    """Its subscription has ended: it stands still for that, and no longer for an invoice or a pause."""
    wish_suspension(work, service, SuspensionReason.ENDED)
    for known in suspensions(work, service.id):
        if known.reason in (SuspensionReason.NON_PAYMENT, SuspensionReason.PAUSED):
            known.lift(work.now)
            work.session.add(known)


def wish_termination(work: Work, service: Service) -> None:
    """A service shall be deleted. One that never had a server is gone at once."""
    if service.status in (ServiceStatus.TERMINATING, ServiceStatus.TERMINATED):
        return
    if service.status is ServiceStatus.BUILDING:
        raise TemporaryFailure(f"{service.number} is still being built")
    service.begin_terminating()
    if service.remote_id is None:
        service.terminate(work.now)
    else:
        request_job(work, service, JobAction.TERMINATE)
    work.session.add(service)


def ask_again(work: Work, limit: int = 200) -> int:
    """What was wished, and given up because the panel was away for long, is tried again. Returns how many."""
    stands_still = exists().where(col(Suspension.service_id) == col(Service.id), col(Suspension.lifted_at).is_(None))
    wishes = {
        JobAction.SUSPEND: (Service.status == ServiceStatus.ACTIVE, stands_still),
        JobAction.RESUME: (Service.status == ServiceStatus.SUSPENDED, ~stands_still),
        JobAction.TERMINATE: (Service.status == ServiceStatus.TERMINATING,),
    }
    in_work = exists().where(col(ProvisioningJob.live_for) == col(Service.id))
    asked = 0
    for action, unfulfilled in wishes.items():
        for service in work.session.exec(select(Service).where(*unfulfilled, ~in_work).limit(limit)):
            request_job(work, service, action)
            asked += 1
    return asked


def suspensions(work: Work, service_id: UUID) -> list[Suspension]:
    """Why a service stands still now."""
    standing = select(Suspension).where(Suspension.service_id == service_id, col(Suspension.lifted_at).is_(None))
    return list(work.session.exec(standing))


def suspend(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    """Carry out a suspension, unless the reason went away meanwhile."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        standing = suspensions(work, task.service.id)
        if not standing:
            _finish(work, task, "The reason is gone: left running")
            return
        reason = "; ".join(dict.fromkeys(SAID_TO_PANEL.get(known.reason, known.reason) for known in standing))
    panel.suspend(_remote_id(task), reason)
    if not panel.look(_remote_id(task)).suspended:
        raise TemporaryFailure("the panel does not show it as suspended yet", retry_after=5.0)
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        task.service.suspend()
        _finish(work, task, "Suspended, confirmed by the panel")
        work.emit(ServiceSuspended(task.service.id, task.service.customer_id))
        if not suspensions(work, task.service.id):  # it was paid for in this very moment
            work.session.flush()
            request_job(work, task.service, JobAction.RESUME)


def resume(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    """Carry out a resumption, unless a new reason came meanwhile."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        if suspensions(work, task.service.id):
            _finish(work, task, "Another reason stands: left suspended")
            return
    panel.resume(_remote_id(task))
    if panel.look(_remote_id(task)).suspended:
        raise TemporaryFailure("the panel still shows it as suspended", retry_after=5.0)
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        task.service.resume()
        _finish(work, task, "Running again, confirmed by the panel")
        work.emit(ServiceResumed(task.service.id, task.service.customer_id))


def terminate(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    """Carry out a termination."""
    with open_work() as work:
        task = assignment(work, job_id)
    if task is None:
        return
    panel.terminate(_remote_id(task))
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        task.service.terminate(work.now)
        release_addresses(work, task.service)
        forget_login(work, task.service.id)
        for known in suspensions(work, task.service.id):
            known.lift(work.now)
        _finish(work, task, "Deleted on the panel")
        work.emit(ServiceTerminated(task.service.id, task.service.customer_id))


def _lift(work: Work, service: Service, lifted: list[Suspension]) -> None:
    if not lifted:
        return
    for known in lifted:
        known.lift(work.now)
        work.session.add(known)
    work.session.flush()
    if not suspensions(work, service.id):
        request_job(work, service, JobAction.RESUME)


def _finish(work: Work, task: Assignment, message: str) -> None:
    task.job.finish(work.now)
    work.session.add_all((task.job, task.service))
    write_log(work, task.service.id, task.job.action, message, job=task.job)


def _remote_id(task: Assignment) -> str:
    if task.service.remote_id is None:
        raise TemporaryFailure(f"{task.service.number} has no server")
    return task.service.remote_id
