"""How a handler's refusal reaches the person, whatever kind of handler it is."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar

from reflex.istate.proxy import StateProxy
from reflex_base.event import EventHandler, EventSpec

from ezscale.kit.errors import BusinessError, TemporaryFailure

Answer = EventSpec | EventHandler | list[Any] | None
Method = TypeVar("Method", bound=Callable[..., Any])


def not_an_event(method: Method) -> Method:
    """A public method for handlers to call. Without this mark any browser could call it as an event."""
    method.__override_base_method__ = True  # type: ignore[attr-defined]  # how Reflex tells helpers from handlers
    return method


def told_to_the_person(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler whose refusals end in the state's `refuse`: beside the field, in a message, or at the sign-in page."""
    if inspect.isasyncgenfunction(handler):

        @wraps(handler)
        async def generating(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Answer]:
            try:
                async for event in handler(self, *args, **kwargs):
                    yield event
            except (BusinessError, TemporaryFailure) as refusal:
                yield await _tell(self, refusal)

        return generating

    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def answering(self: Any, *args: Any, **kwargs: Any) -> Answer:
            try:
                answer: Answer = await handler(self, *args, **kwargs)
            except (BusinessError, TemporaryFailure) as refusal:
                answer = await _tell(self, refusal)
            return answer

        return answering
    return handler  # without waiting for a use case there is nothing to be refused


async def _tell(state: Any, refusal: BusinessError | TemporaryFailure) -> Answer:
    async with state if isinstance(state, StateProxy) else nullcontext():  # a background handler must hold the tab
        answer: Answer = state.refuse(refusal)
    return answer
