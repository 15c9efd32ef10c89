"""A company in memory that begins again in a millisecond: real use cases, a bank behind the port, nobody's network.

It is built once, from then on each life begins with a copy of that database.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, col, select

import ezscale.models  # knows all tables
import ezscale.tasks.reactions  # noqa: F401  # knows what follows from what
from ezscale.accounts.actors import actor_for
from ezscale.accounts.customers import change_tax_id
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.billing.checkout import Return, confirm_checkout, open_checkout
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.referrals import ReferralRules, come_by_link, make_code
from ezscale.billing.tax_rates import stock_tax_rates
from ezscale.billing.tax_rules import TaxRules
from ezscale.billing.top_up_rules import TopUpRules
from ezscale.catalog.coupon_making import Terms, make_coupon
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.company.currencies import enter_rate
from ezscale.company.rules import set_rules
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.kit import outbox
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.clock import FixedClock, world_now
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.events import Event
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import LEASE, Claim
from ezscale.kit.money import Money
from ezscale.kit.work import Database, Work
from ezscale.models import AddOn, AddOnPrice, Customer, OptionPrice, OptionValue, Order, Plan, Price
from ezscale.models.coupon import CouponKind
from ezscale.ordering.placing import ItemRequest, OrderRequest, place_order
from ezscale.ordering.quoting import quote_basket
from ezscale.tasks import billing, provisioning
from ezscale.tasks.registry import REACTIONS, call, name_of
from ezscale.wiring import House
from tests.company import PASSWORD
from tests.reliability.bank import Bank
from tests.reliability.books import Books

T = TypeVar("T")

BEGINS = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)  # on a 31st
BACK = Return("http://shop.test/paid", "http://shop.test/back")
# Of two, three and no decimals, and one that people round; at home, reverse charge, abroad.
PEOPLE = (
    ("Ada Moreno", "IE", "EUR", ""),
    ("Ben Kraft", "DE", "EUR", "DE136695976"),
    ("Tom Reed", "US", "USD", ""),
    ("Kim Sato", "JP", "JPY", ""),
    ("Omar Said", "KW", "KWD", ""),
    ("Ildi Nagy", "HU", "HUF", ""),
)
WORTH = {"USD": "1.0837", "JPY": "163.27", "KWD": "0.33391", "HUF": "391.85"}  # one EUR in each
ELSEWHERE = {"JPY": ("1750", "298", "3010"), "KWD": ("3.375", "0.605", "5.455"), "HUF": ("4290", "750", "7190")}
TOP_UPS = [dict.fromkeys(("EUR", *WORTH), minor) for minor in (1000, 60_000, 200_000)]  # at least, at most, in all
PLANS, CYCLES = ("vps-1", "vps-2", "vps-3"), (1, 3, 12)
COUPONS = ("WELCOME10", "THIRD-OFF", "SOME-OFF", "FIXED-PRICE", "NO-SETUP", "TWICE-ONLY")
# What follows from events and concerns money; mails, prints and panels have tests of their own.
FOLLOWED = {
    name_of(task)
    for task in (
        billing.collect,
        billing.send_refund,
        billing.settle_reserved,
        billing.forget_unkept_card,
        provisioning.heed_reserved,
        provisioning.ask_again_for_money,
        billing.try_new_card,
        billing.resume_top_ups,
        billing.top_up_if_low,
        billing.use_credit,
        billing.apply_change,
        billing.forget_change,
        billing.tell_of_price_change,
        provisioning.fulfil,
        provisioning.let_run_again,
        provisioning.stop_unpaid,
        provisioning.stand_still,
        provisioning.run_again,
        provisioning.take_down,
    )
}
NIGHT = (
    billing.tend_credit,
    billing.renew,
    billing.end_cancelled,
    billing.chase,
    billing.charge_late_fees,
    billing.top_up_all_low,
    billing.settle_referrals,
    provisioning.expire_orders,
    provisioning.warn_of_reserved,
    billing.find_lost_answers,
    billing.book_payouts,
)


class HalfDone(AssertionError):
    """Somebody was refused, and not everything is as it was."""


@dataclass
class SmallCompany:
    """Six customers in five currencies, each with a running server, and what happens to them."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(BEGINS))
    bank: Bank = field(default_factory=Bank)
    wallets: Bank = field(default_factory=lambda: Bank("paypal", pages_take=False, can_reserve=False))
    people: list[Actor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._engine = open_engine("sqlite://")
        SQLModel.metadata.create_all(self._engine)
        connection = self._engine.raw_connection().driver_connection
        assert isinstance(connection, sqlite3.Connection)
        self.raw = connection
        self.database = Database(self._engine, self.clock)
        self._moves_in()
        self._build()
        self._image, self._bank_then, self._built_at = self.raw.serialize(), self.bank, self.clock.now

    def begin_again(self) -> None:
        """It is as it was when it was built."""
        self.raw.deserialize(self._image)
        self.clock.now = self._built_at
        then = self._bank_then
        self.bank = Bank(pages=dict(then.pages), paid=dict(then.paid), charged=dict(then.charged), told=dict(then.told))
        self.wallets = Bank("paypal", pages_take=False, can_reserve=False)
        self._moves_in()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def books(self) -> Books:
        """All rows about money."""
        return Books(self.raw)

    def does(self, actor: Actor | None, deed: Callable[[Work], T]) -> T:
        """Somebody, or our own staff, does something in one transaction. When it is refused, not a byte has changed."""
        before = self.raw.serialize()
        opener = self.database.opener(actor) if actor else self.house.automation("staff")
        try:
            with opener() as work:
                return deed(work)
        except BusinessError as refusal:
            if self.raw.serialize() != before:
                raise HalfDone(f"refused, and something has changed: {refusal}") from refusal
            raise

    def orders(self, person: Actor, *items: ItemRequest, coupon: str = "") -> Order:
        """Somebody orders at the price they see."""

        def order(work: Work) -> Order:
            customer = work.session.get_one(Customer, person.own_customer())
            offer = quote_basket(work, [each.item for each in items], customer.currency, customer, coupon)
            return place_order(work, OrderRequest(items, customer.currency, offer.sums.total.minor, coupon))

        return self.does(person, order)

    def pays(self, person: Actor, invoice_id: UUID, amount: Callable[[Money], Money] | None = None) -> str:
        """Somebody pays on the bank's page, as much as it asks for or something else; returns the page."""
        opener = self.database.opener(person)
        page = open_checkout(opener, self.house.gateways, invoice_id, BACK).partition("#")[2]
        charge = self.bank.pages[page]
        taken = self.bank.takes(charge, amount(charge.amount) if amount else None)
        self.bank.paid[page] = self.bank.reserves(charge, self.clock.now) if charge.reserves else taken
        confirm_checkout(self.house.automation("billing"), self.bank, page)
        return page

    def approves(self, person: Actor, invoice_id: UUID, *, returns: bool) -> None:
        """Somebody approves on the page of the other gateway, and comes back, or closes the window."""
        opener = self.database.opener(person)
        page = open_checkout(opener, self.house.gateways, invoice_id, BACK, "paypal").partition("#")[2]
        self.wallets.approves(page)
        if returns:
            with suppress(TemporaryFailure):  # no answer: it is asked for again in the night
                confirm_checkout(self.house.automation("billing"), self.wallets, page)

    def follows(self) -> None:
        """What follows from events happens, until nothing follows any more."""
        while True:
            with self.house.automation("relay")() as work:
                waiting = outbox.waiting(work.session)
                events = [each.event() for each in waiting]
                for each in waiting:
                    each.relayed_at = work.now
            if not events:
                return
            for event in events:
                for task in REACTIONS.get(type(event), ()):
                    if name_of(task) in FOLLOWED:
                        self._carry_out(task, event)

    def night(self) -> None:
        """All the runs of a night, one after the other, with what follows from each."""
        self.bank.lets_go_what_is_old(self.clock.now)
        for run in NIGHT:
            self._carry_out(run)
            self.follows()

    def _moves_in(self) -> None:
        self.house = House(
            self.database,
            {"stripe": self.bank, "paypal": self.wallets},
            {},
            KeptMail(Path("/nowhere")),
            Vault({"k1": b"0" * 32}),
        )

    def _carry_out(self, task: Callable[..., None], event: Event | None = None) -> None:
        job = Claim(new_id(), name_of(task), {}, 1, self.clock.now, world_now() + LEASE)
        with suppress(BusinessError, TemporaryFailure):  # as the engine has it: refused is done, the rest comes again
            call(self.house, job, event)

    def _build(self) -> None:
        with self.house.automation("builder")() as work:
            stock_the_shop(work)
            stock_tax_rates(work)
            _sell_elsewhere(work)
            _make_coupons(work)
            set_rules(work, TaxRules, {"trust_unchecked_ids": True})
            set_rules(work, TopUpRules, dict(zip(("least", "most", "most_held"), TOP_UPS, strict=True)))
            set_rules(work, ReferralRules, {"enabled": True, "wait_days": 5, "rewards": "EUR 10, USD 12, JPY 1500"})
            set_rules(work, InvoiceRules, {"late_fee": True, "late_fee_percent": "7.5", "late_fee_fixed": "1.50 EUR"})
            for currency, worth in WORTH.items():
                enter_rate(work, "EUR", currency, worth, work.today)
        for name, country, currency, tax_id in PEOPLE:
            self._signs_up(name, country, currency, tax_id)
        for number, person in enumerate(self.people):
            order = self.orders(person, a_server(number))
            self.clock.move(timedelta(hours=1))
            self.pays(person, order.invoice_id)
            self.follows()

    def _signs_up(self, name: str, country: str, currency: str, tax_id: str) -> None:
        email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
        person = NewPerson(name, email, PASSWORD, country, currency)
        user = sign_up(self.database.opener(ANONYMOUS), person, ("EUR", *WORTH))
        with self.house.automation("builder")() as work:
            actor = actor_for(work, user.id, confirmed=True)
        if self.people:
            code = self.does(self.people[0], make_code)
            self.does(None, lambda work: come_by_link(work, user.id, code))
        if tax_id:
            self.does(actor, lambda work: change_tax_id(work, tax_id))
        self.people.append(actor)


def a_server(
    number: int,
    plan: str = "vps-1",
    months: int = 1,
    options: Mapping[str, str | int] | None = None,
    add_ons: Mapping[str, int] | None = None,
) -> ItemRequest:
    """A server to order."""
    host = f"server{number}.example.com"
    return ItemRequest(plan, months, "frankfurt", "debian-13", host, options or {}, add_ons or {})


def _sell_elsewhere(work: Work) -> None:
    """Prices in currencies of other digits, with setup fees, for what the shop starts with."""
    plans = work.session.exec(select(Plan).where(col(Plan.slug).in_(PLANS)).order_by(col(Plan.position))).all()
    values = {value.slug: value for value in work.session.exec(select(OptionValue))}
    add_ons = {add_on.slug: add_on for add_on in work.session.exec(select(AddOn))}
    for currency, (plan_price, small, large) in ELSEWHERE.items():

        def cost(typed: str, times: Fraction, currency: str = currency) -> dict[str, Any]:
            amount = Money.of(typed, currency).share(times)
            setup = amount.share(Fraction(1, 7)).minor
            return {"currency": currency, "amount_minor": amount.minor, "setup_minor": setup, "since": work.now}

        for months in CYCLES:
            times = Fraction(months * 10, 11)
            for place, plan in enumerate(plans, start=1):
                work.session.add(Price(plan_id=plan.id, months=months, **cost(plan_price, times * place)))
            for slug, price in (("step", small), ("cpanel", large)):
                work.session.add(OptionPrice(value_id=values[slug].id, months=months, **cost(price, times)))
            extra = cost(small, times)
            work.session.add(AddOnPrice(add_on_id=add_ons["extra-ipv4"].id, months=months, **extra))
        once = {**cost(large, Fraction(3)), "setup_minor": 0}
        work.session.add(AddOnPrice(add_on_id=add_ons["migration"].id, months=0, **once))


def _make_coupons(work: Work) -> None:
    some = {"EUR": 333, "USD": 350, "JPY": 499, "KWD": 1234, "HUF": 99900}
    fixed = {"EUR": 499, "USD": 500, "JPY": 700, "KWD": 1999, "HUF": 150000}
    make_coupon(work, "THIRD-OFF", Terms(percent=33, cycles=None))
    make_coupon(work, "SOME-OFF", Terms(CouponKind.FIXED, amounts=some, cycles=2))
    make_coupon(work, "FIXED-PRICE", Terms(CouponKind.OVERRIDE, amounts=fixed, cycles=3, months=(1,)))
    make_coupon(work, "NO-SETUP", Terms(CouponKind.FREE_SETUP))
    make_coupon(work, "TWICE-ONLY", Terms(percent=100, cycles=1, max_uses=2))
