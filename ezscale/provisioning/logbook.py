"""The provisioning log: what was done on panels, in words without secrets."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.work import Work
from ezscale.models import ProvisioningJob, ProvisioningLog, Service
from ezscale.provisioning.services import visible_services
from ezscale.provisioning.trouble import DID_NOT_WORK


def write_log(
    work: Work,
    service_id: UUID,
    action: str,
    message: str,
    *,
    job: ProvisioningJob | None = None,
    ok: bool = True,
    told: str = "",
) -> None:
    """Add a line about a service. `told` is what customers read of what has failed, in place of what the panel said."""
    work.session.add(
        ProvisioningLog(
            service_id=service_id,
            job_id=job.id if job else None,
            at=work.now,
            action=action,
            message=message[:500],
            told=told,
            ok=ok,
            by=work.actor.name,
        )
    )


def service_log(work: Work, service_id: UUID, limit: int = 50) -> list[ProvisioningLog]:
    """The latest lines about a service that the actor may see, newest first. What a panel said of it staff alone read."""
    seen = visible_services(work.actor).where(Service.id == service_id).with_only_columns(col(Service.id))
    lines = select(ProvisioningLog).where(col(ProvisioningLog.service_id).in_(seen))
    latest = list(work.session.exec(lines.order_by(col(ProvisioningLog.id).desc()).limit(limit)))
    return latest if work.actor.may(SEE_EVERYTHING) else [_as_told(line) for line in latest]


def _as_told(line: ProvisioningLog) -> ProvisioningLog:
    """A copy that is not to be stored: lines of what failed say what customers are told."""
    words = line.message if line.ok else line.told or DID_NOT_WORK
    return ProvisioningLog(**{**line.model_dump(), "message": words})


def latest_log(work: Work, before: UUID | None = None, limit: int = 50) -> list[tuple[ProvisioningLog, Service]]:
    """The latest lines about all services the actor may see, newest first; `before` is the last id of a page."""
    seen = visible_services(work.actor).with_only_columns(col(Service.id))
    lines = (
        select(ProvisioningLog, Service)
        .join(Service, col(Service.id) == ProvisioningLog.service_id)
        .where(col(ProvisioningLog.service_id).in_(seen))
    )
    if before is not None:
        lines = lines.where(col(ProvisioningLog.id) < before)
    return [
        (line, service)
        for line, service in work.session.exec(lines.order_by(col(ProvisioningLog.id).desc()).limit(limit))
    ]
