"""A whole company in a test: the real engine on a movable clock, with the vendors' stand-ins in the same process."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.invitations import invite, sign_up_invited
from ezscale.accounts.mailed_links import verify_email
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.billing.card_pages import confirm_card_pages, open_card_page
from ezscale.billing.checkout import Return, confirm_checkouts_of, open_checkout
from ezscale.billing.notices import take_notice
from ezscale.billing.ports import PaymentGateway
from ezscale.billing.tax_rates import stock_tax_rates
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.company.currencies import offered_currencies
from ezscale.integrations.exchange_rates.adapter import open_feed
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal import adapter as paypal
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.integrations.vies.adapter import open_register
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.clock import FixedClock, world_now
from ezscale.kit.encryption import Vault
from ezscale.kit.work import Database, Work
from ezscale.models import Customer, Invoice, MailMessage, Order, Service, User
from ezscale.models.customer import MemberRole
from ezscale.ordering.placing import ItemRequest, OrderRequest, place_order
from ezscale.ordering.quoting import quote_basket
from ezscale.provisioning.reverse_dns import held_addresses
from ezscale.reporting.doctor import examine
from ezscale.reporting.panel_checks import panels_are_compared
from ezscale.sandbox.exchange_rates.app import EcbStandIn
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.paypal.app import paypal_stand_in
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.app import stripe_stand_in
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.sandbox.stripe.webhooks import Deliver
from ezscale.sandbox.vies.app import ViesStandIn
from ezscale.sandbox.virtfusion import Pace, virtfusion_stand_in
from ezscale.tasks import billing, company, housekeeping, messaging, privacy, provisioning
from ezscale.tasks.registry import SCHEDULE
from ezscale.tasks.travelling import DAILY_RUNS_DONE
from ezscale.wiring import House
from tests.moments import Beginning
from tests.paypal_sandbox import CLIENT, HOST, WEBHOOK

T = TypeVar("T")

KEY, SECRET, TOKEN = "sk_test_journey", "whsec_journey", "vf-journey"
STRIPE, PANEL = "http://stripe.test", "http://panel.test"
VIES, ECB = "http://vies.test", "http://ecb.test"
BACK = Return("http://shop.test/paid", "http://shop.test/back")
# Over vendors' books, and over what a story must have first: somebody who waits, a console that was left open.
ROUNDS: frozenset[Callable[[House], None]] = frozenset(
    {
        billing.poll_gateway,
        billing.compare_payments,
        billing.book_payouts,
        billing.stop_old_subscriptions,
        billing.compare_kept_methods,
        billing.fetch_exchange_rates,
        provisioning.compare_panels,
        provisioning.read_stock,
        housekeeping.tidy,
        billing.settle_referrals,
        billing.charge_late_fees,
        billing.top_up_all_low,
        billing.tell_of_expiring_cards,
        billing.learn_tax_places,
        billing.find_lost_answers,
        billing.check_tax_ids,
        messaging.send_what_was_left,
        provisioning.warn_of_reserved,
        provisioning.close_left_consoles,
        provisioning.tend_waitlist,
        provisioning.look_for_room,
        provisioning.expire_orders,
        provisioning.ask_again,
        privacy.forget_what_is_left,
    }
)
Rounds = bool | frozenset[Callable[[House], None]]  # all of them, none, or those that a story is about
with_rounds = pytest.mark.parametrize("rounds", [True], ids=["with rounds"])
GOOD_CARD, DECLINED_LATER = "4242424242424242", "4000000000000341"
AT_ONCE = timedelta(0)
PASSWORD = "plum orchard lantern 42"


@dataclass(frozen=True)
class Lines:
    """How the vendors are reached: over the network, unless a transport says otherwise."""

    stripe_url: str = STRIPE
    panel_url: str = PANEL
    stripe: httpx.BaseTransport | None = None
    paypal: httpx.BaseTransport | None = None
    panel: httpx.BaseTransport | None = None
    vies: httpx.BaseTransport | None = None
    ecb: httpx.BaseTransport | None = None
    now: Callable[[], datetime] = world_now


def open_house(database: Database, folder: Path, lines: Lines, *, settles: timedelta = AT_ONCE) -> House:
    """A house whose vendors are at the end of these lines."""
    panel = VirtFusionClient(open_http(lines.panel_url, TOKEN, transport=lines.panel))
    stripe = open_http(lines.stripe_url, transport=lines.stripe)
    gateways: dict[str, PaymentGateway] = {
        "stripe": open_gateway(key=KEY, webhook_secret=SECRET, base_url=lines.stripe_url, http=stripe, retries=0)
    }
    if lines.paypal:
        gateways["paypal"] = paypal.open_gateway(
            client_id=CLIENT[0],
            secret=CLIENT[1],
            webhook_id=WEBHOOK,
            stand_in=HOST,
            http=open_http(HOST, transport=lines.paypal),
            now=lines.now,
        )
    return House(
        database,
        gateways,
        {"virtfusion": VirtFusionPanel(panel, pause=lambda _seconds: None, settles=settles)},
        KeptMail(folder / "mail"),
        Vault({"k1": b"0" * 32}),
        tax_ids=open_register(http=open_http(VIES, transport=lines.vies)) if lines.vies else None,
        rates=open_feed(http=open_http(ECB, transport=lines.ecb)) if lines.ecb else None,
    )


class Company:
    """A company with a shop, a Stripe account and a VirtFusion panel, and what people do with it.

    Its vendors are stand-ins in this process, unless they are at the end of other lines. Without `rounds` nobody goes over
    the books of vendors, nor looks for what a story has nothing of, where that adds nothing but time; or only some do.
    """

    def __init__(
        self,
        database: Database,
        clock: FixedClock,
        folder: Path,
        *,
        webhooks: bool = True,
        lines: Lines | None = None,
        rounds: Rounds = True,
    ) -> None:
        self.clock = clock
        left_out = frozenset() if rounds is True else ROUNDS - (rounds or frozenset())
        self._schedule = [entry for entry in SCHEDULE if entry.run not in left_out]
        self.webhooks = webhooks
        self._stores: list[Store] = []
        self.lines = lines = lines or self._stand_ins_here(
            self.takes_webhook if webhooks else lambda _body, _signature: None
        )
        self.browser = httpx.Client(transport=lines.stripe, trust_env=False)
        self.stripe_http = open_http(lines.stripe_url, KEY, transport=lines.stripe)
        self.paypal_http = httpx.Client(transport=lines.paypal, base_url=HOST, trust_env=False)
        self.panel_http = open_http(lines.panel_url, TOKEN, transport=lines.panel)
        self.vies_http = open_http(VIES, transport=lines.vies)
        self.ecb_http = open_http(ECB, transport=lines.ecb)
        self.house = self._house = open_house(database, folder, lines)
        self._beginning = Beginning(database, clock, self._stores, folder)  # no stores: its vendors are elsewhere
        self.step(("founded", webhooks, left_out), self._stock)

    def step(self, name: tuple[object, ...], live: Callable[[], T]) -> T:
        """What comes of a step of its story: one with which many tests begin is copied instead of lived through again."""
        return self._beginning.step(name, live) if self.house is self._house else live()

    def _mornings(self, until: datetime) -> Iterator[datetime]:
        """Every fifth morning on the way, at which a travel stops anyway: up to there, many stories are the same."""
        zone, day = self.house.database.zone, self.clock.now.date()
        while self._beginning.is_shared and (day := day + timedelta(days=1)) < until.date():
            if day.toordinal() % 5 == 0:
                yield datetime.combine(day, DAILY_RUNS_DONE, zone).astimezone(UTC)

    def _stock(self) -> None:
        with self.robot() as work:
            stock_the_shop(work)
            stock_tax_rates(work)

    def robot(self):
        """A transaction of our own automation."""
        return self.house.automation("test")()

    def signs_up(self, name: str = "Ada Moreno", country: str = "IE", currency: str = "EUR") -> "Person":
        """Somebody makes an account."""
        email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
        new = NewPerson(name, email, PASSWORD, country, currency)

        def live() -> UUID:
            with self.robot() as work:
                currencies = offered_currencies(work)
            return sign_up(self.house.database.opener(ANONYMOUS), new, currencies).id

        user_id = self.step(("signed up", new), live)
        with self.robot() as work:
            user = work.session.get_one(User, user_id)
        return Person(self, user)

    def lives(self, days: float = 0) -> None:
        """Time passes, and everything that should happen in it happens."""
        until = self.clock.now + timedelta(days=days)
        for moment in (*self._mornings(until), until):
            self.step(("lived", moment), partial(company.travel, self.house, moment, schedule=self._schedule))

    def sleeps(self, days: float) -> None:
        """Time passes with nobody at work, as in an outage; then everything that is due by now happens."""
        self.clock.move(timedelta(days=days))
        self.lives()

    def works(self) -> None:
        """Everything that can be done at this moment is done."""
        self.step(("worked",), lambda: company.drain(self.house))

    def link_in_mail_to(self, email: str) -> str:
        """The secret in the link of the latest mail to an address that has one."""
        with self.robot() as work:
            texts = select(MailMessage.text).where(MailMessage.to == email).order_by(col(MailMessage.id))
            return re.findall(r"[?&]token=([\w.-]+)", "\n".join(work.session.exec(texts)))[-1]

    def pay_link_in_mail_to(self, email: str) -> str:
        """The secret in the link of the latest mail to an address that asks for money."""
        with self.robot() as work:
            texts = select(MailMessage.text).where(MailMessage.to == email).order_by(col(MailMessage.id))
            return re.findall(r"/pay/\?link=([\w-]+)", "\n".join(work.session.exec(texts)))[-1]

    def proves_address(self, person: "Person") -> None:
        """They follow the link in their mail of welcome."""
        self.works()
        secret = self.link_in_mail_to(person.user.email)
        with self.house.database.opener(ANONYMOUS)() as work:
            verify_email(work, secret)

    def complaints(self) -> dict[str, tuple[str, ...]]:
        """What the doctor finds, but for nights that a story has jumped over, in which nobody compared the panels."""
        with self.robot() as work:
            ill = [finding for finding in examine(work) if finding.broken]
        return {finding.check: finding.broken for finding in ill if finding.check != panels_are_compared.__name__}

    def stripe_did(self) -> dict:
        """What Stripe's stand-in counts as really done."""
        return self.stripe_http.get("/_sandbox/state").json()

    def panel_did(self) -> dict:
        """What VirtFusion's stand-in counts as really done."""
        return self.panel_http.get("/_sandbox/state").json()

    def breaks(self, http: httpx.Client, wrong: str, path: str = "*", method: str = "*", **how: object) -> None:
        """Let a vendor fail from now on, or for some calls."""
        fault = {"wrong": wrong, "path": path, "method": method, **how}
        assert http.post("/_sandbox/faults", json=fault).status_code == 201

    def mends(self, http: httpx.Client) -> None:
        """The vendor works again."""
        http.delete("/_sandbox/faults")

    def takes_webhook(self, body: bytes, signature: str) -> None:
        """Our endpoint for Stripe's messages: verify and store."""
        self._takes("stripe", body, {"Stripe-Signature": signature})

    def takes_paypals_webhook(self, body: bytes, headers: Mapping[str, str]) -> None:
        """The same for PayPal's."""
        if self.webhooks:
            self._takes("paypal", body, headers)

    def _takes(self, vendor: str, body: bytes, headers: Mapping[str, str]) -> None:
        notice = self.house.gateways[vendor].read_notice(body, headers)
        with self.house.automation("webhooks")() as work:
            take_notice(work, vendor, notice, body.decode(), live=False)

    def hears_paypal(self) -> None:
        """PayPal's messages arrive, and what follows from them happens."""
        while self.paypal.webhooks.deliver_due(all=True):
            self.works()

    def _stand_ins_here(self, deliver: Deliver) -> Lines:
        keys = {"webhook_secret": SECRET, "api_key": KEY}
        self.stripe = stripe_stand_in(
            self._store(), webhook_url="", **keys, deliver=deliver, now=self._reads_clock, public_url=STRIPE
        )
        self.paypal = paypal_stand_in(
            self._store(),
            client=CLIENT,
            webhook_id=WEBHOOK,
            deliver=self.takes_paypals_webhook,
            now=self._reads_clock,
            public_url=HOST,
        )
        self.panel_store = self._store()
        panel = virtfusion_stand_in(self.panel_store, token=TOKEN, pace=Pace(build_looks=1))
        register, bank = ViesStandIn(self._store(), self._reads_clock), EcbStandIn(self._store(), self._reads_clock)
        return Lines(
            stripe=InProcess(self.stripe),
            paypal=InProcess(self.paypal),
            panel=InProcess(panel),
            vies=InProcess(register),
            ecb=InProcess(bank),
            now=self._reads_clock,
        )

    def _store(self) -> Store:
        self._stores.append(Store())
        return self._stores[-1]

    def _reads_clock(self) -> datetime:
        return self.clock.now


