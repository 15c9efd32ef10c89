"""Who may enter the panel's two APIs, with which key, and how often in a minute."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from math import ceil

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ezscale.sandbox.faults import own_path
from ezscale.sandbox.pterodactyl.house import House, Refusal, fault, forbidden, the_house

MINUTE = timedelta(minutes=1)
LEVELS = {"none": 0, "read": 1, "write": 2}


async def admit(here: House, routes: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a call, if its key is the right one and was not used too often. The answer says how often it may be."""
    path = own_path(scope)
    scope["ezscale.address"] = here.url + path
    api = "client" if path.startswith("/api/client") else "application"
    if not path.startswith("/api/"):
        await routes(scope, receive, send)
        return
    refusal, limits = _turned_away(here, scope, api)

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(limits)
        await send(message)

    await (refusal or routes)(scope, receive, marked)


def may_use(resource: str) -> Callable[[Request], Awaitable[None]]:
    """A dependency that asks whether the application key may read, or change, this kind of resource."""

    async def ask(request: Request) -> None:
        here = the_house(request)
        if _key(request.headers) == here.client_key:
            return
        level = (here.store.get("rights", resource) or {"level": "write"})["level"]
        if LEVELS[level] < LEVELS["read" if request.method == "GET" else "write"]:
            raise forbidden("This action is unauthorized.", "AuthorizationException")

    return ask


def _turned_away(here: House, scope: Scope, api: str) -> tuple[Response | None, dict[str, str]]:
    headers, most = Headers(scope=scope), getattr(here.pace, f"{api}_calls")
    key = _key(headers)
    is_known = any(secrets.compare_digest(key.encode(), known.encode()) for known in _keys(here))
    if not is_known:
        return _stranger(here, headers), {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(most)}
    with here.store.transaction():
        used, ends = _count(here, api)
    limits = {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(max(most - used, 0))}
    if used > most:
        wait = ceil((ends - here.now()).total_seconds())
        limits |= {"Retry-After": str(wait), "X-RateLimit-Reset": str(int(ends.timestamp()))}
        return _answer(Refusal(429, fault("ThrottleRequestsException", 429, "Too Many Attempts."))), limits
    if api == "client" and key != here.client_key:
        return _answer(forbidden("This account does not have permission to access this endpoint.")), limits
    return None, limits


def _count(here: House, api: str) -> tuple[int, datetime]:
    """How often this API was called within the minute, with this call, and when the minute ends."""
    minute = here.store.get("minutes", api)
    if minute is None or here.now() >= datetime.fromisoformat(minute["ends"]):
        minute = {"used": 0, "ends": (here.now() + MINUTE).isoformat()}
    minute["used"] += 1
    here.store.put("minutes", api, minute)
    return minute["used"], datetime.fromisoformat(minute["ends"])


def _stranger(here: House, headers: Headers) -> Response:
    if "json" not in headers.get("accept", ""):
        return RedirectResponse(f"{here.url}/auth/login", 302)
    return _answer(Refusal(401, fault("AuthenticationException", 401, "Unauthenticated.")))


def _answer(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body, refusal.status)


def _key(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key if scheme == "Bearer" else ""


def _keys(here: House) -> tuple[str, str]:
    return here.application_key, here.client_key
