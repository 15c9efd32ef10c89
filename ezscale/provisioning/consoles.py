"""Sitting before one's own machine: a console is opened for somebody, kept while they are there, and closed after them.

A console that stays open is a door into the machine, so a row says until when it may be; whoever opens one writes it first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.errors import BusinessError, Missing, NotFound, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ConsoleSession, Service
from ezscale.models.console import ConsoleStatus
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.events import ConsoleLeft
from ezscale.provisioning.exchanges import About, on_record
from ezscale.provisioning.jobs import Panels, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.panel_skills import Console, ConsoleKind, OpensConsoles, able
from ezscale.provisioning.services import visible_services
from ezscale.provisioning.using import in_use, no_answer, require_owner, require_use

LEASE = timedelta(minutes=5)  # its page says every other minute that somebody is still there
LONGEST = timedelta(hours=4)
GRACE = timedelta(seconds=10)  # whoever loads the page anew is gone for a moment only
PUT_OFF = timedelta(hours=1)
AT_ONCE = 200
OUT_OF_REACH = "This console cannot be reached from here yet. Please write to us."


@dataclass(frozen=True, slots=True)
class OpenConsole:
    """A console that was opened for somebody: which one, and the way in, which is a secret and good for one click."""

    id: UUID
    way_in: Console


def open_console(
    open_work: OpenWork, panels: Panels, reachable: Collection[str], service_id: UUID, session_id: UUID | None = None
) -> OpenConsole:
    """A way to the console of one's own running service. With `session_id` a fresh one to what is open already.

    `reachable` are the origins of sockets that a page of ours may call: BusinessError for any other, and in every state
    but running.
    """
    with open_work() as work:
        require_use(work)
        service, remote_id = in_use(work, service_id)
        account_ref, looking = service.account_ref, panel_of(panels, service.panel)
        panel = able(looking, OpensConsoles)
    with on_record(open_work, About(service_id, service.panel)) as recorded:
        try:
            require_owner(looking, remote_id, account_ref)
        except (TemporaryFailure, Rejected) as failure:
            raise no_answer(recorded, service_id) from failure
        with recorded() as work:
            in_use(work, service_id)
            session_id = _opened(work, service_id, session_id).id
        try:
            way_in = panel.console(remote_id)
        except (TemporaryFailure, Rejected) as failure:
            _give_up(recorded, session_id, f"Not done: {failure}")
            raise no_answer(recorded, service_id) from failure
        if not can_be_reached(way_in, reachable):
            where = _origin_of(way_in.url)
            _give_up(recorded, session_id, f"Not done: {where} is not among EZSCALE_CONSOLE_SOCKETS")
            raise BusinessError(OUT_OF_REACH)
    return OpenConsole(session_id, way_in)


def keep_console(work: Work, session_id: UUID) -> None:
    """Whoever has opened a console is still there. BusinessError when it is closed, or the service runs no more."""
    require_use(work)
    session = _own_session(work, session_id)
    in_use(work, session.service_id)
    session.keep(work.now, LEASE, LONGEST)


def leave_console(work: Work, session_id: UUID) -> None:
    """Whoever has opened a console is gone: it is closed in a moment, unless somebody opens it again."""
    session = _own_session(work, session_id)
    if session.status is ConsoleStatus.OPEN:
        _leave(work, session, GRACE)


def close_left_consoles(open_work: OpenWork, panels: Panels) -> int:
    """Close on their panels the consoles that nobody sits before any more; returns how many. Safe to repeat.

    One whose panel does not answer is left for the next time.
    """
    with open_work() as work:
        due = _due(work)
    return sum(close_left_console(open_work, panels, session_id) for session_id in due)


def close_left_console(open_work: OpenWork, panels: Panels, session_id: UUID) -> bool:
    """Close one that nobody sits before any more; True when it is closed now. Safe to repeat.

    TemporaryFailure for somebody who has only just left, and may be back. Where somebody else has opened the same machine's,
    theirs stays, which goes by the same door.
    """
    with open_work() as work:
        session = work.session.get_one(ConsoleSession, session_id)
        service = work.session.get_one(Service, session.service_id)
        left = session.open_until - work.now
        if session.status is not ConsoleStatus.OPEN or left > GRACE:
            return False
        if left > timedelta():
            raise TemporaryFailure("They may be back in a moment.", retry_after=left.total_seconds())
        remote_id, panel = service.remote_id, panels.get(service.panel)
        about = About(service.id, service.panel)
        if remote_id is None or _is_watched(work, session):
            return _closed(work, session)
        if service.status is ServiceStatus.SUSPENDED:  # its panel lets nobody in, and changes nothing either
            session.put_off(work.now + PUT_OFF)
            return False
    if not isinstance(panel, OpensConsoles):
        return False
    with on_record(open_work, about) as recorded:
        try:
            panel.close_console(remote_id)
        except Missing:  # what is not there lets nobody in
            pass
        except (TemporaryFailure, Rejected):
            return False
        with recorded() as work:
            return _closed(work, work.session.get_one(ConsoleSession, session_id, with_for_update=True))


def can_be_reached(console: Console, reachable: Collection[str]) -> bool:
    """Whether a page of ours may call it. A page of the panel is opened by the person themselves."""
    if console.kind is ConsoleKind.PAGE:
        return console.url.startswith("https://")
    return any(fnmatchcase(_origin_of(console.url), pattern) for pattern in reachable)


def _opened(work: Work, service_id: UUID, session_id: UUID | None) -> ConsoleSession:
    """What is open already is kept, if it is theirs and of this service; otherwise another one is written down."""
    if session_id is not None:
        session = _own_session(work, session_id)
        if session.service_id == service_id and session.status is ConsoleStatus.OPEN:
            session.keep(work.now, LEASE, LONGEST)
            return session
    session = ConsoleSession(
        service_id=service_id, user_id=work.actor.user_id, opened_at=work.now, open_until=work.now + LEASE
    )
    work.session.add(session)
    write_log(work, service_id, "console", "Opened the console")
    return session


def _own_session(work: Work, session_id: UUID) -> ConsoleSession:
    """One's own, locked; of a service that one may still see."""
    seen = visible_services(work.actor).with_only_columns(col(Service.id))
    theirs = select(ConsoleSession).where(
        ConsoleSession.id == session_id,
        ConsoleSession.user_id == work.actor.user_id,
        col(ConsoleSession.service_id).in_(seen),
    )
    found = work.session.exec(theirs.with_for_update()).first()
    if found is None:
        raise NotFound("We could not find this console.")
    return found


