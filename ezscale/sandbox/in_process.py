"""Talking to a stand-in without a socket: the same httpx client, the same bytes, in the same process."""

import asyncio
import selectors
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Carries the requests of an `httpx.Client` to an ASGI app.

    Waiting takes no time here: an answer that comes after a minute comes at once, and one that comes after the
    client's read timeout is that timeout. May be used by several threads, and from within a running event loop.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx.ASGITransport(app)
        self._free: deque[HurryingLoop] = deque()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The app's answer, or the error that a client over the network would see."""
        request.read()
        loop = self._take_loop()
        before = loop.ahead
        try:
            with _outside_of_any_loop():
                answer = loop.run_until_complete(self._ask(request))
        finally:
            self._free.append(loop)
        patience = request.extensions.get("timeout", {}).get("read")
        if patience is not None and loop.ahead - before > patience:
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        return answer

    def close(self) -> None:
        """End the event loops."""
        while self._free:
            self._free.pop().close()

    def _take_loop(self) -> "HurryingLoop":
        try:
            return self._free.pop()
        except IndexError:
            return HurryingLoop()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        body = b"".join([part async for part in answer.aiter_raw()])
        if len(body) < int(answer.headers.get("content-length", 0)) and request.method != "HEAD":
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


class NobodyThere(httpx.BaseTransport):
    """A host on which nothing listens: every request fails before it was sent."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Always a connection error."""
        raise httpx.ConnectError("Connection refused", request=request)


class HurryingLoop(asyncio.SelectorEventLoop):
    """An event loop that does not wait: when only alarms are left, its clock jumps `ahead` to the next one."""

    def __init__(self) -> None:
        self.ahead = 0.0
        super().__init__(_Hurry(self))

    def time(self) -> float:
        """The loop's own time."""
        return super().time() + self.ahead

    def __del__(self) -> None:
        self.close()


class _Hurry(selectors.DefaultSelector):
    def __init__(self, loop: HurryingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:  # no alarm is set: a thread will wake us
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout > 0:
            self._loop.ahead += timeout
        return ready


@contextmanager
def _outside_of_any_loop() -> Iterator[None]:
    """Lets this thread run a second loop while its first one waits for us, as a nested call needs it."""
    outer = asyncio._get_running_loop()  # noqa: SLF001  # asyncio exports these for authors of event loops
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)  # noqa: SLF001
