"""Maintenance: announced by staff, shown to everybody with a service there, from the announcement until its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, exists, or_, select

from ezscale.accounts.permissions import MANAGE_SERVICES, SEE_EVERYTHING
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Location, Maintenance, Service
from ezscale.models.maintenance import MaintenanceLevel
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.events import MaintenanceAnnounced
from ezscale.provisioning.services import visible_services

LONGEST_TITLE, LONGEST_TEXT = 120, 1000
LONGEST = timedelta(days=31)
BLOCK = 500
CONCERNED = (ServiceStatus.BUILDING, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What staff say of it. Without a panel, or a location, it is about all of them."""

    title: str
    text: str
    begins_at: datetime
    ends_at: datetime
    level: MaintenanceLevel = MaintenanceLevel.NOTICE
    panel: str = ""
    location_id: UUID | None = None


def announce(work: Work, said: Announcement, *, with_mail: bool = False) -> Maintenance:
    """Show it from now on to everybody whom it concerns, and write to them once, if that is wished. Staff only."""
    work.actor.require(MANAGE_SERVICES)
    _check(work, said)
    row = Maintenance(**_fields(said), announced_at=work.now, announced_by=work.actor.name[:120])
    work.session.add(row)
    work.session.flush()
    if with_mail:
        work.emit(MaintenanceAnnounced(row.id, work.actor.name))
    return row


def change_maintenance(work: Work, maintenance_id: UUID, said: Announcement) -> None:
    """Say something else of one that is not over. Staff only."""
    row = _to_change(work, maintenance_id)
    _check(work, said, is_new=False)
    for name, value in _fields(said).items():
        setattr(row, name, value)
    work.session.add(row)


def end_early(work: Work, maintenance_id: UUID) -> None:
    """It is done already: nobody is shown it any more. Staff only."""
    row = _to_change(work, maintenance_id)
    if not row.is_on(work.now):
        raise BusinessError("It has not begun yet: cancel it instead.")
    row.end_early(work.now)
    work.session.add(row)


def cancel_maintenance(work: Work, maintenance_id: UUID) -> None:
    """It does not happen: nobody is shown it any more. Staff only."""
    row = _to_change(work, maintenance_id)
    row.cancel(work.now)
    work.session.add(row)


def maintenances(work: Work, before: UUID | None = None, limit: int = 50) -> list[tuple[Maintenance, Location | None]]:
    """All that was ever announced, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    rows = page_of(select(Maintenance), col(Maintenance.id), before=before, limit=limit)
    beside = rows.outerjoin(Location, col(Location.id) == Maintenance.location_id).add_columns(Location)
    return [(row, location) for row, location in work.session.execute(beside)]


def places(work: Work) -> tuple[list[str], list[Location]]:
    """The panels, and the locations, that it can be about. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    found = list(work.session.exec(select(Location).order_by(col(Location.name), col(Location.id))))
    return sorted({location.panel for location in found}), found


def maintenance_of(work: Work, service_id: UUID | None = None) -> list[Maintenance]:
    """What is announced or done where the actor's services are, or one of them; the soonest first."""
    mine = visible_services(work.actor).where(col(Service.status).in_(CONCERNED))
    if service_id is not None:
        mine = mine.where(Service.id == service_id)
    shown = select(Maintenance).where(
        col(Maintenance.cancelled_at).is_(None),
        col(Maintenance.ends_at) > work.now,
        exists(mine.where(_is_about()).with_only_columns(col(Service.id)).correlate(Maintenance)),
    )
    return list(work.session.exec(shown.order_by(col(Maintenance.begins_at)).limit(10)))


def blames_maintenance(work: Work, service_id: UUID, words: str) -> str:
    """What a person is told when something did not work: the same words, and that it is being worked on, if it is."""
    now = [row for row in maintenance_of(work, service_id) if row.is_on(work.now)]
    return f"{words} There is maintenance at the moment: {now[0].title}." if now else words


def concerned(work: Work, maintenance: Maintenance, after: UUID | None) -> Sequence[UUID]:
    """The next customers with a service there, in the order of their ids; `after` is the last of the block before."""
    there = (
        select(Service.customer_id)
        .join(Maintenance, _is_about())
        .where(Maintenance.id == maintenance.id, col(Service.status).in_(CONCERNED))
        .distinct()
    )
    if after is not None:
        there = there.where(col(Service.customer_id) > after)
    return work.session.exec(there.order_by(col(Service.customer_id)).limit(BLOCK)).all()


def _is_about() -> ColumnElement[bool]:
    return and_(
        or_(col(Maintenance.panel) == "", col(Maintenance.panel) == col(Service.panel)),
        or_(col(Maintenance.location_id).is_(None), col(Maintenance.location_id) == col(Service.location_id)),
    )


def _to_change(work: Work, maintenance_id: UUID) -> Maintenance:
    work.actor.require(MANAGE_SERVICES)
    row = work.session.get(Maintenance, maintenance_id, with_for_update=True)
    if row is None:
        raise NotFound("We could not find this maintenance.")
    if row.is_over(work.now):
        raise BusinessError("It is over already.")
    return row


def _check(work: Work, said: Announcement, *, is_new: bool = True) -> None:
    if not said.title or len(said.title) > LONGEST_TITLE:
        raise Invalid("Please say in a few words what is done.", field="title")
    if not said.text or len(said.text) > LONGEST_TEXT:
        raise Invalid("Please say what customers notice of it.", field="text")
    if is_new and said.ends_at <= work.now:
        raise Invalid("This is over already.", field="ends_at")
    if not said.begins_at < said.ends_at <= said.begins_at + LONGEST:
        raise Invalid("Please let it end after it begins, and within a month.", field="ends_at")
    if said.location_id is not None and work.session.get(Location, said.location_id) is None:
        raise Invalid("Please choose one from the list.", field="location_id")


def _fields(said: Announcement) -> dict[str, Any]:
    return {
        "panel": said.panel[:40],
        "location_id": said.location_id,
        "level": said.level,
        "title": said.title,
        "text": said.text,
        "begins_at": said.begins_at,
        "ends_at": said.ends_at,
    }
