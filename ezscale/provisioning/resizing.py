"""A service that is sold as another plan, or with other options, from now on becomes what was agreed on."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlmodel import col, exists, or_, select

from ezscale.kit.errors import Rejected
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ProvisioningJob, Service, SubscriptionItem
from ezscale.models.option import PanelField
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.addresses import assign_addresses, held_ipv4
from ezscale.provisioning.events import ServiceResized
from ezscale.provisioning.jobs import Panels, assignment, request_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import Resizes
from ezscale.provisioning.ports import NOT_TOLD, Panel, RemoteServer, ServiceSpec
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.specs import extras_of, field_of

REFUSED_LATELY = timedelta(days=1)
FOLLOWING = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)  # as soon as it runs again


class Resizer(Panel, Resizes, Protocol):
    """A panel that changes sizes."""


def follow_plans(work: Work, service_ids: Sequence[UUID]) -> int:
    """Those of these services that are not what was agreed on shall become it. Returns how many.

    Busy while something else is being done to one of them: its turn comes after that.
    """
    asked = 0
    for service_id in service_ids:
        service = service_to_change(work, service_id)
        if service.status is ServiceStatus.ACTIVE and is_behind(service):
            request_job(work, service, JobAction.RESIZE)
            asked += 1
    return asked


def follow_options(work: Work, panels: Panels, service_id: UUID, changed: Collection[SubscriptionItem]) -> bool:
    """What is beside its plan has changed: a service shall have what its panel sets by itself. True when that is all of it."""
    service = service_to_change(work, service_id)
    panel = panels.get(service.panel)
    wanted = {field_of(work, item) for item in changed}
    by_itself: frozenset[str] = panel.changes if isinstance(panel, Resizes) else frozenset()
    if len(held_ipv4(work, service)) > 1 + extras_of(work, service.item_id).ipv4:
        by_itself -= {PanelField.IPV4}  # which of them goes is for its owner to say
    if wanted & by_itself and service.status in FOLLOWING:
        service.lack_options()
        work.session.add(service)
    return wanted <= by_itself and service.status in FOLLOWING


def is_behind(service: Service) -> bool:
    """Whether a service is not yet what was agreed on."""
    return service.lacks_options or service.sized_as not in (None, service.plan_id)


def still_of_another_size(work: Work, limit: int = 200) -> list[UUID]:
    """Services that are not yet what was agreed on, though nobody is at it; not those whose panel has refused it today."""
    in_work = exists().where(col(ProvisioningJob.live_for) == col(Service.id))
    refused = exists().where(
        col(ProvisioningJob.service_id) == col(Service.id),
        col(ProvisioningJob.action) == JobAction.RESIZE,
        col(ProvisioningJob.failed_at) > work.now - REFUSED_LATELY,
    )
    behind = select(Service.id).where(
        Service.status == ServiceStatus.ACTIVE,
        or_(col(Service.sized_as) != col(Service.plan_id), col(Service.lacks_options).is_(True)),
        ~in_work,
        ~refused,
    )
    return list(work.session.exec(behind.order_by(col(Service.id)).limit(limit)))


def resize(open_work: OpenWork, panel: Panel, job_id: UUID) -> None:
    """Make a server what its plan and its options say. Rejected where the panel cannot, will not, or does not show it."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        remote_id, plan_id, spec = task.service.remote_id, task.service.plan_id, task.spec
    if remote_id is None or not isinstance(panel, Resizes):
        raise Rejected("This panel changes no sizes: a person has to do it there.")
    done = panel.resize(remote_id, spec)
    there = _verify(panel, remote_id, spec)
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        if there is not None and there.ipv4:
            assign_addresses(work, task.service, there)
        changed_meanwhile = task.spec.extras != spec.extras
        task.service.become(plan_id, keeps_more=bool(done.left), lacks_options=changed_meanwhile)
        task.job.finish(work.now)
        work.session.add_all((task.job, task.service))
        words = (
            "It has the size that was agreed on",
            *done.left,
            *(("It counts from the next start on",) if done.restarts else ()),
        )
        write_log(work, task.service.id, JobAction.RESIZE, ". ".join(word.rstrip(".") for word in words), job=task.job)
        work.emit(ServiceResized(task.service.id, task.service.customer_id))


def _verify(panel: Resizer, remote_id: str, spec: ServiceSpec) -> RemoteServer | None:
    """The server as a panel shows it that changes sizes by itself; Rejected when that is not what it was asked for."""
    if not panel.changes:
        return None
    there = panel.look(remote_id)
    if there.sizes is None:
        raise Rejected("The panel does not show what size it has now: a person has to look.")
    for name in sorted(panel.changes - {PanelField.IPV4}):
        now, sold = getattr(there.sizes, name), getattr(spec.sizes, name)
        if now not in (sold, NOT_TOLD):
            raise Rejected(f"The panel was asked for {name} of {sold}, and shows {now}.")
    if PanelField.IPV4 in panel.changes and len(there.ipv4) <= spec.extras.ipv4:
        raise Rejected(f"The panel was asked for {1 + spec.extras.ipv4} IPv4 addresses, and shows {len(there.ipv4)}.")
    return there