class Person:
    """Somebody who belongs to a customer of the company: to the one that they have chosen, if to several."""

    def __init__(self, at: Company, user: User, chosen: UUID | None = None) -> None:
        self.at, self.user, self.chosen = at, user, chosen
        self.network = ""

    @property
    def actor(self) -> Actor:
        """Who they are right now."""
        with self.at.robot() as work:
            actor = actor_for(work, self.user.id, customer_id=self.chosen, confirmed=True)
        return replace(actor, network=self.network)

    def does(self, use_case: Callable[[Work], T]) -> T:
        """They do something in one transaction."""
        with self.at.house.database.opener(self.actor)() as work:
            return use_case(work)

    def invites(self, email: str, role: MemberRole, service_id: UUID | None = None) -> str:
        """They ask somebody to join, whose mail has this secret in its link."""
        self.does(lambda work: invite(work, email, role, service_id))
        self.at.works()
        return self.at.link_in_mail_to(email)

    def brings_along(self, name: str, role: MemberRole, service_id: UUID | None = None) -> "Person":
        """Somebody who had no account comes by their invitation."""
        secret = self.invites(f"{name.split(maxsplit=1)[0].lower()}@example.com", role, service_id)
        user = sign_up_invited(self.at.house.database.opener(ANONYMOUS), secret, name, PASSWORD)
        self.at.works()
        return Person(self.at, user)

    def orders(
        self,
        plan: str = "vps-2",
        months: int = 1,
        coupon: str = "",
        hostname: str = "",
        options: Mapping[str, str | int] | None = None,
        add_ons: Mapping[str, int] | None = None,
        location: str = "frankfurt",
    ) -> Order:
        """They order a server at the price they see."""
        host = hostname or f"{self.user.name.split()[0].lower()}.example.com"
        item = ItemRequest(plan, months, location, "debian-13", host, options or {}, add_ons or {})
        return self.orders_all(item, coupon=coupon)

    def orders_all(self, *items: ItemRequest, coupon: str = "") -> Order:
        """They order everything in a basket at the price they see."""

        def order(work: Work) -> Order:
            customer = work.session.get_one(Customer, work.actor.own_customer())
            offer = quote_basket(work, [each.item for each in items], customer.currency, customer, coupon)
            return place_order(work, OrderRequest(items, customer.currency, offer.sums.total.minor, coupon))

        return self.does(order)

    def pays(self, invoice_id: UUID, card: str = GOOD_CARD, *, returns: bool = True) -> None:
        """They pay on Stripe's page, and come back to the shop (or close the window)."""
        opener = self.at.house.database.opener(self.actor)
        url = open_checkout(opener, self.at.house.gateways, invoice_id, BACK)
        assert pay_on_page(self.at.browser, url, card).status_code == 303
        if returns:
            confirm_checkouts_of(opener, self.at.house.gateways, invoice_id)

    def pays_by_paypal(self, invoice_id: UUID, wallet: str = "good", *, returns: bool = True) -> None:
        """They approve on PayPal's page, and come back to the shop (or close the window)."""
        opener = self.at.house.database.opener(self.actor)
        url = open_checkout(opener, self.at.house.gateways, invoice_id, BACK, "paypal")
        assert answer_on_page(self.at.paypal_http, url, wallet).status_code == 303
        if returns:
            confirm_checkouts_of(opener, self.at.house.gateways, invoice_id)

    def leaves_wallet(self, wallet: str = "good") -> None:
        """They leave a wallet on PayPal's page; it is the one charged from now on."""
        opener = self.at.house.database.opener(self.actor)
        url = open_card_page(opener, self.at.house.gateways, BACK, "paypal")
        assert answer_on_page(self.at.paypal_http, url, wallet).status_code == 303
        assert confirm_card_pages(opener, self.at.house.gateways)

    def leaves_card(self, card: str, expiry: str = "12 / 34") -> None:
        """They leave another card on Stripe's page; it is the one charged from now on."""

        def live() -> None:
            opener = self.at.house.database.opener(self.actor)
            url = open_card_page(opener, self.at.house.gateways, BACK)
            assert pay_on_page(self.at.browser, url, card, expiry=expiry).status_code == 303
            assert confirm_card_pages(opener, self.at.house.gateways)

        self.at.step(("left a card", *self._who, card, expiry), live)

    def buys(
        self,
        plan: str = "vps-2",
        months: int = 1,
        card: str = GOOD_CARD,
        coupon: str = "",
        options: Mapping[str, str | int] | None = None,
        add_ons: Mapping[str, int] | None = None,
    ) -> Service:
        """They order, pay, and wait until the server runs."""

        def live() -> None:
            order = self.orders(plan, months, coupon, options=options, add_ons=add_ons)
            self.pays(order.invoice_id, card)
            self.at.lives(days=0.01)

        wanted = (plan, months, card, coupon, repr(options), repr(add_ons))
        self.at.step(("bought", *self._who, *wanted), live)
        return self.service()

    @property
    def _who(self) -> tuple[object, ...]:
        return (self.user.id, self.chosen, self.network)

    def addresses(self) -> set[str]:
        """The IPv4 addresses that they are shown of their service."""
        held = self.does(lambda work: held_addresses(work, self.service().id))
        return {each.address for each in held if "." in each.address}

    def service(self) -> Service:
        """Their (latest) service as it is now."""
        with self.at.robot() as work:
            own = select(Service).where(Service.customer_id == self.actor.customer_id)
            return work.session.exec(own.order_by(col(Service.id).desc())).first()

    def invoices(self) -> list[Invoice]:
        """Their invoices, oldest first."""
        with self.at.robot() as work:
            own = select(Invoice).where(Invoice.customer_id == self.actor.customer_id)
            return list(work.session.exec(own.order_by(col(Invoice.id))))
