"""Which machine a service gets, where a person decides it before it is built."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.kit.errors import BusinessError, Invalid, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Location, Plan, Service, SystemImage
from ezscale.models.service import KEPT_BACK, ServiceStatus
from ezscale.provisioning.jobs import Panels, kept_machines, live_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import Assigns, Machine
from ezscale.provisioning.ports import ServiceSpec
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.specs import sample_spec
from ezscale.provisioning.using import NO_ANSWER

OPEN_TO_CHOICE = (ServiceStatus.WAITING, ServiceStatus.FAILED, *KEPT_BACK)
TOO_LATE = "Which machine it gets cannot be chosen any more: it is being built, or it has one."
NO_CHOICE = "On this panel no machine can be chosen."
GONE = "This machine is not free any more. Please choose another one."


def may_be_assigned(work: Work, panels: Panels, service: Service) -> bool:
    """Whether the actor may choose a machine for a service now."""
    is_open = service.status in OPEN_TO_CHOICE and service.remote_id is None
    return is_open and work.actor.may(MANAGE_SERVICES) and isinstance(panels.get(service.panel), Assigns)


def free_machines(open_work: OpenWork, panels: Panels, service_id: UUID) -> list[Machine]:
    """The machines that a service could have: free on the panel, what its plan says, and chosen for no other.

    BusinessError when that cannot be chosen, or the panel does not answer.
    """
    with open_work() as work:
        service = _open_to_choice(work, service_id)
        spec, kept = _spec(work, service), kept_machines(work, service)
        panel = _panel(panels, service)
    try:
        return [machine for machine in panel.free_machines(spec) if machine.id not in kept]
    except TemporaryFailure as failure:
        raise BusinessError(NO_ANSWER) from failure
    except Rejected as refusal:
        raise BusinessError(f"The panel refused this: {refusal.message}") from refusal


def choose_machine(open_work: OpenWork, panels: Panels, service_id: UUID, machine_id: str) -> Machine | None:
    """A service gets this very machine when it is built; an empty id leaves it to the panel again.

    Invalid when the machine is not free, or another service is to have it. The build asks the panel for it once more.
    """
    free = {machine.id: machine for machine in free_machines(open_work, panels, service_id)}
    if machine_id and machine_id not in free:
        raise Invalid(_why_not(open_work, service_id, machine_id), field="machine")
    chosen = free.get(machine_id)
    try:
        with open_work() as work:
            service = _open_to_choice(work, service_id)
            _require_nobodys(work, service, machine_id)
            service.choose_machine(machine_id or None)
            work.session.add(service)
            work.session.flush()
            told = f"{chosen.name} (machine {chosen.id}) is chosen" if chosen else "The panel may choose any machine"
            write_log(work, service_id, "machine", told)
    except IntegrityError as error:  # a colleague was faster by a moment
        raise Invalid(_why_not(open_work, service_id, machine_id), field="machine") from error
    return chosen


def _open_to_choice(work: Work, service_id: UUID) -> Service:
    work.actor.require(MANAGE_SERVICES)
    service = service_to_change(work, service_id)
    if service.status not in OPEN_TO_CHOICE or service.remote_id is not None or live_job(work, service_id) is not None:
        raise BusinessError(TOO_LATE)
    return service


def _panel(panels: Panels, service: Service) -> Assigns:
    panel = panels.get(service.panel)
    if not isinstance(panel, Assigns):
        raise BusinessError(NO_CHOICE)
    return panel


def _spec(work: Work, service: Service) -> ServiceSpec:
    plan = work.session.get_one(Plan, service.plan_id)
    location = work.session.get_one(Location, service.location_id)
    return sample_spec(plan, location, work.session.get_one(SystemImage, service.image_id).panel_ref)


def _require_nobodys(work: Work, service: Service, machine_id: str) -> None:
    if machine_id and (other := _holder(work, service, machine_id)) is not None:
        raise Invalid(f"{other} is to have this machine. Please choose another one.", field="machine")


def _why_not(open_work: OpenWork, service_id: UUID, machine_id: str) -> str:
    with open_work() as work:
        other = _holder(work, service_to_change(work, service_id), machine_id)
    return f"{other} is to have this machine. Please choose another one." if other else GONE


def _holder(work: Work, service: Service, machine_id: str) -> str | None:
    """The number of another service that is to have a machine."""
    theirs = select(Service.number).where(
        Service.panel == service.panel, Service.machine_id == machine_id, Service.id != service.id
    )
    return work.session.exec(theirs).first()
