"""The tabs that are open in this process, and whose: a tab whose person may no longer see what it shows begins anew."""

import asyncio
import logging
from dataclasses import dataclass
from typing import cast

import reflex as rx
from reflex_base.event import Event, EventHandler
from sqlalchemy.exc import SQLAlchemyError

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.accounts.standing import standings
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.state.session import PRIVATE, SessionState, Standing, in_one_transaction, standing_of

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds; within five of its end a session must be gone from every screen


@dataclass
class OpenTab:
    """The secret of the session that a tab presents, and how its person stood when it was last heard of."""

    secret: str
    standing: Standing
    is_new: bool = True


_open: dict[str, OpenTab] = {}
_standings: dict[str, str] = {}


def note(tab: str, secret: str, actor: Actor, page: str) -> None:
    """A tab was heard of. It is remembered as long as somebody is signed in in it, and until it has left their pages."""
    known = _open.get(tab)
    if not actor.is_signed_in:
        if known is not None and not page.startswith(PRIVATE):
            del _open[tab]
    elif known is None or (known.secret, known.standing) != (secret, standing_of(actor)):
        _open[tab] = OpenTab(secret, standing_of(actor))


async def watch_sessions(app: rx.App) -> None:
    """Look after the open tabs as long as the process lives."""
    blind = False
    while True:
        try:
            forget_closed(app)
            for tab in await asyncio.to_thread(look):
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


async def begin_anew(app: rx.App, tab: str) -> None:
    """Let a tab begin anew: the guard wipes it on the way, and remembers it again if somebody is still there."""
    _open.pop(tab, None)
    for event in Event.from_event_type(cast("EventHandler", SessionState.begin_anew)):
        await app.event_processor.enqueue(tab, event)
