"""Deletions: what is no longer paid for stands still for some days before it goes, and staff decide about it until then."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.company.rules import Rules, rules
from ezscale.kit.errors import BusinessError, Invalid, TemporaryFailure
from ezscale.kit.reasons import said_why
from ezscale.kit.work import Work
from ezscale.models import Deletion, Service
from ezscale.models.deletion import BackupWord
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.events import DeletionCalledOff, DeletionNear, DeletionPlanned
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.services import service_to_change, visible_services
from ezscale.provisioning.stopping import stand_still_for_good, wish_termination

LONGEST_REASON = 300
LONGEST_DELAY = timedelta(days=365)
RAN = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
BACKUP_WORDS = {BackupWord.MADE: "a backup was made", BackupWord.NOT_NEEDED: "no backup is needed"}


class DeletionRules(Rules):
    """How long what has ended is kept."""

    topic: ClassVar[str] = "deletion"
    title: ClassVar[str] = "Deleting what has ended"

    days: int = Field(
        default=7,
        ge=0,
        le=90,
        title="Days after a subscription has ended",
        description="For so long its services stand still with everything on them, and are then deleted. Their customer "
        "is told at once, and again a day before. 0: they are deleted at once.",
    )
    days_after_non_payment: int = Field(
        default=0,
        ge=0,
        le=90,
        title="Days more where an invoice was never paid",
        description="Such services have stood still for weeks, and the last warning has named the day on which they are "
        "deleted: that is this day, unless you wait for longer.",
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """What a member of staff says about a deletion."""

    reason: str
    backup: BackupWord | None = None


def plan_deletion(work: Work, service: Service, ended_on: date, days: int) -> None:
    """Nobody pays for a service any more: it stands still, and is deleted after so many days. Once for each end.

    What never ran is gone at once. TemporaryFailure while something is being done to it.
    """
    if service.status is ServiceStatus.BUILDING:
        raise TemporaryFailure(f"{service.number} is still being built")
    if service.status not in RAN or service.remote_id is None or days == 0:
        wish_termination(work, service)
        return
    if work.session.exec(_planned_for(service.id, ended_on)).first() is not None:
        return
    stand_still_for_good(work, service)
    due_on = work.today + timedelta(days=days)
    deletion = Deletion(
        service_id=service.id, live_for=service.id, ended_on=ended_on, due_on=due_on, planned_at=work.now
    )
    work.session.add(deletion)
    work.session.flush()
    write_log(work, service.id, JobAction.TERMINATE, f"Its subscription has ended: it will be deleted on {due_on}")
    work.emit(DeletionPlanned(deletion.id, service.id, service.customer_id, due_on))


def planned_deletion(work: Work, service_id: UUID) -> Deletion | None:
    """The deletion that a service waits for, if the actor may see it and it does."""
    seen = visible_services(work.actor).with_only_columns(col(Service.id))
    planned = select(Deletion).where(Deletion.live_for == service_id, col(Deletion.service_id).in_(seen))
    return work.session.exec(planned).first()


def kept_from_deletion(work: Work, service_id: UUID) -> Deletion | None:
    """The deletion that was called off, of a service that stands still for it."""
    service = service_to_change(work, service_id)
    latest = select(Deletion).where(Deletion.service_id == service.id).order_by(col(Deletion.id).desc())
    found = work.session.exec(latest).first()
    return found if found is not None and found.closed_at is not None and service.status in RAN else None


def set_deletion_day(work: Work, service_id: UUID, day: date, reason: str) -> None:
    """Delete it on another day, or after all; its customer is told. Staff only, until the deletion begins."""
    work.actor.require(MANAGE_SERVICES)
    words = said_why(reason, "reason", LONGEST_REASON)
    if not work.today < day <= work.today + LONGEST_DELAY:
        raise Invalid("Please choose a day from tomorrow on, within a year.", field="day")
    service = service_to_change(work, service_id)
    deletion = planned_deletion(work, service_id)
    if deletion is not None:
        deletion.move(day)
    elif (kept := kept_from_deletion(work, service_id)) is not None:
        deletion = kept
        deletion.plan_again(day)
    else:
        raise BusinessError("This service is not going to be deleted.")
    deletion.explain(words, work.actor.name)
    work.session.add(deletion)
    work.record("deletion moved", ("service", service.id), day=day.isoformat(), reason=words)
    write_log(work, service.id, JobAction.TERMINATE, f"It will be deleted on {day}: {words}")
    work.emit(DeletionPlanned(deletion.id, service.id, service.customer_id, day))


def call_off_deletion(work: Work, service_id: UUID, reason: str) -> None:
    """It is kept, and goes on standing still, until somebody decides anew. Staff only, until the deletion begins."""
    work.actor.require(MANAGE_SERVICES)
    words = said_why(reason, "reason", LONGEST_REASON)
    service = service_to_change(work, service_id)
    deletion = deletion_to_change(work, service_id)
    deletion.call_off(work.now)
    deletion.explain(words, work.actor.name)
    work.session.add(deletion)
    work.record("deletion called off", ("service", service.id), reason=words)
    write_log(work, service.id, JobAction.TERMINATE, f"It will not be deleted: {words}")
    work.emit(DeletionCalledOff(deletion.id, service.id, service.customer_id))


def begin_deletion(work: Work, deletion: Deletion, said: Decided | None = None) -> None:
    """It goes now: nothing takes it back. Busy while something else is being done to it."""
    service = service_to_change(work, deletion.service_id)
    wish_termination(work, service)
    deletion.begin(work.now)
    words = "The days of grace are over: it is being deleted"
    if said is not None:
        deletion.explain(said.reason, work.actor.name)
        deletion.backup = said.backup or ""
        words = f"Deleted by hand: {said.reason}"
        words += f" ({BACKUP_WORDS[said.backup]})" if said.backup else ""
    work.session.add(deletion)
    write_log(work, service.id, JobAction.TERMINATE, words)


def remind_of_deletion(work: Work, deletion: Deletion) -> None:
    """Its customer is told that it goes tomorrow: no sooner, even where nobody was at work on the day before."""
    service = work.session.get_one(Service, deletion.service_id)
    deletion.remind(work.today)
    work.session.add(deletion)
    work.emit(DeletionNear(deletion.id, service.id, service.customer_id, deletion.due_on))


def deletion_to_change(work: Work, service_id: UUID) -> Deletion:
    """The planned deletion of a service, which is locked by then; BusinessError when there is none any more."""
    locked = select(Deletion).where(Deletion.live_for == service_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise BusinessError("This service is not going to be deleted, or it is being deleted already.")
    return found


def days_of_grace(work: Work, *, never_paid: bool) -> int:
    """For how many days what has ended is kept."""
    decided = rules(work, DeletionRules)
    return decided.days_after_non_payment if never_paid else decided.days


def _planned_for(service_id: UUID, ended_on: date) -> SelectOfScalar[UUID]:
    return select(Deletion.id).where(Deletion.service_id == service_id, Deletion.ended_on == ended_on)
