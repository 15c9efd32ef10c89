"""Calls of a stand-in that change its memory as a whole or not at all, one after the other."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from fastapi import Request
from fastapi.routing import APIRoute

from ezscale.sandbox.faults import remark
from ezscale.sandbox.store import Store


class Remembers(Protocol):
    """Whatever has a memory."""

    @property
    def store(self) -> Store:
        """It."""
        ...


class Alone(APIRoute):
    """A route whose calls are each a transaction of the memory. They are given the house as `here`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _alone(endpoint, self.tidy), **options)

    @staticmethod
    def tidy(here: Any) -> None:
        """What is due before a call, in a transaction of its own. Nothing, unless a panel has something."""


def _alone(endpoint: Callable[..., Any], tidy: Callable[[Any], None]) -> Callable[..., Any]:
    @wraps(endpoint)
    async def serve(*values: Any, here: Remembers, **named: Any) -> Any:
        with here.store.transaction():
            tidy(here)
        with here.store.transaction():
            return endpoint(*values, here=here, **named)

    return serve


def note(request: Request, text: str) -> None:
    """Put into the journal of calls what was done."""
    remark(request.scope, text)
