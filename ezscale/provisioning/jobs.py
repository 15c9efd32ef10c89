"""Provisioning jobs: asking for one, and what a job needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_SERVICES, SEE_EVERYTHING
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import Work
from ezscale.models import (
    Customer,
    Location,
    Order,
    Plan,
    ProvisioningJob,
    Service,
    Subscription,
    SubscriptionItem,
    SystemImage,
)
from ezscale.models.base import WrongState
from ezscale.models.order import OrderStatus
from ezscale.models.service import UNBUILT, BuildStep, JobAction, ServiceStatus
from ezscale.provisioning.events import JobRequested
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import Panel, PanelOwner, ServiceSpec
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.specs import extras_of, sizes_of

Panels = Mapping[str, Panel]


def panel_of(panels: Panels, name: str) -> Panel:
    """The panel of a service; TemporaryFailure while the settings do not name it."""
    if name not in panels:
        raise TemporaryFailure(f"No panel called {name} is connected.")
    return panels[name]


class Busy(TemporaryFailure):
    """Another job for the same service is under way; this one comes after it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A job with everything a panel has to know."""

    job: ProvisioningJob
    service: Service
    owner: PanelOwner
    spec: ServiceSpec


def request_job(work: Work, service: Service, action: JobAction) -> ProvisioningJob:
    """Write down what shall be done. Busy while something else is being done to the service."""
    if live_job(work, service.id) is not None:
        raise Busy(f"{service.number} is being worked on")
    _close_failed_jobs(work, service.id)
    job = ProvisioningJob(service_id=service.id, live_for=service.id, action=action, created_at=work.now)
    work.session.add(job)
    work.session.flush()
    work.emit(JobRequested(job.id, service.id, service.customer_id))
    return job


def live_job(work: Work, service_id: UUID) -> ProvisioningJob | None:
    """What is being done to a service, if anything."""
    return work.session.exec(select(ProvisioningJob).where(ProvisioningJob.live_for == service_id)).first()


def request_build(work: Work, service: Service) -> None:
    """A paid service shall be built, however late. One that is built, or being built, already stays as it is."""
    if service.status not in UNBUILT:
        return
    service.begin_building()
    work.session.add(service)
    request_job(work, service, JobAction.CREATE)
    write_log(work, service.id, JobAction.CREATE, "Paid: the build begins")


def retry_build(work: Work, service_id: UUID) -> None:
    """Staff have removed the cause of a failed build, or made room for it: it goes on where it stopped."""
    work.actor.require(MANAGE_SERVICES)
    service = service_to_change(work, service_id)
    if service.status is ServiceStatus.WAITLISTED and not is_paid_for(work, service):
        raise WrongState("Its order waits for stock: please approve the order.")
    build_again(work, service)
    write_log(work, service_id, JobAction.CREATE, "Tried again by staff")


def is_paid_for(work: Work, service: Service) -> bool:
    """Whether nothing stands against building a service but room on its panel: its order is paid, and complete."""
    paid = (
        select(Order.id)
        .join(Subscription, col(Subscription.order_id) == Order.id)
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .where(SubscriptionItem.id == service.item_id, Order.status == OrderStatus.PAID)
    )
    return work.session.exec(paid).first() is not None


def build_again(work: Work, service: Service) -> None:
    """The build of a locked service that has failed, or waits for room, goes on where it stopped."""
    service_id = service.id
    if service.status is ServiceStatus.WAITLISTED:
        service.release()
    failed = (
        select(ProvisioningJob)
        .where(ProvisioningJob.service_id == service_id, ProvisioningJob.action == JobAction.CREATE)
        .order_by(col(ProvisioningJob.id).desc())
    )
    job = work.session.exec(failed).first()
    service.begin_building()
    work.session.add(service)
    fresh = request_job(work, service, JobAction.CREATE)
    if job is not None:  # keep the moment of the first try, by which a half-made server is found again
        fresh.step, fresh.step_began_at, fresh.asked_at = job.step, job.step_began_at, job.asked_at
        if job.step in (BuildStep.WAIT, BuildStep.CONFIRM):  # look again whether the system must be installed
            fresh.step = BuildStep.BUILD


def _close_failed_jobs(work: Work, service_id: UUID) -> None:
    """What failed before needs nobody any more: a new job takes its place."""
    failed = (col(ProvisioningJob.service_id) == service_id, col(ProvisioningJob.failed_at).is_not(None))
    waiting = (*failed, col(ProvisioningJob.finished_at).is_(None))
    work.session.execute(sqlalchemy.update(ProvisioningJob).where(*waiting).values(finished_at=work.now))


def assignment(work: Work, job_id: UUID) -> Assignment | None:
    """A job that is still to be done, with its service locked; None when it is done or failed."""
    job = work.session.get_one(ProvisioningJob, job_id, populate_existing=True)
    service_to_change(work, job.service_id)
    row = work.session.execute(
        sqlalchemy.select(Service, Plan, Location, SystemImage, Customer)
        .join(Plan, col(Plan.id) == Service.plan_id)
        .join(Location, col(Location.id) == Service.location_id)
        .join(SystemImage, col(SystemImage.id) == Service.image_id)
        .join(Customer, col(Customer.id) == Service.customer_id)
        .where(col(Service.id) == job.service_id)
    ).one()
    work.session.refresh(job)
    if job.live_for is None:
        return None
    service, plan, location, image, customer = row
    owner = PanelOwner(customer.panel_ref, customer.company or customer.name, customer.email)
    extras = extras_of(work, service.item_id)
    spec = ServiceSpec(
        service.number,
        plan.package,
        location.panel_ref,
        image.panel_ref,
        service.hostname,
        sizes=sizes_of(plan, extras),
        extras=extras,
        settings=plan.settings_of_panel,
        machine=service.machine_id or "",
        kept=kept_machines(work, service),
    )
    return Assignment(job, service, owner, spec)


def kept_machines(work: Work, service: Service) -> frozenset[str]:
    """The machines of its panel that staff have chosen for other services."""
    chosen = select(Service.machine_id).where(
        Service.panel == service.panel, col(Service.machine_id).is_not(None), Service.id != service.id
    )
    return frozenset(machine for machine in work.session.exec(chosen) if machine is not None)


def open_jobs(work: Work, limit: int = 50) -> list[tuple[ProvisioningJob, Service]]:
    """What is being done now and what failed and waits for a person, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    waiting = (
        select(ProvisioningJob, Service)
        .join(Service, col(Service.id) == ProvisioningJob.service_id)
        .where(col(ProvisioningJob.finished_at).is_(None))
        .order_by(col(ProvisioningJob.id).desc())
    )
    return [(job, service) for job, service in work.session.exec(waiting.limit(limit))]
