"""What the stand-ins that send webhooks have in common as apps."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import Receive, Scope, Send

from ezscale.sandbox.faults import Faults, Unreliable
from ezscale.sandbox.webhooks import Webhooks, delivering


class StandIn:
    """A vendor's HTTP, pages and webhooks as an ASGI app. `before_each` is done before webhooks are looked through."""

    def __init__(self, app: Unreliable, webhooks: Webhooks, before_each: Callable[[], None] = lambda: None) -> None:
        self.webhooks = webhooks
        self._app = app
        self._before_each = before_each

    @property
    def faults(self) -> Faults:
        """What the stand-in has been told to do wrong."""
        return self._app.faults

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Deliver webhooks in the background for as long as the block lasts."""
        async with delivering(self.webhooks, self._before_each):
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        await self._app(scope, receive, send)
