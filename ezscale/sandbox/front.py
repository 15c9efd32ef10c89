"""The sandbox's own page: what the vendors hold, which calls came in, and switches to make them fail."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ezscale.sandbox.front_page import VendorView, page
from ezscale.sandbox.front_style import STYLE
from ezscale.sandbox.holdings import Holdings
from ezscale.sandbox.store import Store

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
PACES = (2, 5, 15)
JOURNAL_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Vendor:
    """A stand-in as this page knows it. It is asked through the same controls that tests use."""

    name: str
    title: str
    url: str
    stand_in: ASGIApp
    store: Store
    holdings: Callable[[Store, Mapping[str, Any]], Holdings]

    async def ask(self, method: str, control: str, order: Mapping[str, Any] | None = None) -> Any:
        """What a control of the stand-in answers; ValueError when it does not like the order."""
        transport = httpx.ASGITransport(self.stand_in)
        async with httpx.AsyncClient(transport=transport, base_url="http://stand-in") as http:
            answer = await http.request(method, f"/_sandbox/{control}", json=order)
        if answer.is_client_error:
            raise ValueError(answer.text)
        return answer.json() if answer.content else None

    async def view(self) -> VendorView:
        """All there is to show about it."""
        state, faults, calls = await asyncio.gather(
            self.ask("GET", "state"), self.ask("GET", "faults"), self.ask("GET", "calls")
        )
        holdings = self.holdings(self.store, state)
        return VendorView(self.name, self.title, self.url, holdings, faults, calls, state.get("failing_builds"))


def front(vendors: Sequence[Vendor], web_url: str) -> Starlette:
    """The page as an app."""
    by_name = {vendor.name: vendor for vendor in vendors}

    async def show(request: Request) -> Response:
        seconds = _pace(request.query_params.get("refresh", ""))
        views = [await vendor.view() for vendor in vendors]
        html = page(views, web_url, refresh=seconds, shown=JOURNAL_SHOWN)
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    async def style(_request: Request) -> Response:
        return PlainTextResponse(STYLE, media_type="text/css")

    async def go_wrong(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        order: dict[str, Any] = {"wrong": form.get("wrong", "")}
        order |= {name: form[name] for name in ("method", "path") if form.get(name)}
        order |= {name: form[name] for name in ("times", "seconds") if form.get(name)}
        return await _told(request, by_name, "POST", "faults", order)

    async def go_right(request: Request) -> Response:
        return await _told(request, by_name, "DELETE", "faults")

    async def fail_builds(request: Request) -> Response:
        return await _told(request, by_name, "POST", "builds", {"fail": 1})

    return Starlette(
        routes=[
            Route("/", show),
            Route("/front.css", style),
            Route("/switches/{vendor}", go_wrong, methods=["POST"]),
            Route("/switches/{vendor}/right", go_right, methods=["POST"]),
            Route("/switches/{vendor}/builds", fail_builds, methods=["POST"]),
        ]
    )


async def _told(
    request: Request, vendors: Mapping[str, Vendor], method: str, control: str, order: Mapping[str, Any] | None = None
) -> Response:
    """Pass an order on and go back to the page; one that a foreign page sent is refused."""
    vendor = vendors.get(request.path_params["vendor"])
    if vendor is None:
        return PlainTextResponse("There is no such stand-in.", 404)
    if _comes_from_elsewhere(request):
        return PlainTextResponse("Only this page can do that.", 403)
    try:
        await vendor.ask(method, control, order)
    except ValueError as error:
        return PlainTextResponse(f"That cannot be done: {error}", 422)
    return RedirectResponse("/#switches", 303)


def _comes_from_elsewhere(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _pace(text: str) -> int:
    return int(text) if text.isdecimal() and int(text) in PACES else 0
