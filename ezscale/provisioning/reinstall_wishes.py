"""Asking for another system on a server: what can be had, who may ask, and what was asked for."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_SERVICES, USE_SERVICES
from ezscale.accounts.ssh_keys import lines_of
from ezscale.kit.actor import Actor
from ezscale.kit.errors import Invalid, NotAllowed, Rejected, TemporaryFailure
from ezscale.kit.reasons import said_why
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ProvisioningJob, ReinstallWish, Service
from ezscale.models.service import JobAction
from ezscale.provisioning.exchanges import About, on_record
from ezscale.provisioning.host_names import clean_hostname
from ezscale.provisioning.jobs import Panels, panel_of, request_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import Image, Reinstalls, able
from ezscale.provisioning.using import in_use, no_answer, require_use

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class NewSystem:
    """What somebody wants to have installed. `typed` is the server's host name, typed to confirm that all is lost.

    An empty `hostname` keeps the one that it has. Staff say in `reason` why they do it to somebody's server.
    """

    image: str
    typed: str
    hostname: str = ""
    keys: tuple[UUID, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be installed on a server. `takes_keys` says whether SSH keys are put onto it."""

    images: list[Image]
    takes_keys: bool


def may_reinstall(actor: Actor) -> bool:
    """Whoever may use services, but for those who were entrusted with single ones: what is on them is not theirs."""
    return (actor.may(USE_SERVICES) and actor.services is None) or actor.may(MANAGE_SERVICES)


def systems_for(open_work: OpenWork, panels: Panels, service_id: UUID) -> Offered:
    """What the panel offers for this server. BusinessError when it cannot be reinstalled now, or the panel is away."""
    with open_work() as work:
        _require_may(work)
        service, remote_id = in_use(work, service_id, "it cannot be reinstalled now")
        panel, about = able(panel_of(panels, service.panel), Reinstalls), About(service_id, service.panel)
    with on_record(open_work, about) as recorded:
        return Offered(_images(recorded, panel, service_id, remote_id), panel.takes_ssh_keys)


def ask_for_reinstall(open_work: OpenWork, panels: Panels, service_id: UUID, wanted: NewSystem) -> ProvisioningJob:
    """Everything on a server shall give way to another system. NotConfirmed unless they have just proven who they are.

    Invalid, on the field, for what cannot be; then nothing is changed.
    """
    with open_work() as work:
        service, remote_id, lines = _checked(work, service_id, wanted)
        panel, about = able(panel_of(panels, service.panel), Reinstalls), About(service_id, service.panel)
    if lines and not panel.takes_ssh_keys:
        raise Invalid("SSH keys cannot be put onto this kind of server.", field="keys")
    with on_record(open_work, about) as recorded:
        offered = _images(recorded, panel, service_id, remote_id)
    image = next((each for each in offered if each.ref == wanted.image), None)
    if image is None:
        raise Invalid("Please choose what shall be installed.", field="image")
    with open_work() as work:
        service, remote_id, lines = _checked(work, service_id, wanted)
        job = request_job(work, service, JobAction.REINSTALL)
        work.session.add(
            ReinstallWish(
                job_id=job.id,
                service_id=service_id,
                image=image.ref,
                image_name=image.name[:120],
                hostname=clean_hostname(wanted.hostname) if wanted.hostname else service.hostname,
                keys=lines,
                asked_by=work.actor.name,
                by_staff=work.actor.may(MANAGE_SERVICES),
                reason=_reason(work, wanted),
                asked_at=work.now,
            )
        )
        write_log(work, service_id, JobAction.REINSTALL, _asked_for(work, image, wanted), job=job)
        return job


def newest_wish(work: Work, service: Service) -> tuple[ReinstallWish, ProvisioningJob] | None:
    """The reinstallation of a service that is under way, or has failed and was followed by nothing else yet."""
    found = (
        select(ReinstallWish, ProvisioningJob)
        .join(ProvisioningJob, col(ProvisioningJob.id) == ReinstallWish.job_id)
        .where(ReinstallWish.service_id == service.id, col(ProvisioningJob.finished_at).is_(None))
        .order_by(col(ReinstallWish.id).desc())
    )
    return work.session.exec(found).first()


def _checked(work: Work, service_id: UUID, wanted: NewSystem) -> tuple[Service, str, list[str]]:
    _require_may(work)
    service, remote_id = in_use(work, service_id, "it cannot be reinstalled now")
    work.actor.require_confirmed()
    _reason(work, wanted)
    if wanted.hostname:
        clean_hostname(wanted.hostname)
    if wanted.typed.strip().casefold() != service.hostname.casefold():
        raise Invalid(f"Please type {service.hostname}, to confirm that everything on it is lost.", field="typed")
    return service, remote_id, lines_of(work, service.customer_id, wanted.keys)


def _reason(work: Work, wanted: NewSystem) -> str:
    """Why staff do it. Customers need none: it is theirs."""
    return said_why(wanted.reason, "reason", LONGEST_REASON) if work.actor.may(MANAGE_SERVICES) else ""


def _asked_for(work: Work, image: Image, wanted: NewSystem) -> str:
    """What the log says, which the customer reads, too."""
    reason = _reason(work, wanted)
    return f"Asked for by us: {image.name}. {reason}" if reason else f"Asked for: {image.name}"


def _require_may(work: Work) -> None:
    require_use(work)
    if not may_reinstall(work.actor):
        raise NotAllowed


def _images(open_work: OpenWork, panel: Reinstalls, service_id: UUID, remote_id: str) -> list[Image]:
    try:
        return panel.images(remote_id)
    except (TemporaryFailure, Rejected) as failure:
        raise no_answer(open_work, service_id) from failure
