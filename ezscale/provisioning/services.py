"""Services as their owners and staff see them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, func
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_SERVICES
from ezscale.kit.actor import Actor
from ezscale.kit.errors import NotFound
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Location, Plan, ProvisioningJob, Service, SystemImage
from ezscale.models.service import ServiceStatus

PAGE = 25


@dataclass(frozen=True, slots=True)
class ServiceOverview:
    """A service with the names of what it consists of, and the job under way, if any."""

    service: Service
    plan: Plan
    location: Location
    image: SystemImage
    customer: Customer
    job: ProvisioningJob | None


def visible_services(actor: Actor) -> SelectOfScalar[Service]:
    """A customer's own (a delegate's: those entrusted to them), or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(Service)
    if not actor.may(SEE_SERVICES) or actor.customer_id is None:
        return select(Service).where(false())
    own = select(Service).where(Service.customer_id == actor.customer_id)
    return own if actor.services is None else own.where(col(Service.id).in_(actor.services))


def services(
    work: Work,
    *,
    customer_id: UUID | None = None,
    status: str = "",
    words: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    descending: bool = True,
) -> list[ServiceOverview]:
    """Newest first, in one query. `before` is the last id of a page; `words` is looked for in number, name, address."""
    found = visible_services(work.actor)
    if customer_id is not None:
        found = found.where(Service.customer_id == customer_id)
    if status in list(ServiceStatus):
        found = found.where(Service.status == ServiceStatus(status))
    if words := words.strip()[:100]:
        columns = (Service.number, Service.hostname, Service.ipv4)
        found = found.where(or_(*(col(column).icontains(words, autoescape=True) for column in columns)))
    return _overviews(work, page_of(found, col(Service.id), before=before, limit=limit, descending=descending))


def service_overview(work: Work, service_id: UUID) -> ServiceOverview:
    """One service; NotFound when it is not the actor's to see."""
    found = _overviews(work, visible_services(work.actor).where(Service.id == service_id))
    if not found:
        raise NotFound("We could not find this service.")
    return found[0]


def running_counts(work: Work, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many active services these customers have, for those who have any."""
    running = visible_services(work.actor).where(
        col(Service.customer_id).in_(customer_ids), Service.status == ServiceStatus.ACTIVE
    )
    owner = col(Service.customer_id)
    counted = running.with_only_columns(owner, func.count(col(Service.id))).group_by(owner)
    return {customer_id: int(count) for customer_id, count in work.session.execute(counted)}


def service_to_change(work: Work, service_id: UUID) -> Service:
    """The service itself, locked until the transaction ends and read afresh."""
    locked = visible_services(work.actor).where(Service.id == service_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this service.")
    return found


def services_of_items(work: Work, item_ids: list[UUID]) -> list[Service]:
    """What runs for these subscription items."""
    return list(work.session.exec(select(Service).where(col(Service.item_id).in_(item_ids)).order_by(col(Service.id))))


def _overviews(work: Work, found: SelectOfScalar[Service]) -> list[ServiceOverview]:
    wanted = (
        found.join(Plan, col(Plan.id) == Service.plan_id)
        .join(Location, col(Location.id) == Service.location_id)
        .join(SystemImage, col(SystemImage.id) == Service.image_id)
        .join(Customer, col(Customer.id) == Service.customer_id)
        .outerjoin(ProvisioningJob, col(ProvisioningJob.live_for) == Service.id)
        .add_columns(Plan, Location, SystemImage, Customer, ProvisioningJob)
    )
    return [ServiceOverview(*row) for row in work.session.execute(wanted)]
