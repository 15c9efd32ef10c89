"""What every request gets: a name for asking about it, its place in the metrics, and an answer even when we fail."""

import re
from time import perf_counter

import structlog
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ezscale.api import metrics
from ezscale.api.problems import our_fault, too_large
from ezscale.kit.ids import new_id

log = structlog.get_logger()

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
PAGES = "(pages)"
LARGEST_BODY = 1_000_000  # bytes


class EveryRequest:
    """The outermost layer of the API. It also sees the requests for pages, which Reflex answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; web sockets pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.id = request_id(request)
        request.state.headers = {"X-Request-ID": request.state.id}
        status, started, size = 500, False, 0

        async def receiving() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(413)
            return message

        async def sending(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                MutableHeaders(scope=message).update(request.state.headers)
            await send(message)

        began = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request.state.id):
            try:
                served_by = too_large(request) if announced_size(request) > LARGEST_BODY else self._app
                await served_by(scope, receiving, sending)
            except Exception:
                log.exception("request_broke", method=request.method, path=request.url.path)
                if started:  # half an answer is out: only a broken connection tells the client
                    raise
                await our_fault(request)(scope, receiving, sending)
            finally:
                metrics.count_request(request.method, route_of(scope), status, perf_counter() - began)


def request_id(request: Request) -> str:
    """The name that the client or a proxy gave it, when it can be one, otherwise a new one."""
    given = request.headers.get("x-request-id", "")
    return given if GIVEN_ID.fullmatch(given) else new_id().hex


def announced_size(request: Request) -> int:
    """How large the body is going to be, if the client says so."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def route_of(scope: Scope) -> str:
    """The address as it was declared, so that metrics do not grow with every id."""
    route = scope.get("route")
    return route.path if isinstance(route, APIRoute) else PAGES
