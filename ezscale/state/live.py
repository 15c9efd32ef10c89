"""Pages that hear what happened elsewhere: a build finished, a payment arrived."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import Event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from ezscale import wiring
from ezscale.kit.actor import ANONYMOUS, ActorKind
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.state.session import SessionState, in_one_transaction
from ezscale.state.telling import not_an_event

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
AT_MOST = 500
# Ids are made before the commit, so a slow transaction's events appear below newer ones: look back this far.
LOOK_BACK = 30_000 << 80  # milliseconds, where a UUIDv7 keeps them


@dataclass(frozen=True)
class Concern:
    """Whom something that happened concerns: a customer, and the service that it is about, if it is about one."""

    customer_id: str
    service_id: str = ""


@dataclass(frozen=True)
class Follower:
    """A tab that wants to hear of a customer's events, or (staff) of everybody's, and the event that refreshes it.

    A delegate's hears only of what happened to one of its `services`.
    """

    customer_id: str
    refresh: Any
    services: frozenset[str] | None = None

    def is_concerned(self, concern: Concern) -> bool:
        """Whether this tab may know that it happened."""
        if self.customer_id == EVERYBODY:
            return True
        theirs = self.customer_id == concern.customer_id
        return theirs and (self.services is None or concern.service_id in self.services)


@dataclass
class News:
    """What has been seen of the outbox."""

    started: bool = False
    newest: UUID | None = None
    seen: frozenset[UUID] = field(default_factory=frozenset)


EVERYBODY = "*"
_followers: dict[str, Follower] = {}


class LiveState(SessionState):
    """For pages that refresh themselves: call `follow` in the handler that loads the page, before it reads."""

    @not_an_event
    async def follow(self, refresh: Any) -> None:  # mypy mistakes a state's handlers for a namespace
        """From now on `refresh` runs in this tab within two seconds of every event that concerns its person."""
        actor = await self.actor()
        token = self.router.session.client_token
        if actor.kind is ActorKind.STAFF:
            _followers[token] = Follower(EVERYBODY, refresh)
        elif actor.customer_id is not None:
            entrusted = None if actor.services is None else frozenset(map(str, actor.services))
            _followers[token] = Follower(str(actor.customer_id), refresh, entrusted)


def leave(token: str) -> None:
    """The tab has gone to another page."""
    _followers.pop(token, None)


async def watch(app: rx.App) -> None:
    """Look for news as long as the process lives, and refresh the tabs that want to hear of it."""
    news, blind = News(), False
    while True:
        try:
            concerned = await asyncio.to_thread(look, news)
            for token, follower in followers_of(concerned):
                await refresh(app, token, follower)
            blind = False
        except SQLAlchemyError as error:
            if not blind:  # said once, not every second
                log.warning("The outbox cannot be read; open pages are not refreshed: %s", error)
            blind = True
        await asyncio.sleep(LOOK_EVERY)


def look(news: News) -> frozenset[Concern]:
    """Whom concerns what has happened since the last look, and remember that it was seen."""
    rows = in_one_transaction(wiring.database().reader(ANONYMOUS), lambda work: latest(work, news.newest))
    fresh = [payload for row_id, payload in rows if row_id not in news.seen]
    first_look, news.started = not news.started, True
    news.seen = frozenset(row_id for row_id, _ in rows)
    news.newest = max(news.seen, default=news.newest)
    return frozenset() if first_look else frozenset(map(concern_of, fresh))


def concern_of(payload: Mapping[str, Any]) -> Concern:
    """Whom an event concerns."""
    return Concern(str(payload.get("customer_id") or ""), str(payload.get("service_id") or ""))


def latest(work: Work, newest: UUID | None) -> Sequence[tuple[UUID, Mapping[str, Any]]]:
    """The last events, from a while before the newest that is known."""
    wanted = select(OutboxEvent.id, OutboxEvent.payload).order_by(col(OutboxEvent.id).desc()).limit(AT_MOST)
    if newest is not None:
        wanted = wanted.where(col(OutboxEvent.id) > UUID(int=max(newest.int - LOOK_BACK, 0)))
    return work.session.exec(wanted).all()


def followers_of(concerned: frozenset[Concern]) -> list[tuple[str, Follower]]:
    """The tabs to refresh: those of the concerned customers, and staff's when anything happened at all."""
    return [
        (token, follower)
        for token, follower in _followers.items()
        if any(follower.is_concerned(concern) for concern in concerned)
    ]


async def refresh(app: rx.App, token: str, follower: Follower) -> None:
    """Run a tab's refreshing event, or forget a tab that was closed."""
    if app.event_namespace is None or token not in app.event_namespace.token_to_sid:
        leave(token)
        return
    for event in Event.from_event_type(follower.refresh):
        await app.event_processor.enqueue(token, event)
