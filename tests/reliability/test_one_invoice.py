"""Everybody pays the same invoice at once: what is captured is what it asks for, or is found, kept and reported."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import func, select

from ezscale.billing.checkout import open_checkout
from ezscale.billing.collecting import request_charge
from ezscale.billing.invoicing import void_invoice
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.work import Database
from ezscale.models import BillingCase, CreditEntry, Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptTrigger
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK, Company, Person
from tests.sizes import figures, size

pytestmark = pytest.mark.all_databases
THREADS = 20
UNTIL_THE_NEXT_INVOICE = 20


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


def hearing(at: Company) -> Callable[[], None]:
    """Messages arrive and are worked on."""

    def hear() -> None:
        at.stripe.webhooks.deliver_due(all=True)
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
        spent = -(
            work.session.exec(select(func.sum(CreditEntry.amount_minor)).where(CreditEntry.amount_minor < 0)).one() or 0
        )
    assert sum(at.stripe_did()["captured"].values()) == int(settled) - int(spent) + surplus(at, person)
    assert cases == kept
    assert at.complaints() == {}


def surplus(at: Company, person: Person) -> int:
    """What was paid beyond invoices."""
    with at.robot() as work:
        kept = select(func.sum(CreditEntry.amount_minor)).where(
            CreditEntry.customer_id == person.actor.customer_id, CreditEntry.amount_minor > 0
        )
        return int(work.session.exec(kept).one() or 0)
