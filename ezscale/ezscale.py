"""The front door: the pages, the API beside them, the edge around both."""

import logging
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import reflex as rx
from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir
from reflex_base.event import EventHandler, EventSpec

from ezscale import wiring
from ezscale.api import robots
from ezscale.api.access import StaffDoor
from ezscale.api.app import create_api
from ezscale.api.edge import Edge, Site
from ezscale.api.inline_scripts import inline_scripts
from ezscale.kit.collector import calm_collector
from ezscale.kit.settings import settings
from ezscale.pages.routes import ALL, Route
from ezscale.pages.shell import connection_notice
from ezscale.state.guard import SessionGuard
from ezscale.state.live import watch
from ezscale.state.open_tabs import watch_sessions
from ezscale.state.session import SessionState
from ezscale.tasks.app import bell
from ezscale.ui import HEAD, STYLESHEETS, company
from ezscale.ui.links import web_address

log = logging.getLogger(__name__)

STRIPE_CHECKOUT = "https://checkout.stripe.com"
PAYPAL = "https://www.paypal.com"


def our_fault(exception: Exception) -> EventSpec | None:
    """A bug is written down for us; the person hears that it was not their fault."""
    log.error("event_broke", exc_info=exception)
    apology: EventSpec = cast("EventHandler", SessionState.apologise)()
    return apology


def site() -> Site:
    """Our names, and where our forms may lead: to the gateway's pages for cards, and from staff's side to customers'."""
    own = settings()
    web = urlsplit(own.web_url)
    names = {"localhost", "127.0.0.1", "::1", web.hostname or "", own.admin_host}
    return Site(
        hosts=frozenset(names - {""}),
        staff_door=StaffDoor(own.admin_host, own.admin_networks, wiring.staff_passes if own.access_team else None),
        proxies=own.proxy_networks,
        secure=web.scheme == "https",
        forms_lead_to=(
            STRIPE_CHECKOUT,
            *([PAYPAL] if own.takes_paypal else []),
            *([own.stripe_url or own.sandbox_url] if own.sandbox else []),
            *([own.paypal_url] if own.sandbox and own.paypal_url else []),
            *([own.web_url, own.staff_url] if own.admin_host else []),
        ),
        console_sockets=own.console_origins,
        script_hashes=inline_scripts(get_web_dir() / Dirs.STATIC),
    )


def add_page(web: rx.App, route: Route) -> None:
    """Show a route at its address, with what browsers, search engines and previews are told about it."""
    meta: list[rx.Component | dict[str, str]] = [
        {"property": "og:type", "content": "website"},
        {"property": "og:site_name", "content": company()},
        {"property": "og:title", "content": route.title},
        {"name": "twitter:card", "content": "summary_large_image"},
    ]
    if route.description:
        meta.append({"property": "og:description", "content": route.description})
    if route.found:
        address = web_address(route.path)
        meta += [{"property": "og:url", "content": address}, rx.el.link(rel="canonical", href=address)]
    else:
        meta.append({"name": "robots", "content": "noindex"})
    web.add_page(
        route.page,
        route=route.path,
        title=route.title,
        description=route.description or None,
        image=web_address("/og.png"),
        on_load=list(route.on_load) or None,
        meta=meta,
        context={"sitemap": {"priority": route.priority, "changefreq": "weekly"} if route.found else None},
    )


wiring.hang_up_bell(bell.ring)

api = create_api()
api.include_router(robots.router)

app = rx.App(
    html_lang="en",
    head_components=HEAD,
    stylesheets=STYLESHEETS,
    toaster=None,
    reset_style=False,  # Tailwind brings its own
    app_wraps={(5, "Overlay"): lambda stateful: connection_notice() if stateful else None},
    backend_exception_handler=our_fault,
    api_transformer=[api, partial(Edge, site=site())],
)
app.add_middleware(SessionGuard())
app.register_lifespan_task(calm_collector)
app.register_lifespan_task(watch, app=app)
app.register_lifespan_task(watch_sessions, app=app)
for each in ALL:
    add_page(app, each)
