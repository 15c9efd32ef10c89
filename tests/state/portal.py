"""A customer of a whole company, in front of a screen."""

from inspect import isasyncgen, isawaitable
from typing import Any

import reflex as rx
from reflex.istate.data import RouterData
from reflex_base.event import Event, EventSpec

from ezscale.accounts.signing_in import begin_session
from ezscale.state.session import SessionState
from tests.company import Company, Person
from tests.state.conftest import open_tab, state_of, visit


class Screen:
    """A tab of somebody's browser, with the one state that a story is about."""

    def __init__(self, at: Company, kind: type[rx.State], person: Person | None = None) -> None:
        self.kind = kind
        self.token = session_of(at, person) if person else ""
        self.tab = open_tab(self.token)
        self.state: Any = None
        self.asked_for: list[EventSpec] = []

    async def opens(self, address: str) -> Any:
        """The page at an address; its state."""
        visit(self.tab, self.token, address)
        self.speaks("de-DE,de;q=0.9")
        session = await state_of(self.tab, SessionState)
        await session.bind(self.token, await session.actor())
        self.state = await state_of(self.tab, self.kind)
        if hasattr(self.state, "load"):  # a window within a page has nothing to load
            await self.does(self.state.load())
        return self.state

    async def does(self, called: Any) -> list[EventSpec]:
        """A handler runs to its end; what it asks the browser to do."""
        if isasyncgen(called):
            answers = [answer async for answer in called]
        else:
            answer = await called if isawaitable(called) else called
            answers = answer if isinstance(answer, list) else [answer]
        self.asked_for = [answer for answer in answers if isinstance(answer, EventSpec)]
        return self.asked_for

    async def does_in_background(self, handler: Any) -> None:
        """A background handler runs to its end, in a tab that nothing else wants to change meanwhile."""
        await handler.fn(Unhurried(self.state))

    def speaks(self, language: str) -> None:
        """The browser prefers a language."""
        headers = self.tab.router_data["headers"] | {"accept-language": language}
        self.tab.router_data = self.tab.router_data | {"headers": headers}
        self.tab.router = RouterData.from_router_data(self.tab.router_data)

    @property
    def goes_to(self) -> str:
        """Where the last handler has sent the browser."""
        payloads = [event.payload for spec in self.asked_for for event in Event.from_event_type(spec)]
        return next((str(payload["path"]) for payload in payloads if "path" in payload), "")

    @property
    def fills(self) -> list[tuple[str, str]]:
        """The inputs that the last handler has filled, and with what."""
        events = [event for spec in self.asked_for for event in Event.from_event_type(spec)]
        return [(each.payload["ref"], each.payload["value"]) for each in events if each.name == "_set_value"]


class Unhurried:
    """A state as a background handler holds it."""

    def __init__(self, state: Any) -> None:
        object.__setattr__(self, "state", state)

    async def __aenter__(self) -> None:
        """Nobody else holds it."""

    async def __aexit__(self, *_: object) -> None:
        """And nobody waits for it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.state, name, value)


def session_of(at: Company, person: Person) -> str:
    """A session of this person."""
    with at.robot() as work:
        return begin_session(work, person.user).token
