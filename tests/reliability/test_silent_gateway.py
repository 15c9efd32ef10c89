"""A gateway that hangs, or has had enough: nobody else waits for it, nobody hears of it, and afterwards all is made up for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from sqlmodel import col, select

from ezscale.billing.collecting import request_charge
from ezscale.billing.dunning import chase_invoices
from ezscale.billing.payers import payer_ref_of
from ezscale.billing.ports import Charge
from ezscale.billing.sending import charge_of
from ezscale.integrations.guarding import guard_of
from ezscale.integrations.http import open_http
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.clock import FixedClock
from ezscale.kit.vendor_lines import MOST_FAILURES, silent_lines
from ezscale.kit.work import Database, OpenWork, Work
from ezscale.models import Invoice, MailMessage, PaymentAttempt, PaymentMethod
from ezscale.models.payment import AttemptTrigger
from ezscale.reporting.overview import company_overview
from ezscale.sandbox.stripe.webhooks import Deliver
from ezscale.state.account.paying import checkout_of_invoice
from ezscale.tasks import engine
from tests.billing.papers import owes
from tests.company import GOOD_CARD, KEY, SECRET, STRIPE, Company, Lines, Person
from tests.reliability.silence import THREADS, Call, HangingLine, crowd_of, worst
from tests.reliability.truth import differences
from tests.sizes import SOAK, all_databases_in_a_soak, figures, size

MINUTE = timedelta(minutes=1)
PER_SECOND = 80
CHARGE = ("POST", "/v1/payment_intents")


class Guarded(Company):
    """A company that asks its gateway through a guard, as the real one does, and hears nothing by webhooks."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        super().__init__(database, clock, folder, webhooks=False)
        self.paces(PER_SECOND)

    def paces(self, per_second: float) -> None:
        """So many requests of a kind reach the gateway in a second."""
        guard = guard_of("stripe", per_second, self.house.database, None)
        http = open_http(STRIPE, transport=self.line, guard=guard)
        gateway = open_gateway(key=KEY, webhook_secret=SECRET, base_url=STRIPE, http=http, retries=0)
        self.house = replace(self.house, gateways={"stripe": gateway})

    def _stand_ins_here(self, deliver: Deliver) -> Lines:
        lines = super()._stand_ins_here(deliver)
        assert lines.stripe is not None
        self.line = HangingLine(lines.stripe, self.clock, below="/v1/")
        return replace(lines, stripe=self.line)

    def works_with_many_hands(self, minutes: int) -> None:
        """Minute by minute everything that is due is done, by several threads at once."""
        for _ in range(minutes):
            engine.tick(self.house)
            with ThreadPoolExecutor(THREADS) as hands:
                while engine.relay(self.house) or (due := engine.due_jobs(self.house)):
                    due = engine.due_jobs(self.house)
                    list(hands.map(lambda job_id: engine.run_jobs(self.house, [job_id]), due))
            self.clock.move(MINUTE)

    def letters(self) -> list[str]:
        """What was written to anybody."""
        with self.robot() as work:
            return list(work.session.exec(select(MailMessage.template)))


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Guarded:
    return Guarded(database, clock, tmp_path)


@all_databases_in_a_soak
def test_it_hangs_for_ten_minutes_while_many_are_charged(at: Guarded) -> None:
    customers = [with_a_card(at, f"Ada{number} Moreno") for number in range(size(3, 40))]
    owed = [owes(at, customer, due_on=at.clock.now.date()) for _ in range(size(4, 10)) for customer in customers]
    at.works()
    letters = at.letters()

    at.line.hangs()
    chase_invoices(at.house.automation("dunning"))
    at.works_with_many_hands(minutes=10)
    with at.robot() as work:
        silent = silent_lines(work)[0]
        assert company_overview(work).silent_vendors == (("stripe", silent.silent_since),)
    asked = [call.at for call in at.line.calls]
    written = at.letters()[len(letters) :]
    at.line.answers()
    at.works_with_many_hands(minutes=15)

    figures("a gateway hangs", charges=len(owed), calls_meanwhile=len(asked), at_first=asked.count(asked[0]))
    assert asked.count(asked[0]) <= MOST_FAILURES + THREADS - 1 < 10
    assert len(asked) <= 10 + 2 * 10
    assert written == []
    assert differences(at) == []
    assert_each_was_charged_once_in_order(at, owed)


def test_after_a_day_it_counts_as_one_charge_and_nobody_was_bothered(at: Guarded) -> None:
    ada = with_a_card(at, "Ada Moreno")
    owed = owes(at, ada, due_on=at.clock.now.date())
    at.works()
    letters = at.letters()

    at.breaks(at.stripe_http, "down", times=0)
    chase_invoices(at.house.automation("dunning"))
    for _ in range(12):
        at.sleeps(days=0.1)
    written = at.letters()[len(letters) :]
    assert list(at.complaints()) == ["vendors_answer"]
    at.mends(at.stripe_http)
    at.sleeps(days=0.01)
    at.sleeps(days=0.01)

    assert written == []
    assert differences(at) == []
    assert [invoice.status for invoice in ada.invoices()] == ["paid"]
    assert at.stripe_did()["invoices"][str(owed.id)]["captures"] == 1


