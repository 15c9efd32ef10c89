"""A service that is sold as another plan from now on becomes what that plan says."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, exists, select

from ezscale.kit.errors import Rejected
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ProvisioningJob, Service
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.events import ServiceResized
from ezscale.provisioning.jobs import assignment, request_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import Resizes
from ezscale.provisioning.ports import Panel
from ezscale.provisioning.services import service_to_change

REFUSED_LATELY = timedelta(days=1)


def follow_plans(work: Work, service_ids: Sequence[UUID]) -> int:
    """Those of these services that run as another plan than they are sold as shall follow it. Returns how many.

    Busy while something else is being done to one of them: its turn comes after that.
    """
    asked = 0
    for service_id in service_ids:
        service = service_to_change(work, service_id)
        if service.status is ServiceStatus.ACTIVE and service.sized_as not in (None, service.plan_id):
            request_job(work, service, JobAction.RESIZE)
            asked += 1
    return asked


def still_of_another_size(work: Work, limit: int = 200) -> list[UUID]:
    """Services that have not followed their plan, though nobody is at it; not those whose panel has refused it today."""
    in_work = exists().where(col(ProvisioningJob.live_for) == col(Service.id))
    refused = exists().where(
        col(ProvisioningJob.service_id) == col(Service.id),
        col(ProvisioningJob.action) == JobAction.RESIZE,
        col(ProvisioningJob.failed_at) > work.now - REFUSED_LATELY,
    )
    behind = select(Service.id).where(
        Service.status == ServiceStatus.ACTIVE, col(Service.sized_as) != col(Service.plan_id), ~in_work, ~refused
    )
    return list(work.session.exec(behind.order_by(col(Service.id)).limit(limit)))


def resize(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    """Make a server what its plan says. Rejected where the panel cannot, or will not."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        remote_id, plan_id = task.service.remote_id, task.service.plan_id
    if remote_id is None or not isinstance(panel, Resizes):
        raise Rejected("This panel changes no sizes: a person has to do it there.")
    done = panel.resize(remote_id, task.spec)
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        task.service.become(plan_id, keeps_more=bool(done.left))
        task.job.finish(work.now)
        work.session.add_all((task.job, task.service))
        words = (
            "It has the size of its plan",
            *done.left,
            *(("It counts from the next start on",) if done.restarts else ()),
        )
        write_log(work, task.service.id, JobAction.RESIZE, ". ".join(word.rstrip(".") for word in words), job=task.job)
        work.emit(ServiceResized(task.service.id, task.service.customer_id))
