"""A house to live through the past in: our own clock, and the stand-ins in the same process."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import httpx
from sqlalchemy import Engine, event
from starlette.applications import Starlette
from starlette.routing import Mount

from ezscale.billing.notices import take_notice
from ezscale.cli.surroundings import Keys
from ezscale.integrations.exchange_rates.adapter import open_feed
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal.adapter import open_gateway as open_paypal
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.integrations.vies.adapter import open_register
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import Vault
from ezscale.kit.work import Database
from ezscale.sandbox.app import (
    ECB_PATH,
    PAYPAL_CLIENT,
    PAYPAL_PATH,
    PAYPAL_WEBHOOK,
    STRIPE_PATH,
    VIES_PATH,
    VIRTFUSION_PATH,
    urls,
)
from ezscale.sandbox.exchange_rates.app import EcbStandIn
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.paypal.app import PayPalStandIn, paypal_stand_in
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.app import StripeStandIn, stripe_stand_in
from ezscale.sandbox.vies.app import ViesStandIn
from ezscale.sandbox.virtfusion import virtfusion_stand_in
from ezscale.sandbox.virtfusion.house import Pace
from ezscale.tasks.company import drain, travel
from ezscale.wiring import House

AT_ONCE = Pace()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a simulation keeps what it makes."""

    database: str
    sandbox: Path
    mail: Path


@dataclass(frozen=True)
class Simulation:
    """A company in a time of its own. `browser` is the customers', for the vendors' pages and switches."""

    house: House
    clock: FixedClock
    stripe: StripeStandIn
    paypal: PayPalStandIn
    browser: httpx.Client
    panel_url: str
    stores: tuple[Store, ...]

    def settle(self) -> None:
        """Let everything happen that follows from what was just done, the gateway's messages included."""
        drain(self.house)
        self._hear_the_gateway()

    def live_until(self, moment: datetime, on_day: Callable[[datetime], None]) -> None:
        """Let time pass, with everything that happens by itself on the way."""

        def at_the_end_of_the_day(now: datetime) -> None:
            self._hear_the_gateway()
            on_day(now)

        if moment > self.clock.now:
            travel(self.house, moment, at_the_end_of_the_day)
            self._hear_the_gateway()

    def _hear_the_gateway(self) -> None:
        while self.stripe.webhooks.deliver_due(all=True) + self.paypal.webhooks.deliver_due(all=True):
            drain(self.house)

    def let_next_build_fail(self) -> None:
        """The panel cannot install the next server."""
        self.browser.post(f"{self.panel_url}/_sandbox/builds", json={"fail": 1}).raise_for_status()

    def close(self) -> None:
        """Let go of all files, each complete in itself."""
        self.house.database.engine.dispose()
        for store in self.stores:
            store.close()
        self.browser.close()


def open_simulation(
    place: Place, began: datetime, zone: tzinfo, sandbox_url: str, keys: Keys, vault: Vault
) -> Simulation:
    """A company that begins at a moment in the past, in an empty place."""
    clock = FixedClock(began)
    database = Database(quick_engine(place.database), clock, zone)
    place.sandbox.mkdir(parents=True, exist_ok=True)
    stores = tuple(Store(place.sandbox / f"{name}.db") for name in ("stripe", "virtfusion", "vies", "ecb", "paypal"))
    known = urls(sandbox_url, stripe_key=keys["stripe_key"], virtfusion_token=keys["virtfusion_token"])

    def deliver(vendor: str, body: bytes, headers: Mapping[str, str]) -> None:
        notice = house.gateways[vendor].read_notice(body, headers)
        with house.automation("webhook")() as work:
            take_notice(work, vendor, notice, body.decode(), live=False)

    stripe = stripe_stand_in(
        stores[0],
        webhook_url="",
        webhook_secret=keys["stripe_webhook_secret"],
        api_key=keys["stripe_key"],
        deliver=lambda body, signature: deliver("stripe", body, {"Stripe-Signature": signature}),
        now=lambda: clock.now,
        public_url=known["stripe"]["url"],
    )
    paypal = paypal_stand_in(
        stores[4],
        client=PAYPAL_CLIENT,
        webhook_id=PAYPAL_WEBHOOK,
        deliver=lambda body, headers: deliver("paypal", body, headers),
        now=lambda: clock.now,
        public_url=known["paypal"]["url"],
    )
    panel = virtfusion_stand_in(stores[1], token=keys["virtfusion_token"], pace=AT_ONCE, now=lambda: clock.now)
    vies, ecb = ViesStandIn(stores[2], lambda: clock.now), EcbStandIn(stores[3], lambda: clock.now)
    stand_ins = (
        (STRIPE_PATH, stripe),
        (PAYPAL_PATH, paypal),
        (VIRTFUSION_PATH, panel),
        (VIES_PATH, vies),
        (ECB_PATH, ecb),
    )
    carrier = InProcess(Starlette(routes=[Mount(path, stand_in) for path, stand_in in stand_ins]))
    cards = open_gateway(
        key=keys["stripe_key"],
        webhook_secret=keys["stripe_webhook_secret"],
        base_url=known["stripe"]["url"],
        http=open_http(known["stripe"]["url"], transport=carrier),
    )
    wallets = open_paypal(
        client_id=PAYPAL_CLIENT[0],
        secret=PAYPAL_CLIENT[1],
        webhook_id=PAYPAL_WEBHOOK,
        stand_in=known["paypal"]["url"],
        http=open_http(known["paypal"]["url"], transport=carrier),
        now=lambda: clock.now,
    )
    panel_http = open_http(known["virtfusion"]["url"], keys["virtfusion_token"], transport=carrier)
    house = House(
        database=database,
        gateways={cards.name: cards, wallets.name: wallets},
        panels={"virtfusion": VirtFusionPanel(VirtFusionClient(panel_http))},
        mailer=KeptMail(place.mail),
        vault=vault,
        tax_ids=open_register(http=open_http(known["vies"]["url"], transport=carrier)),
        rates=open_feed(http=open_http(known["ecb"]["url"], transport=carrier)),
    )
    return Simulation(house, clock, stripe, paypal, httpx.Client(transport=carrier), known["virtfusion"]["url"], stores)


def quick_engine(url: str) -> Engine:
    """An engine that lets SQLite write without waiting for the disk: what a crash leaves behind is thrown away anyway."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

    return engine
