"""Everybody pays the same invoice at once: what is captured is what it asks for, or is found, kept and reported."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import func, select

from ezscale.billing.checkout import open_checkout
from ezscale.billing.collecting import request_charge
from ezscale.billing.credit import grant_credit
from ezscale.billing.invoicing import void_invoice
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.money import Money
from ezscale.kit.work import Database
from ezscale.models import BillingCase, CreditEntry, Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptTrigger
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK, Company, Person
from tests.sizes import figures, size

pytestmark = pytest.mark.all_databases
THREADS, FIFTY = 20, 50
UNTIL_THE_NEXT_INVOICE = 20
ANSWERS: tuple[dict[str, Any], ...] = (
    {"wrong": "lost"},
    {"wrong": "lost", "status": 500},
    {"wrong": "late", "seconds": 20},
    {"wrong": "garbage"},
    {"wrong": "down"},
)
SENSITIVE: tuple[tuple[Callable[[Company], httpx.Client], str, str], ...] = (
    (lambda at: at.stripe_http, "POST", "/v1/payment_intents"),
    (lambda at: at.stripe_http, "POST", "/v1/checkout/sessions"),
    (lambda at: at.stripe_http, "GET", "/v1/checkout/sessions/*"),
    (lambda at: at.paypal_http, "POST", "/v2/checkout/orders"),
    (lambda at: at.paypal_http, "POST", "/v2/checkout/orders/*/capture"),
    (lambda at: at.paypal_http, "GET", "/v2/checkout/orders/*"),
)


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at: Company) -> Person:
    """A customer with a card, a running server and a renewal that is not due yet."""
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    return ada


def test_charges_pages_and_webhooks_at_once(at: Company, ada: Person) -> None:
    chance = random.Random(5)
    rounds = size(1, 12)

    for _ in range(rounds):
        at.lives(days=UNTIL_THE_NEXT_INVOICE)
        invoice_id = ada.invoices()[-1].id
        ways = [charging(at, invoice_id), paying(ada, invoice_id), hearing(at)]
        at_once([chance.choice(ways) for _ in range(THREADS)])
        at.lives(days=12)

    figures("paying at once", rounds=rounds, threads=THREADS)
    assert all(invoice.status is InvoiceStatus.PAID for invoice in ada.invoices()[:-1])
    assert_all_money_is_known(at, ada)


def test_fifty_pay_by_card_paypal_and_credit_while_gateways_answer_late_or_not_at_all(at: Company, ada: Person) -> None:
    chance = random.Random(7)
    rounds, given = size(1, 12), Money(300, "EUR")

    for _ in range(rounds):
        at.lives(days=UNTIL_THE_NEXT_INVOICE)
        invoice_id = ada.invoices()[-1].id
        with at.robot() as work:
            grant_credit(work, ada.actor.own_customer(), given, "It stood still")
        for reached, method, path in SENSITIVE:
            how = chance.choice(ANSWERS)
            at.breaks(reached(at), method=method, path=path, times=chance.randint(1, 3), **how)
        ways = [charging(at, invoice_id), paying(ada, invoice_id), paying_by_paypal(ada, invoice_id), hearing(at)]
        at_once([chance.choice(ways) for _ in range(FIFTY)])
        for http in (at.stripe_http, at.paypal_http):
            at.mends(http)
        at.lives(days=12)

    left = surplus(at, ada) - spent(at)
    with at.robot() as work:
        settled = int(work.session.exec(select(func.sum(Invoice.settled_minor))).one())
        surpluses = work.session.exec(select(func.count()).where(BillingCase.kind == "surplus")).one()
        kept = work.session.exec(select(func.count()).where(CreditEntry.amount_minor > 0)).one()
    figures("fifty at once", rounds=rounds, threads=FIFTY, surpluses=surpluses)
    assert all(invoice.status is InvoiceStatus.PAID for invoice in ada.invoices()[:-1])
    assert captured(at) + rounds * given.minor == settled + left
    assert (surpluses, kept) == (0, rounds)  # nobody paid twice
    assert at.complaints() == {}


def test_paid_in_the_moment_in_which_it_is_voided(at: Company, ada: Person) -> None:
    at.lives(days=UNTIL_THE_NEXT_INVOICE)
    invoice = ada.invoices()[-1]
    opener = at.house.database.opener(ada.actor)
    url = open_checkout(opener, at.house.gateways, invoice.id, BACK)

    with at.robot() as work:
        void_invoice(work, invoice.id)
    assert pay_on_page(at.browser, url).status_code == 303
    at_once([hearing(at)] * 4)
    at.lives(days=0.1)

    assert surplus(at, ada) == invoice.total_minor
    assert_all_money_is_known(at, ada)


def charging(at: Company, invoice_id: UUID) -> Callable[[], None]:
    """The kept card is charged."""

    def charge() -> None:
        with at.robot() as work:
            request_charge(work, invoice_id, AttemptTrigger.DUE)
        at.works()

    return charge


def paying(person: Person, invoice_id: UUID) -> Callable[[], None]:
    """The customer pays on Stripe's page."""
    at, opener = person.at, person.at.house.database.opener(person.actor)

    def pay() -> None:
        url = open_checkout(opener, at.house.gateways, invoice_id, BACK)
        with suppress(KeyError):  # there is nothing to type any more: it was paid in another window
            pay_on_page(at.browser, url)

    return pay


def paying_by_paypal(person: Person, invoice_id: UUID) -> Callable[[], None]:
    """The customer approves on PayPal's page and comes back."""

    def pay() -> None:
        with suppress(AssertionError):  # the page has done its part: it was approved in another window
            person.pays_by_paypal(invoice_id)

    return pay


def hearing(at: Company) -> Callable[[], None]:
    """Messages arrive and are worked on."""

    def hear() -> None:
        at.stripe.webhooks.deliver_due(all=True)
        at.paypal.webhooks.deliver_due(all=True)
        at.works()

    return hear


def at_once(acts: list[Callable[[], None]]) -> None:
    """Do it all at the same moment. Being refused, or asked to try again, is fine; anything else is not."""
    start = Barrier(len(acts))

    def act(this: Callable[[], None]) -> None:
        start.wait()
        try:
            this()
        except (BusinessError, TemporaryFailure):
            return

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(act, acts))


def assert_all_money_is_known(at: Company, person: Person) -> None:
    """What the gateway took is on invoices, or is the customer's credit with a case for staff."""
    with at.robot() as work:
        settled = work.session.exec(select(func.sum(Invoice.settled_minor))).one()
        cases = work.session.exec(select(func.count()).where(BillingCase.kind == "surplus")).one()
        kept = work.session.exec(select(func.count()).where(CreditEntry.amount_minor > 0)).one()
    assert captured(at) == int(settled) - spent(at) + surplus(at, person)
    assert cases == kept
    assert at.complaints() == {}


def captured(at: Company) -> int:
    """What both gateways really took."""
    did = (at.stripe_did(), at.paypal_http.get("/_sandbox/state").json())
    return sum(sum(each["captured"].values()) for each in did)


def spent(at: Company) -> int:
    """How much credit was spent."""
    with at.robot() as work:
        gone = select(func.sum(CreditEntry.amount_minor)).where(CreditEntry.amount_minor < 0)
        return -int(work.session.exec(gone).one() or 0)


def surplus(at: Company, person: Person) -> int:
    """What was paid beyond invoices."""
    with at.robot() as work:
        kept = select(func.sum(CreditEntry.amount_minor)).where(
            CreditEntry.customer_id == person.actor.customer_id, CreditEntry.amount_minor > 0
        )
        return int(work.session.exec(kept).one() or 0)
