"""The outermost layer of the web: hosts, origins, addresses, and the headers of every answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ezscale.api.access import StaffDoor, is_staff_side, marked, seen
from ezscale.kit import rates
from ezscale.kit.cookies import session_token
from ezscale.kit.rates import PAGES, SOCKETS, Rate, network_of
from ezscale.kit.settings import Networks

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_PAGES = ("/api", "/_", "/ping", "/webhooks", "/healthz", "/readyz", "/metrics", "/robots.txt")
PROBES = ("/healthz", "/readyz")
SIGNED_IN_ONLY = ("/account", "/admin")
STAFF_SIDE = ("/admin", "/login", "/second-step", "/confirm", "/forgotten", "/reset")
PARTS = ("/assets/", "/fonts/")  # scripts, styles and fonts: the same for everybody
FOREVER = "public, max-age=31536000, immutable"  # names that change with their content
A_WEEK = "public, max-age=604800"
ASK_FIRST = "no-cache"  # may be kept, but not shown without asking whether it has changed

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"  # data is no page
FOR_A_VIEWER = "frame-ancestors 'none'"  # more would keep the browser's own viewer from showing a document

FOR_DOCUMENTS = {
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}
CONSOLE = "/account/console/"  # the only page that calls sockets of others
LINKED = "/pay"  # a page whose address is its secret
FOR_LINKS = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


@dataclass(frozen=True)
class Site:
    """What the edge must know: the names we answer to, who may be staff, our own proxies, where forms may lead, and consoles."""

    hosts: frozenset[str]
    staff_door: StaffDoor = field(default_factory=StaffDoor)
    proxies: Networks = ()
    secure: bool = False
    forms_lead_to: tuple[str, ...] = ()
    console_sockets: tuple[str, ...] = ()
    script_hashes: Mapping[str, str] = field(default_factory=dict)

    def content_policy(self, path: str) -> str:
        """What a page may load and run: our own files, and the inline scripts that were in it when it was built."""
        sockets = self.console_sockets if path == CONSOLE else ()
        scripts = self.script_hashes.get(path) or self.script_hashes.get("", "")
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' {scripts}".rstrip(),
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                " ".join(("connect-src 'self'", *sockets)),
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
        """Let a request or a socket in, or say why not. Both are noted to have come by the staff's door, or not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = seen(scope, self._site.proxies)
        is_open = not is_part(scope) and await self._site.staff_door.is_open_to(scope, host_of(scope))
        scope = marked(scope) if is_open else scope
        if scope["type"] == "websocket":
            welcome = self._knows_host(scope) and same_origin(scope) and (is_open or not self._is_staffs_host(scope))
            if welcome and not comes_too_often(scope, SOCKETS):
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        app = self._turned_away(scope, is_open=is_open) or self._app
        await app(as_page(scope), receive, self._with_headers(scope, send))

    def _turned_away(self, scope: Scope, *, is_open: bool) -> Response | None:
        path = scope["path"]
        if wait := comes_too_often(scope, PAGES):
            words = f"Too many requests. Please wait {wait} seconds."
            return PlainTextResponse(words, 429, {"Retry-After": str(wait)})
        if path in PROBES:
            return None
        if not self._knows_host(scope):
            return PlainTextResponse("We do not answer to this name. Set EZSCALE_PUBLIC_URL to the one you use.", 421)
        if scope["method"] not in READING and not same_origin(scope) and not is_for_programs(scope):
            return PlainTextResponse("This form was sent from another site.", 403)
        if turned := self._wrong_door(scope, is_open=is_open):
            return turned
        if is_page(path) and path.startswith(SIGNED_IN_ONLY) and not session_token(*presented(scope)):
            return RedirectResponse(login_address(scope), 303)
        if is_page(path) and (by := link_address(scope)):
            return RedirectResponse(by, 303)
        return None

    def _wrong_door(self, scope: Scope, *, is_open: bool) -> Response | None:
        """Where staff have a host name of their own, they find only their side there, and nobody finds it elsewhere.

        Whoever may not be staff where they stand, or brings no pass, is told that it is closed.
        """
        path, staffs = scope["path"], self._is_staffs_host(scope)
        if is_staff_side(path) and self._site.staff_door.host and not staffs:
            return PlainTextResponse("There is no such page at this address.", 404)
        if not is_open and (is_staff_side(path) or (staffs and not is_part(scope))):
            return PlainTextResponse("The staff's side is not open to you from where you are.", 403)
        if staffs and path == "/":
            return RedirectResponse("/admin/", 303)
        if staffs and is_page(path) and not path.startswith(STAFF_SIDE):
            return PlainTextResponse("There is no such page at this address.", 404)
        return None

    def _is_staffs_host(self, scope: Scope) -> bool:
        return bool(self._site.staff_door.host) and host_of(scope) == self._site.staff_door.host

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
                kind = headers.get("content-type", "")
                # Without a kind there is no body: 304 would put its policy in the place of the kept page's own.
                if kind and not (path.startswith(PARTS) or kind.startswith("text/html")):
                    headers.setdefault(
                        "content-security-policy", FOR_A_VIEWER if kind == "application/pdf" else NOTHING
                    )
                    headers.setdefault("x-frame-options", "DENY")
                    headers.setdefault("referrer-policy", "no-referrer")
                if kind.startswith("text/html"):
                    headers.setdefault("content-security-policy", self._site.content_policy(as_page(scope)["path"]))
                    for name, value in {**FOR_DOCUMENTS, **(FOR_LINKS if path.startswith(LINKED) else {})}.items():
                        headers.setdefault(name, value)
                if self._site.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
            await send(message)

        return sending


