"""The sandbox as one app: every vendor's stand-in under its own path, and the page that shows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from ezscale.sandbox.exchange_rates.app import EcbStandIn
from ezscale.sandbox.front import Vendor, front
from ezscale.sandbox.holdings import (
    ecb_holdings,
    paypal_holdings,
    powerdns_holdings,
    stripe_holdings,
    taxjar_holdings,
    vies_holdings,
    virtfusion_holdings,
)
from ezscale.sandbox.panel_holdings import enhance_holdings, pterodactyl_holdings, synergycp_holdings
from ezscale.sandbox.panels import panel_stand_ins, panel_urls
from ezscale.sandbox.paypal.app import paypal_stand_in
from ezscale.sandbox.powerdns.app import KEY as POWERDNS_KEY
from ezscale.sandbox.powerdns.app import PowerDnsStandIn
from ezscale.sandbox.powerdns.names import answering
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.app import stripe_stand_in
from ezscale.sandbox.taxjar.app import TaxJarStandIn
from ezscale.sandbox.vies.app import ViesStandIn
from ezscale.sandbox.virtfusion import LIFELIKE, Pace, console_door, panel_door, virtfusion_stand_in
from ezscale.sandbox.virtfusion.hooks import Hooks, hook_token, posting_to
from ezscale.sandbox.webhooks import delivering

STRIPE_PATH = "/stripe"
PAYPAL_PATH = "/paypal"
VIRTFUSION_PATH = "/virtfusion/api/v1"
VIES_PATH = "/vies"
ECB_PATH = "/ecb"
TAXJAR_PATH = "/taxjar/v2"
POWERDNS_PATH = "/powerdns"
TAXJAR_TOKEN = "taxjar-sandbox"  # noqa: S105  # opens a stand-in, and nothing else
STRIPE_WEBHOOKS = "/webhooks/stripe"
PAYPAL_CLIENT = ("paypal-sandbox", "paypal-sandbox-secret")  # as TaxJar's token
PAYPAL_WEBHOOK = "WH-SANDBOX"
PAYPAL_WEBHOOKS = "/webhooks/paypal"
VIRTFUSION_HOOKS = "/webhooks/virtfusion"


def sandbox_app(
    data_dir: Path,
    *,
    web_url: str,
    sandbox_url: str,
    stripe_key: str,
    stripe_webhook_secret: str,
    virtfusion_token: str,
    pace: Pace = LIFELIKE,
) -> ASGIApp:
    """All vendors for a demo, remembering in `data_dir`. Webhooks go to the web while the app is served."""
    data_dir.mkdir(parents=True, exist_ok=True)
    stripe_store, panel_store = Store(data_dir / "stripe.db"), Store(data_dir / "virtfusion.db")
    known = urls(sandbox_url, stripe_key=stripe_key, virtfusion_token=virtfusion_token)
    stripe = stripe_stand_in(
        stripe_store,
        webhook_url=web_url.rstrip("/") + STRIPE_WEBHOOKS,
        webhook_secret=stripe_webhook_secret,
        api_key=stripe_key,
        public_url=known["stripe"]["url"],
    )
    paypal_store = Store(data_dir / "paypal.db")
    paypal = paypal_stand_in(
        paypal_store,
        client=PAYPAL_CLIENT,
        webhook_id=PAYPAL_WEBHOOK,
        webhook_url=web_url.rstrip("/") + PAYPAL_WEBHOOKS,
        public_url=known["paypal"]["url"],
    )
    hooks = Hooks(panel_store, hook_token(virtfusion_token), posting_to(web_url.rstrip("/") + VIRTFUSION_HOOKS))
    virtfusion = virtfusion_stand_in(panel_store, token=virtfusion_token, pace=pace, tell=hooks.tell)
    vies_store, ecb_store, taxjar_store = (Store(data_dir / f"{name}.db") for name in ("vies", "ecb", "taxjar"))
    vies, ecb, taxjar = ViesStandIn(vies_store), EcbStandIn(ecb_store), TaxJarStandIn(taxjar_store, TAXJAR_TOKEN)
    panels = panel_stand_ins(data_dir, sandbox_url, web_origins=origins_of(web_url))
    dns_store = Store(data_dir / "powerdns.db")
    powerdns = PowerDnsStandIn(dns_store)
    shown = {
        "pterodactyl": ("Pterodactyl", pterodactyl_holdings),
        "synergycp": ("SynergyCP", synergycp_holdings),
        "enhance": ("Enhance", enhance_holdings),
    }
    vendors = (
        Vendor("stripe", "Stripe", known["stripe"]["url"], stripe, stripe_store, stripe_holdings),
        Vendor("paypal", "PayPal", known["paypal"]["url"], paypal, paypal_store, paypal_holdings),
        Vendor("virtfusion", "VirtFusion", known["virtfusion"]["url"], virtfusion, panel_store, virtfusion_holdings),
        *(
            Vendor(
                panel.name, shown[panel.name][0], known[panel.name]["url"], panel.app, panel.store, shown[panel.name][1]
            )
            for panel in panels
        ),
        Vendor("vies", "VIES", known["vies"]["url"], vies, vies_store, vies_holdings),
        Vendor("ecb", "European Central Bank", known["ecb"]["url"], ecb, ecb_store, ecb_holdings),
        Vendor("taxjar", "TaxJar", known["taxjar"]["url"], taxjar, taxjar_store, taxjar_holdings),
        Vendor("powerdns", "PowerDNS", known["powerdns"]["url"], powerdns, dns_store, powerdns_holdings),
    )

    @asynccontextmanager
    async def serving(_app: Starlette) -> AsyncIterator[None]:
        where = urlsplit(sandbox_url)
        names = answering(powerdns.names, where.hostname or "127.0.0.1", where.port or 0)
        async with stripe.delivering(), paypal.delivering(), delivering(hooks.webhooks), names:
            yield

    return Starlette(
        routes=[
            Mount(STRIPE_PATH, stripe),
            Mount(PAYPAL_PATH, paypal),
            Mount(VIRTFUSION_PATH, virtfusion),
            *(route for panel in panels for route in panel.routes),
            Mount(VIES_PATH, vies),
            Mount(ECB_PATH, ecb),
            Mount(TAXJAR_PATH, taxjar),
            Mount(POWERDNS_PATH, powerdns),
            Mount("/token_authenticate", panel_door(panel_store)),
            Mount("/vnc", console_door(panel_store)),
            Mount("/", front(vendors, web_url)),
        ],
        lifespan=serving,
    )


def origins_of(web_url: str) -> tuple[str, ...]:
    """The pages that may open a console: those of the web, by both names of this machine."""
    web = urlsplit(web_url)
    port = f":{web.port}" if web.port else ""
    return (f"{web.scheme}://{web.netloc}", f"http://localhost{port}", f"http://127.0.0.1{port}")


def urls(sandbox_url: str, *, stripe_key: str, virtfusion_token: str) -> dict[str, dict[str, str]]:
    """Where each stand-in answers, and the key that it accepts."""
    base = sandbox_url.rstrip("/")
    return {
        "stripe": {"url": base + STRIPE_PATH, "key": stripe_key},
        "paypal": {"url": base + PAYPAL_PATH, "key": ":".join(PAYPAL_CLIENT)},
        "virtfusion": {"url": base + VIRTFUSION_PATH, "key": virtfusion_token},
        **panel_urls(sandbox_url),
        "vies": {"url": base + VIES_PATH, "key": ""},
        "ecb": {"url": base + ECB_PATH, "key": ""},
        "taxjar": {"url": base + TAXJAR_PATH, "key": TAXJAR_TOKEN},
        "powerdns": {"url": base + POWERDNS_PATH, "key": POWERDNS_KEY},
    }
