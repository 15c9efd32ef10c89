"""Who may send which event. Every event of every tab comes past here, the first one of a page included."""

import asyncio
from typing import Any

import reflex as rx
from reflex.istate.data import ReflexURL
from reflex.state import BaseState, State, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegistrationContext

from ezscale.kit import rates
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.cookies import session_token
from ezscale.kit.rates import TAB, TABS, Rate, network_of
from ezscale.state import live, open_tabs
from ezscale.state.session import Face, SessionState, actor_behind, login_address

A_WORD = Rate("a word", 1, "tab", TAB.seconds)
TOO_FAST = f"That was too fast for us. Please wait {TAB.seconds} seconds."
NAVIGATION = "on_load_internal"


class SessionGuard(rx.Middleware):
    """Finds the session on each event; wipes the tab when the login has changed; drops what the person may not send."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through."""
        root = await state.get_state(State)
        tab = root.router.session
        if rates.hit(TAB, tab.client_token, alone=True) or rates.hit(TABS, network_of(tab.client_ip), alone=True):
            return await told_to_slow_down(root)

        token = session_token(root.router.headers.cookie, root.router.url.path)
        actor = await asyncio.to_thread(actor_behind, token)
        open_tabs.note(tab.client_token, token, actor, root.router.url.path)
        session = await root.get_state(SessionState)
        await session.bind(token, actor)
        if event.name.endswith(NAVIGATION):
            start_page(session)

        face = face_of(event)
        if may_enter(actor, face):
            return None
        delta = await root._get_resolved_delta()  # noqa: SLF001  # Reflex sends no changes of a dropped event
        root._clean()  # type: ignore[no-untyped-call]  # noqa: SLF001
        return StateUpdate(delta=delta, events=Event.from_event_type(shown_out(actor, root.router.url)))


async def told_to_slow_down(root: State) -> StateUpdate:
    """A dropped event's answer: nothing, but once in a while the person hears why. Nobody asks the database here."""
    if rates.hit(A_WORD, root.router.session.client_token, alone=True):
        return StateUpdate()
    (await root.get_state(SessionState)).say(TOO_FAST, "danger")
    delta = await root._get_resolved_delta()  # noqa: SLF001  # Reflex sends no changes of a dropped event
    root._clean()  # type: ignore[no-untyped-call]  # noqa: SLF001
    return StateUpdate(delta=delta)


def start_page(session: SessionState) -> None:
    """Another page is shown: what was said on the last one is over, and so is its refreshing."""
    live.leave(session.router.session.client_token)
    session.turn_page()


def face_of(event: Event) -> Face:
    """Which side of the house an event belongs to."""
    registered = RegistrationContext.get().event_handlers.get(event.name)
    state: Any = registered.states[0] if registered and registered.states else None
    face: Face = getattr(state, "_face", "public")
    return face


def may_enter(actor: Actor, face: Face) -> bool:
    """Whether somebody may send events of a face at all; what exactly they may do, the use case decides."""
    match face:
        case "admin":
            return actor.kind is ActorKind.STAFF
        case "account":
            return actor.kind is ActorKind.USER
        case _:
            return True


def shown_out(actor: Actor, page: ReflexURL) -> EventSpec:
    """Where somebody goes who is on the wrong side of the house."""
    if not actor.is_signed_in:
        return rx.redirect(login_address(page))
    return rx.redirect("/admin/" if actor.kind is ActorKind.STAFF else "/account/")