@pytest.mark.asyncio
async def test_pages_are_there_while_those_who_pay_wait(at: Guarded) -> None:
    ada = with_a_card(at, "Ada Moreno")
    async with crowd_of(at, ada, paying(owes(at, ada).id)) as crowd:
        at.line.hangs()
        at.line.part = 1
        still_hung = await crowd.reads_while_all_wait(at.line, pages=20)

    assert still_hung >= THREADS


@pytest.mark.asyncio
async def test_soon_nobody_waits_for_it(at: Guarded) -> None:
    ada = with_a_card(at, "Ada Moreno")
    async with crowd_of(at, ada, paying(owes(at, ada).id)) as crowd:
        at.line.part = 0.2
        before = await crowd.browses(seconds=size(2, 60))
        at.line.hangs()
        meanwhile = await crowd.browses(seconds=size(2, 60))

    figures("pages while it hangs", p99_before=worst(before), p99_meanwhile=worst(meanwhile), pages=len(before))
    assert len(at.line.calls) <= 10
    assert not SOAK or worst(meanwhile) < worst(before) * 1.2


def test_a_charge_that_comes_too_fast_for_it_is_made_when_it_said(at: Guarded) -> None:
    owed = owes(at, with_a_card(at, "Ada Moreno"), due_on=at.clock.now.date())
    at.works()
    at.line.calls.clear()

    at.breaks(at.stripe_http, "rate_limited", method="POST", path="/v1/payment_intents", seconds=1)
    chase_invoices(at.house.automation("dunning"))
    at.works_with_many_hands(minutes=2)

    first, second = [call.moment for call in charges_among(at.line.calls)]
    assert second - first >= 1
    assert_each_was_charged_once_in_order(at, [owed])


def test_never_more_in_a_second_than_the_pace(at: Guarded) -> None:
    payer = with_a_card(at, "Ada Moreno")
    at.paces(20)
    owed = [owes(at, payer, due_on=at.clock.now.date()) for _ in range(30)]
    with at.robot() as work:
        charges = [charge_of_due(work, invoice) for invoice in owed]
    at.line.calls.clear()

    with ThreadPoolExecutor(10) as hands:
        list(hands.map(at.house.gateways["stripe"].charge, charges))

    moments = sorted(call.moment for call in charges_among(at.line.calls))
    most = max(sum(begin <= moment < begin + 1 for moment in moments) for begin in moments)
    figures("a pace of 20", charges=len(moments), most_in_a_second=most)
    assert len(moments) == len(owed)
    assert most <= 20 + 1  # one that was let go in time may come in late


def charge_of_due(work: Work, invoice: Invoice) -> Charge:
    """What the gateway is asked for an invoice that is due."""
    attempt = request_charge(work, invoice.id, AttemptTrigger.DUE)
    assert attempt is not None
    assert attempt.method_id is not None
    payer_ref = payer_ref_of(work, invoice.customer_id, "stripe")
    return charge_of(attempt, invoice, payer_ref, work.session.get_one(PaymentMethod, attempt.method_id).gateway_ref)


def paying(invoice_id: UUID) -> Callable[[OpenWork], object]:
    """They press the button to pay it."""
    return lambda opener: checkout_of_invoice(opener, invoice_id, "http://shop.test")


def charges_among(calls: Iterable[Call]) -> list[Call]:
    """Those that ask for money."""
    return [call for call in calls if (call.request.method, call.request.url.path) == CHARGE]


def invoice_of(call: Call) -> str:
    """What a charge is for."""
    return parse_qs(call.request.content.decode())["metadata[invoice_id]"][0]


def with_a_card(at: Company, name: str) -> Person:
    """A customer whose card is kept."""
    person = at.signs_up(name)
    person.leaves_card(GOOD_CARD)
    at.works()
    return person


def assert_each_was_charged_once_in_order(at: Guarded, owed: list[Invoice]) -> None:
    """One attempt for each invoice, and each customer's charges in the order in which they were asked for."""
    with at.robot() as work:
        attempts = select(PaymentAttempt.invoice_id).order_by(col(PaymentAttempt.id))
        asked_for = [str(invoice_id) for invoice_id in work.session.exec(attempts)]
    whose = {str(invoice.id): invoice.customer_id for invoice in owed}
    sent = dict.fromkeys(invoice_of(call) for call in charges_among(at.line.calls))
    assert sorted(asked_for) == sorted(whose)
    assert by_customer(sent, whose) == by_customer(asked_for, whose)


def by_customer(invoice_ids: Iterable[str], whose: Mapping[str, UUID]) -> dict[UUID, list[str]]:
    """Each customer's, in this order."""
    found = defaultdict(list)
    for invoice_id in invoice_ids:
        found[whose[invoice_id]].append(invoice_id)
    return dict(found)
