"""The tabs that are open in this process, and whose: a tab whose person may no longer see what it shows begins anew."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import reflex as rx
from reflex_base.event import Event, EventHandler
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Send

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.accounts.standing import secrets_now, standings
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.state.session import PRIVATE, SessionState, Standing, in_one_transaction, standing_of

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds; within five of its end a session must be gone from every screen
PING = "2"  # of Engine.IO; a browser answers at once
CALL_AGAIN = 1012  # of the WebSocket protocol


@dataclass
class OpenTab:
    """The session that a tab presents, with its secret, and how its person stood when it was last heard of."""

    session: UUID
    secret: str
    standing: Standing
    is_new: bool = True


_open: dict[str, OpenTab] = {}
_standings: dict[str, str] = {}
_hanging_up: set[asyncio.Task[None]] = set()


def note(tab: str, session: UUID | None, secret: str, actor: Actor, page: str) -> None:
    """A tab was heard of. It is remembered as long as somebody is signed in in it, and until it has left their pages."""
    known = _open.get(tab)
    if session is None or not actor.is_signed_in:
        if known is not None and not page.startswith(PRIVATE):
            del _open[tab]
    elif known is None or (known.secret, known.standing) != (secret, standing_of(actor)):
        _open[tab] = OpenTab(session, secret, standing_of(actor))


async def call_back(app: rx.App, tabs: Collection[str]) -> set[str]:
    """Hang up those of these tabs whose session goes on under a new secret; which they are.

    A socket keeps the cookie that it was opened with. The browser calls again by itself, with the one that it has now.
    """
    known = {tab: _open[tab] for tab in tabs if tab in _open}
    if not known:
        return set()
    called = await asyncio.to_thread(renewed_among, known)
    for tab in called:
        if _open.get(tab) is known[tab]:  # it has not called again meanwhile
            del _open[tab]
            hang_up(app, tab)
    return called


def renewed_among(tabs: Mapping[str, OpenTab]) -> set[str]:
    """The tabs that present the old secret of a session that has a new one."""
    sessions = {tab.session for tab in tabs.values()}
    now = in_one_transaction(wiring.database().reader(ANONYMOUS), lambda work: secrets_now(work, sessions))
    return {name for name, tab in tabs.items() if now.get(tab.session, "") not in ("", fingerprint(tab.secret))}


async def watch_sessions(app: rx.App) -> None:
    """Look after the open tabs as long as the process lives."""
    blind = False
    while True:
        try:
            forget_closed(app)
            tabs = set(await asyncio.to_thread(look))
            for tab in tabs - await call_back(app, tabs):
                await begin_anew(app, tab)
            blind = False
        except SQLAlchemyError as error:
            if not blind:  # said once, not every other second
                log.warning("Sessions cannot be read; open pages stay as they are: %s", error)
            blind = True
        await asyncio.sleep(LOOK_EVERY)


def forget_closed(app: rx.App) -> None:
    """A tab that is closed shows nothing; when it connects again, the guard hears of it before anybody else."""
    connected = app.event_namespace.token_to_sid if app.event_namespace else {}
    for tab in [tab for tab in _open if tab not in connected]:
        del _open[tab]


def look() -> list[str]:
    """The tabs whose session has ended since they were last heard of, or whose person may do other things than then."""
    tabs = dict(_open)
    if not tabs:
        return []
    return in_one_transaction(wiring.database().reader(ANONYMOUS), lambda work: changed(work, tabs))


def changed(work: Work, tabs: dict[str, OpenTab]) -> list[str]:
    """Which of these tabs show what their person may no longer see. Who may do what is asked only when it can matter."""
    now = standings(work, {fingerprint(tab.secret) for tab in tabs.values()})
    standing: dict[str, Standing] = {}
    found = []
    for name, tab in tabs.items():
        session = fingerprint(tab.secret)
        if session in now and now[session] == _standings.get(session) and not tab.is_new:
            continue
        if tab.secret not in standing:
            standing[tab.secret] = standing_of(actor_of(work, tab.secret)) if session in now else Standing()
        tab.is_new = False
        if not standing[tab.secret].lets_see(tab.standing):
            found.append(name)
    _standings.clear()
    _standings.update(now)
    return found


def hang_up(app: rx.App, tab: str) -> None:
    """End the socket of a tab, if it is connected to this process."""
    names = app.event_namespace
    if names is None or app.sio is None or (socket := names.token_to_sid.get(tab)) is None:
        return
    if line := app.sio.get_environ(socket, names.namespace):
        ending = asyncio.create_task(_end(line["asgi.send"]))
        _hanging_up.add(ending)
        ending.add_done_callback(_hanging_up.discard)


async def _end(send: Send) -> None:
    """Granian ends no socket while it waits to be spoken to: it does so after the answer to a ping."""
    with suppress(Exception):  # it has ended by itself meanwhile
        await send({"type": "websocket.send", "text": PING})
        await send({"type": "websocket.close", "code": CALL_AGAIN})


async def begin_anew(app: rx.App, tab: str) -> None:
    """Let a tab begin anew: the guard wipes it on the way, and remembers it again if somebody is still there."""
    _open.pop(tab, None)
    for event in Event.from_event_type(cast("EventHandler", SessionState.begin_anew)):
        await app.event_processor.enqueue(tab, event)
