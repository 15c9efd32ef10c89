"""The outermost layer of the web: hosts, origins, addresses, and the headers of every answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ezscale.kit.cookies import session_token

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_PAGES = ("/api", "/_", "/ping", "/webhooks", "/healthz", "/readyz", "/metrics", "/robots.txt")
PROBES = ("/healthz", "/readyz")
SIGNED_IN_ONLY = ("/account", "/admin")
STAFF_SIDE = ("/admin", "/login", "/second-step", "/confirm", "/forgotten", "/reset")
FOREVER = "public, max-age=31536000, immutable"  # names that change with their content
A_WEEK = "public, max-age=604800"
ASK_FIRST = "no-cache"  # may be kept, but not shown without asking whether it has changed

FOR_DOCUMENTS = {
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True)
class Site:
    """What the edge must know: the names we answer to, the one that is the staff's alone, and where forms may lead."""

    hosts: frozenset[str]
    admin_host: str = ""
    secure: bool = False
    forms_lead_to: tuple[str, ...] = ()
    script_hashes: Mapping[str, str] = field(default_factory=dict)

    def content_policy(self, path: str) -> str:
        """What a page may load and run: our own files, and the inline scripts that were in it when it was built."""
        scripts = self.script_hashes.get(path) or self.script_hashes.get("", "")
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' {scripts}".rstrip(),
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                "connect-src 'self'",
                "object-src 'none'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                " ".join(("form-action 'self'", *self.forms_lead_to)),
            )
        )


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a socket in, or say why not."""
        if scope["type"] == "websocket":
            if not (self._knows_host(scope) and same_origin(scope)):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._turned_away(scope)
        app = answer or self._app
        await app(as_page(scope), receive, self._with_headers(scope, send))

    def _turned_away(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if not self._knows_host(scope) and path not in PROBES:
            return PlainTextResponse("We do not answer to this name. Set EZSCALE_PUBLIC_URL to the one you use.", 421)
        if scope["method"] not in READING and not same_origin(scope) and not is_for_programs(scope):
            return PlainTextResponse("This form was sent from another site.", 403)
        if not is_page(path):
            return None
        if self._site.admin_host and (turned := self._wrong_door(scope)):
            return turned
        if path.startswith(SIGNED_IN_ONLY) and not session_token(Headers(scope=scope).get("cookie", "")):
            return RedirectResponse(login_address(scope), 303)
        return None

    def _wrong_door(self, scope: Scope) -> Response | None:
        """Where staff have a host name of their own, they find only their side there, and nobody finds it elsewhere."""
        path = scope["path"]
        staff_only = host_of(scope) == self._site.admin_host
        if staff_only and path == "/":
            return RedirectResponse("/admin/", 303)
        fits = path.startswith(STAFF_SIDE) if staff_only else not path.startswith("/admin")
        return None if fits else PlainTextResponse("There is no such page at this address.", 404)

    def _knows_host(self, scope: Scope) -> bool:
        return host_of(scope) in self._site.hosts

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        path = scope["path"]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", cache_rule(path))
                if path.startswith("/assets/"):
                    headers["vary"] = "Accept-Encoding"  # these say nothing that depends on who asks, or from where
                    del headers["accept-ranges"]
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("content-security-policy", self._site.content_policy(as_page(scope)["path"]))
                    for name, value in FOR_DOCUMENTS.items():
                        headers.setdefault(name, value)
                if self._site.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
            await send(message)

        return sending


def host_of(scope: Scope) -> str:
    """The name under which we were called, without the port."""
    host = Headers(scope=scope).get("host", "")
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")


def same_origin(scope: Scope) -> bool:
    """Whether the page that asks is one of this very host. Programs that are no browsers name no origin."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def is_for_programs(scope: Scope) -> bool:
    """Notices from vendors, and calls with a token: they prove themselves otherwise and carry no cookie."""
    headers = Headers(scope=scope)
    with_token = headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers
    return scope["path"].startswith("/webhooks/") or with_token


def login_address(scope: Scope) -> str:
    """The page to sign in, which leads back to the page that was asked for."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    return f"/login/?{urlencode({'next': f'{path}?{query}' if query else path})}"


def is_page(path: str) -> bool:
    """Whether an address belongs to a page, rather than to a file, the API or Reflex itself."""
    return "." not in path.rsplit("/", 1)[-1] and not path.startswith(NOT_PAGES)


def as_page(scope: Scope) -> Scope:
    """The request with a page's address as its file is named: with a slash at the end."""
    path = scope["path"]
    if path.endswith("/") or not is_page(path):
        return scope
    return {**scope, "path": f"{path}/", "raw_path": quote(f"{path}/").encode()}


def cache_rule(path: str) -> str:
    """How long an answer may be kept when it does not say so itself."""
    if path.startswith("/assets/"):
        return FOREVER
    if path.startswith("/scripts/"):
        return ASK_FIRST
    if path.startswith("/fonts/") or path.endswith((".png", ".svg", ".ico")):
        return A_WEEK
    return ASK_FIRST if is_page(path) else "no-store"
