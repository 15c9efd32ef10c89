"""Who may send which event. Every event of every tab comes past here, the first one of a page included."""

import asyncio
from typing import Any

import reflex as rx
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from reflex.istate.data import ReflexURL
from reflex.state import BaseState, State, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegistrationContext

from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.cookies import session_token
from ezscale.kit.settings import settings
from ezscale.kit.staff_door import came_by_staff_door
from ezscale.state import live
from ezscale.state.session import Face, SessionState, actor_behind, login_address

PER_TAB = RateLimitItemPerSecond(200, 10)
PER_ADDRESS = RateLimitItemPerSecond(5000, 10)
NAVIGATION = "on_load_internal"


class SessionGuard(rx.Middleware):
    """Finds the session on each event; wipes the tab when the login has changed; drops what the person may not send."""

    def __init__(self) -> None:
        self._bursts = FixedWindowRateLimiter(MemoryStorage())

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through."""
        root = await state.get_state(State)
        tab = root.router.session
        if not (self._bursts.hit(PER_TAB, tab.client_token) and self._bursts.hit(PER_ADDRESS, tab.client_ip)):
            return StateUpdate()

        token = session_token(root.router.headers.cookie, root.router.url.path)
        actor = await asyncio.to_thread(actor_behind, token)
        session = await root.get_state(SessionState)
        await session.bind(token, actor)
        if event.name.endswith(NAVIGATION):
            start_page(session)

        face, by_staff_door = face_of(event), came_by_staff_door(root.router.headers.raw_headers)
        if may_enter(actor, face) and (by_staff_door or face != "admin"):
            return None
        delta = await root._get_resolved_delta()  # noqa: SLF001  # Reflex sends no changes of a dropped event
        root._clean()  # type: ignore[no-untyped-call]  # noqa: SLF001
        return StateUpdate(
            delta=delta, events=Event.from_event_type(shown_out(actor, root.router.url, by_staff_door=by_staff_door))
        )


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


def shown_out(actor: Actor, page: ReflexURL, *, by_staff_door: bool = True) -> EventSpec:
    """Where somebody goes who is on the wrong side of the house."""
    if not actor.is_signed_in:
        return rx.redirect(login_address(page))
    if actor.kind is not ActorKind.STAFF:
        return rx.redirect("/account/")
    if by_staff_door:
        return rx.redirect("/admin/")
    return rx.redirect(f"{settings().staff_url}/admin/" if settings().admin_host else "/")