def _leave(work: Work, session: ConsoleSession, grace: timedelta) -> None:
    session.leave(work.now + grace)
    work.emit(ConsoleLeft(session.id))


def _give_up(open_work: OpenWork, session_id: UUID, reason: str) -> None:
    """The panel may have opened it all the same, so it is closed like any other."""
    with open_work() as work:
        session = work.session.get_one(ConsoleSession, session_id)
        write_log(work, session.service_id, "console", reason, ok=False)
        _leave(work, session, timedelta())


def _due(work: Work) -> list[UUID]:
    over = select(ConsoleSession.id).where(
        ConsoleSession.status == ConsoleStatus.OPEN, col(ConsoleSession.open_until) <= work.now
    )
    return list(work.session.exec(over.order_by(col(ConsoleSession.open_until)).limit(AT_ONCE)))


def _is_watched(work: Work, session: ConsoleSession) -> bool:
    others = select(ConsoleSession.id).where(
        ConsoleSession.service_id == session.service_id,
        ConsoleSession.id != session.id,
        ConsoleSession.status == ConsoleStatus.OPEN,
        col(ConsoleSession.open_until) > work.now,
    )
    return work.session.exec(others.limit(1)).first() is not None


def _closed(work: Work, session: ConsoleSession) -> bool:
    if session.status is not ConsoleStatus.OPEN:  # another worker was first
        return False
    session.close(work.now)
    write_log(work, session.service_id, "console", "Closed the console")
    return True


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
