"""Who may send which event. Every event of every tab comes past here, the first one of a page included."""

import asyncio
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.istate.data import ReflexURL
from reflex.state import BaseState, State, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegistrationContext

from ezscale import wiring
from ezscale.accounts.actors import actor_in, live_session
from ezscale.accounts.sessions import is_long_unseen, see
from ezscale.kit import rates
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind
from ezscale.kit.cookies import session_token
from ezscale.kit.rates import TAB, TABS, Rate, network_of
from ezscale.kit.settings import settings
from ezscale.kit.staff_door import came_by_staff_door
from ezscale.state import live, open_tabs
from ezscale.state.session import Face, SessionState, binding, login_address

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
        actor, login = await asyncio.to_thread(whoever_arrives, token)
        if login is None and await open_tabs.call_back(app, [tab.client_token]):
            return StateUpdate()
        open_tabs.note(tab.client_token, login, token, actor, root.router.url.path)
        session = await root.get_state(SessionState)
        was_anothers = await session.bind(token, actor)
        if event.name.endswith(NAVIGATION):
            start_page(session)

        face, by_staff_door = face_of(event), came_by_staff_door(root.router.headers.raw_headers)
        meant_for_another = was_anothers and is_ours(event)
        welcome = may_enter(actor, face) and (not actor.lacks_second_factor or may_wait(event, face))
        if welcome and not meant_for_another and (by_staff_door or face != "admin"):
            return None
        mark = binding(token, actor)[:8] if meant_for_another else ""
        delta = await root._get_resolved_delta()  # noqa: SLF001  # Reflex sends no changes of a dropped event
        root._clean()  # type: ignore[no-untyped-call]  # noqa: SLF001
        way_out = shown_out(actor, root.router.url, mark, by_staff_door=by_staff_door)
        return StateUpdate(delta=delta, events=Event.from_event_type(way_out))


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
    face: Face = getattr(state_of(event), "_face", "public")
    return face


def state_of(event: Event) -> Any:
    """The state class whose handler an event calls, if any."""
    registered = RegistrationContext.get().event_handlers.get(event.name)
    return registered.states[0] if registered and registered.states else None


def may_wait(event: Event, face: Face) -> bool:
    """Whether an event may be sent by a colleague who has no second factor yet."""
    state = state_of(event)
    return face != "admin" or getattr(state, "_before_second_factor", False)


def whoever_arrives(token: str) -> tuple[Actor, UUID | None]:
    """Who a session's secret belongs to right now, and the session; its use is written down about once a minute."""
    if not token:
        return ANONYMOUS, None
    with wiring.database().reader(ANONYMOUS)() as work:
        session = live_session(work, token)
        if session is None:
            return ANONYMOUS, None
        login, actor, unseen = session.id, actor_in(work, session), is_long_unseen(work, session)
    if unseen:
        with wiring.automation("sessions")() as work:
            see(work, token)
    return actor, login


def is_ours(event: Event) -> bool:
    """Whether an event is one of our handlers', and not Reflex's own, by which a page is loaded.

    In a tab that has just changed hands such an event was meant for what it showed before: it is not carried out.
    """
    state = state_of(event)
    return state is not None and issubclass(state, SessionState)


def may_enter(actor: Actor, face: Face) -> bool:
    """Whether somebody may send events of a face at all; what exactly they may do, the use case decides."""
    match face:
        case "admin":
            return actor.kind is ActorKind.STAFF
        case "account":
            return actor.kind is ActorKind.USER
        case _:
            return True


def shown_out(actor: Actor, page: ReflexURL, mark: str = "", *, by_staff_door: bool = True) -> EventSpec:
    """Where somebody goes who is on the wrong side of the house, or whose page is not theirs any more."""
    if not actor.is_signed_in:
        return rx.redirect(login_address(page))
    if actor.kind is ActorKind.STAFF and not by_staff_door:
        return rx.redirect(f"{settings().staff_url}/admin/" if settings().admin_host else "/")
    if actor.lacks_second_factor:
        return rx.redirect("/admin/security/")
    # An address that the tab is not at already: going where one is loads nothing.
    home = "/admin/" if actor.kind is ActorKind.STAFF else "/account/"
    return rx.redirect(f"{home}?as={mark}" if mark else home)
