"""Whatever a panel is asked to do, the doctor finds when it is not done: one job for too long, or many in vain."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from ezscale.kit.actor import robot
from ezscale.kit.work import Work
from ezscale.models import Plan, ProvisioningJob, Service, Suspension
from ezscale.models.service import JobAction, ServiceStatus, SuspensionReason
from ezscale.reporting.doctor import examine
from tests.company import Company

LONG_AFTER_IT_WAS_BUILT = timedelta(days=5)
LONG_AGO, LATELY = timedelta(days=2), timedelta(hours=1)


def wants_another_plan(session: Session, service: Service) -> None:
    other = session.exec(select(Plan.id).where(Plan.id != service.plan_id)).first()
    assert other is not None
    service.follow(service.item_id, other)


def has_status(status: ServiceStatus) -> Callable[[Session, Service], None]:
    def set_it(_session: Session, service: Service) -> None:
        service.status = status

    return set_it


ITS_OWNER_IS_TOLD = {JobAction.REINSTALL}  # as soon as it has failed, and nobody else asks for it again
IN_VAIN: dict[JobAction, Callable[[Session, Service], None]] = {
    JobAction.CREATE: has_status(ServiceStatus.FAILED),
    JobAction.SUSPEND: has_status(ServiceStatus.ACTIVE),
    JobAction.RESUME: has_status(ServiceStatus.SUSPENDED),
    JobAction.RESIZE: wants_another_plan,
    JobAction.TERMINATE: has_status(ServiceStatus.TERMINATING),
}


def test_a_job_that_never_ends_is_found_whatever_it_is(at: Company) -> None:
    service = at.signs_up("Ada Moreno").buys()

    found = {action: found_of(at, service, action, LONG_AGO, is_live=True) for action in JobAction}

    assert [action for action, names in found.items() if not names] == []


def test_what_a_panel_is_asked_again_and_again_in_vain_is_found(at: Company) -> None:
    service = at.signs_up("Ada Moreno").buys()

    found = {action: found_of(at, service, action, LONG_AGO) for action in IN_VAIN}
    at_first = {action: found_of(at, service, action, LATELY) for action in (JobAction.RESIZE, JobAction.TERMINATE)}

    assert set(JobAction) - found.keys() == ITS_OWNER_IS_TOLD
    assert [action for action, names in found.items() if not names] == []
    assert at_first == {JobAction.RESIZE: [], JobAction.TERMINATE: []}


def found_of(at: Company, service: Service, action: JobAction, since: timedelta, *, is_live: bool = False) -> list[str]:
    """What the doctor says of a service whose panel has been asked since then, and every hour; nothing of it remains."""
    with Session(at.house.database.engine) as session:
        row, now = session.get_one(Service, service.id), at.clock.now + LONG_AFTER_IT_WAS_BUILT
        if is_live:
            session.add(job(row, action, now - since, live_for=row.id))
        else:
            IN_VAIN[action](session, row)
            if action is JobAction.SUSPEND:
                reason = SuspensionReason.PAUSED
                session.add(Suspension(service_id=row.id, reason=reason, since=now - since))
            times = [now - since] if action is JobAction.CREATE else [now - since, now - LATELY]
            session.add_all(job(row, action, each, failed_at=each, finished_at=each) for each in times)
        session.flush()
        findings = examine(Work(session, now, robot("doctor")))
        said = [words for finding in findings for words in finding.broken if row.number in words]
        session.rollback()
    return said


def job(service: Service, action: JobAction, created_at: datetime, **values: Any) -> ProvisioningJob:
    """A job on the panel of a service."""
    return ProvisioningJob(service_id=service.id, action=action, created_at=created_at, **values)
