"""Everything of a customer that is billed on a day stands on one invoice, where the house has decided so."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.lines import Rounding
from ezscale.billing.renewing import renew
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import set_rules
from ezscale.kit.actor import robot
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Invoice, InvoiceLine, Subscription, SubscriptionItem
from ezscale.reporting.doctor import examine
from tests.bulk import write_book

pytestmark = pytest.mark.all_databases
CUSTOMERS, EACH = 12, 3


@pytest.fixture
def book(database, clock):
    """Customers with three subscriptions each, whose periods begin on three days."""
    write_book(database.engine, CUSTOMERS, clock.now)
    with database.opener(robot("test"))() as work:
        set_rules(work, RenewalRules, {"one_invoice_a_day": True})
        number = 100
        for first in work.session.exec(select(Subscription)).all():
            item = work.session.exec(
                select(SubscriptionItem).where(SubscriptionItem.subscription_id == first.id)
            ).first()
            for later in range(1, EACH):
                number += 1
                another = Subscription(
                    **{
                        **first.model_dump(),
                        "id": new_id(),
                        "number": f"SUB-{number:06}",
                        "months": 1,
                        "bill_from": first.bill_from + timedelta(days=later),
                    }
                )
                work.session.add(another)
                work.session.flush()
                work.session.add(
                    SubscriptionItem(**{**item.model_dump(), "id": new_id(), "subscription_id": another.id})
                )
    return number


def runs(database, size=500):
    while True:
        try:
            return renew(database.opener(robot("renewals")), size)
        except TemporaryFailure:
            continue


def issued(database):
    with database.opener(robot("test"))() as work:
        return list(work.session.exec(select(Invoice).where(col(Invoice.number).is_not(None))))


def complaints(database):
    with database.opener(robot("test"))() as work:
        return {finding.check: finding.broken for finding in examine(work) if finding.broken}


@pytest.mark.parametrize("size", [500, 5])
def test_a_customer_has_one_invoice_for_everything_that_is_due(database, clock, book, size):
    tally, again = runs(database, size), runs(database, size)

    invoices = issued(database)
    with database.opener(robot("test"))() as work:
        lines = work.session.exec(select(InvoiceLine)).all()
    assert (tally.counts, again.counts) == ({"invoices": CUSTOMERS, "subscriptions": CUSTOMERS * EACH}, {})
    assert len({invoice.customer_id for invoice in invoices}) == len(invoices) == CUSTOMERS
    assert {invoice.due_on for invoice in invoices} == {clock.now.date()}
    assert {line.period_start for line in lines} == {clock.now.date() + timedelta(days=later) for later in range(EACH)}
    assert complaints(database) == {}


def test_runs_at_once_bill_everything_once(database, clock, book):
    start = Barrier(4)

    def run(_number):
        start.wait()
        return sum(runs(database, 7).counts.get("subscriptions", 0) for _ in range(2))

    with ThreadPoolExecutor(4) as threads:
        billed = sum(threads.map(run, range(4)))

    assert billed == CUSTOMERS * EACH
    numbers = sorted(int(invoice.number.rpartition("-")[2]) for invoice in issued(database))
    assert numbers == list(range(1, len(numbers) + 1))
    assert complaints(database) == {}


@pytest.mark.parametrize("size", [500, 5])
def test_the_poisoned_one_is_set_aside_by_name_and_the_others_are_billed(database, clock, book, size):
    with database.opener(robot("test"))() as work:
        below_nothing, billed_already = work.session.exec(
            select(Subscription).order_by(col(Subscription.customer_id), col(Subscription.id)).limit(EACH + 1)
        ).all()[::EACH]
        [bad, *_] = work.session.exec(
            select(SubscriptionItem).where(SubscriptionItem.subscription_id == below_nothing.id)
        ).all()
        bad.price_minor = -1
        [twin, *_] = work.session.exec(
            select(SubscriptionItem).where(SubscriptionItem.subscription_id == billed_already.id)
        ).all()
        draft = Invoice(customer_id=billed_already.customer_id, currency="EUR", created_at=work.now)
        work.session.add_all([bad, draft])
        work.session.flush()
        sums = {"price_minor": 0, "net_minor": 0, "tax_minor": 0}
        line = {"position": 1, "item_id": twin.id, "description": "", "currency": "EUR", **sums}
        work.session.add(InvoiceLine(invoice_id=draft.id, period_start=billed_already.bill_from, **line))
        names = {below_nothing.number, billed_already.number}

    tally = runs(database, size)

    assert {aside["name"] for aside in tally.set_aside} == names
    assert len(tally.set_aside) == 2
    assert tally.counts["subscriptions"] == CUSTOMERS * EACH - 2
    per_customer = sorted(
        sum(invoice.customer_id == customer for invoice in issued(database))
        for customer in {invoice.customer_id for invoice in issued(database)}
    )
    assert per_customer == [1] * (CUSTOMERS - 1) + [2]  # beside the refused one the others are billed one by one


def test_revenue_is_booked_by_family(database, clock, book):
    runs(database)

    with database.opener(robot("test"))() as work:
        nets: dict[str, int] = {}
        for invoice in work.session.exec(select(Invoice)):
            nets[invoice.currency] = nets.get(invoice.currency, 0) + invoice.net_minor
        booked = {currency: -ledger.balance(work, ledger.revenue("vps"), currency).minor for currency in nets}
        other = {currency: ledger.balance(work, ledger.revenue(ledger.OTHER), currency).minor for currency in nets}
    assert booked == nets
    assert set(other.values()) == {0}


@pytest.mark.parametrize("size", [500, 5])
def test_tax_that_is_rounded_once_is_so_over_everything_on_the_invoice(database, clock, book, size):
    with database.opener(robot("test"))() as work:
        set_rules(work, TaxRules, {"rounding": Rounding.INVOICE})
        for item in work.session.exec(select(SubscriptionItem)):
            item.price_minor = 50  # at 23 % or 19 % each rest of it is lost, or won, when it is rounded by itself
            work.session.add(item)

    runs(database, size)

    with database.opener(robot("test"))() as work:
        nets: Counter[tuple[UUID, str, int]] = Counter()
        taxes: Counter[tuple[UUID, str, int]] = Counter()
        for line in work.session.exec(select(InvoiceLine)):
            for tax in line.taxes:
                where = (line.invoice_id, tax["place"], tax["rate"])
                nets[where] += line.net_minor
                taxes[where] += tax["minor"]
    assert taxes == {where: Money(net, "EUR").share(Fraction(where[2], 1_000_000)).minor for where, net in nets.items()}
    assert len(taxes) > CUSTOMERS / 3
    assert complaints(database) == {}