def host_of(scope: Scope) -> str:
    """The name under which we were called, without the port."""
    host = Headers(scope=scope).get("host", "")
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")


def presented(scope: Scope) -> tuple[str, str]:
    """The cookies that came along, and the address they came for."""
    return Headers(scope=scope).get("cookie", ""), scope["path"]


def comes_too_often(scope: Scope, rate: Rate) -> int:
    """How many seconds an address must wait, from which too much comes; 0 when it need not."""
    client = scope.get("client")
    return rates.hit(rate, network_of(client[0]), alone=True) if client else 0


def same_origin(scope: Scope) -> bool:
    """Whether the page that asks proves to be one of this very host. Every browser says where a form or a socket is from."""
    headers = Headers(scope=scope)
    from_where, origin = headers.get("sec-fetch-site", ""), headers.get("origin")
    if origin is None:
        return from_where == "same-origin"
    return from_where not in ("cross-site", "same-site") and urlsplit(origin).netloc == headers.get("host", "")


def is_for_programs(scope: Scope) -> bool:
    """Notices from vendors, and calls with a token: they prove themselves otherwise and carry no cookie."""
    headers = Headers(scope=scope)
    with_token = headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers
    return scope["path"].startswith("/webhooks/") or with_token


def login_address(scope: Scope) -> str:
    """The page to sign in, which leads back to the page that was asked for."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    return f"/login/?{urlencode({'next': f'{path}?{query}' if query else path})}"


def link_address(scope: Scope) -> str:
    """Where somebody who comes by a customer's link (`?ref=`) is noted, and sent on to the page; else nothing."""
    if scope["method"] != "GET" or b"ref=" not in scope["query_string"]:
        return ""
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    code = next((value for name, value in asked if name == "ref"), "")
    rest = urlencode([(name, value) for name, value in asked if name != "ref"])
    page = f"{scope['path']}?{rest}" if rest else scope["path"]
    return f"/api/sent?{urlencode({'code': code[:20], 'next': page})}" if code else ""


def is_part(scope: Scope) -> bool:
    """Scripts, styles and fonts: the same for everybody, and of no use alone."""
    return bool(scope["path"].startswith(PARTS))


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
