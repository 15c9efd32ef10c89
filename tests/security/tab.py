"""A browser's tab without a browser: events go through Reflex's whole pipeline, and everything that comes back is kept."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor
from reflex_base.registry import RegisteredEventHandler

from ezscale.kit.rates import TAB

PATIENCE = 3  # seconds


class Pipeline:
    """Reflex's way of handling events, with the app's own guard in it. The first bug of each handler is kept."""

    def __init__(self, processor: BaseStateEventProcessor, handlers: Mapping[str, RegisteredEventHandler]) -> None:
        self._processor = processor
        self._handlers = handlers
        self._sent: dict[str, list[StateUpdate]] = {}
        self.bugs: dict[str, str] = {}
        self.sleepers: set[str] = set()

    def knows(self, handler: str) -> bool:
        """Whether there is such a handler."""
        return handler in self._handlers

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        """What Reflex would send to the tab by the socket."""
        self._sent.setdefault(token, []).append(update)

    async def answers(self, tab: "Tab", handler: str, payload: Mapping[str, Any]) -> list[str]:
        """Everything that a tab hears after an event, as texts. What waits in the background is not waited for."""
        tab.events += 1
        event = Event(name=handler, payload=dict(payload), router_data=tab.router_data())
        heard: list[Any] = []
        try:
            async with asyncio.timeout(PATIENCE if self._handlers[handler].handler.is_background else None):
                async for delta in self._processor.enqueue_stream_delta(tab.token, event):
                    heard.append(delta)  # noqa: PERF401  # what came before a bug was heard too
        except TimeoutError:
            self.sleepers.add(handler)
        except Exception as bug:  # noqa: BLE001  # whatever it is, it is a finding
            self.bugs.setdefault(handler, f"{str(payload)[:200]}: {type(bug).__name__}: {str(bug)[:200]}")
        heard += self._sent.pop(tab.token, [])
        return [text for each in heard for text in texts_of(each)]


def texts_of(heard: Any) -> Iterator[str]:
    """What a tab hears, state by state: what a page says again is then the very same text."""
    parts = heard.items() if isinstance(heard, Mapping) else [("", heard)]
    for state, values in parts:
        yield state + json.dumps(values, default=str, ensure_ascii=False)


class Tab:
    """An open page, and the cookies that its browser presents."""

    def __init__(self, cookies: Mapping[str, str]) -> None:
        self.token = str(uuid4())
        self.cookies = cookies
        self._path = "/account/"
        self._query: dict[str, str] = {}
        self.events = 0

    def goes_to(self, query: Mapping[str, str]) -> None:
        """Another address."""
        self._query = dict(query)

    @property
    def is_worn(self) -> bool:
        """Whether the guard would soon slow it down, for asking too much."""
        return self.events > TAB.amount // 2

    def router_data(self) -> dict[str, Any]:
        """As the socket's server puts it together."""
        return {
            "headers": {
                "cookie": "; ".join(f"{name}={secret}" for name, secret in self.cookies.items()),
                "host": "localhost",
                "origin": "http://localhost",
            },
            "pathname": self._path,
            "asPath": f"{self._path}?{urlencode(self._query)}" if self._query else self._path,
            "query": self._query,
            "ip": f"10.0.{self.token[:2]}",  # many browsers, so that nobody is held up
            "token": self.token,
            "sid": f"socket of {self.token}",
        }


@asynccontextmanager
async def pipeline(app: rx.App) -> AsyncIterator[Pipeline]:
    """The app's events, handled in this very loop."""
    processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=lambda _error: None)
    line = Pipeline(processor, app._registration_context.event_handlers)
    memory = StateManagerMemory()  # type: ignore[abstract]  # mypy does not see through Reflex's wrappers
    processor.configure(state_manager=memory, event_namespace=line)  # type: ignore[arg-type]  # all it is asked for
    async with processor:
        with app.set_contexts():
            yield line
