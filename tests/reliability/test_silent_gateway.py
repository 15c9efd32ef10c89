"""A gateway that hangs, or has had enough: nobody else waits for it, nobody hears of it, and afterwards all is made up for."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from ezscale import wiring
from ezscale.accounts.signing_in import begin_session
from ezscale.billing.collecting import charge_of, request_charge
from ezscale.billing.dunning import chase_invoices
from ezscale.billing.invoicing import invoices
from ezscale.billing.payers import payer_ref_of
from ezscale.billing.ports import Charge
from ezscale.integrations.guarding import guard_of
from ezscale.integrations.http import open_http
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit import rates
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError
from ezscale.kit.vendor_lines import MOST_FAILURES, silent_lines
from ezscale.kit.work import Database, Work
from ezscale.models import Invoice, MailMessage, PaymentAttempt, PaymentMethod, User
from ezscale.models.payment import AttemptTrigger
from ezscale.reporting.overview import company_overview
from ezscale.sandbox.stripe.webhooks import Deliver
from ezscale.state.account.paying import checkout_of_invoice
from ezscale.state.session import SessionState
from ezscale.tasks import engine
from tests.billing.papers import owes
from tests.company import GOOD_CARD, KEY, SECRET, STRIPE, Company, Lines, Person
from tests.reliability.truth import differences
from tests.sizes import SOAK, all_databases_in_a_soak, figures, size
from tests.state.conftest import open_tab, state_of

THREADS = 4
MINUTE = timedelta(minutes=1)
PER_SECOND = 80
CHARGE = ("POST", "/v1/payment_intents")


@dataclass(frozen=True)
class Call:
    """A request that came through: at which time of the company and of the world, what, and about which invoice."""

    at: datetime
    moment: float
    is_charge: bool
    invoice: str


class HangingLine(httpx.BaseTransport):
    """A line that can hang until it is let go, and remembers the calls.

    Of those that hang every second one is acted on. They hang for a part of the caller's patience, to save time.
    """

    def __init__(self, line: httpx.BaseTransport, clock: FixedClock) -> None:
        self.calls: list[Call] = []
        self.part = 0.01
        self._line, self._clock = line, clock
        self._answers = Event()
        self._answers.set()

    def hangs(self) -> None:
        """From now on."""
        self.calls.clear()
        self._answers.clear()

    def answers(self) -> None:
        """Again."""
        self._answers.set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The other side's answer, or the caller's patience runs out."""
        path = request.url.path
        if path.startswith("/v1/"):
            about = parse_qs(request.content.decode()).get("metadata[invoice_id]", [""])[0]
            self.calls.append(Call(self._clock.now, perf_counter(), (request.method, path) == CHARGE, about))
        if self._answers.is_set() or not path.startswith("/v1/"):
            return self._line.handle_request(request)
        if len(self.calls) % 2:
            self._line.handle_request(request)
        self._answers.wait(request.extensions["timeout"]["read"] * self.part)
        raise httpx.ReadTimeout("The read operation timed out", request=request)


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
        self.line = HangingLine(lines.stripe, self.clock)
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
async def test_pages_do_not_wait_with_those_who_pay(at: Guarded) -> None:
    ada = with_a_card(at, "Ada Moreno")
    invoice_id = owes(at, ada).id
    with at.robot() as work:
        session = begin_session(work, work.session.get_one(User, ada.user.id))
    wiring.move_into(at.house)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    at.line.part = 0.2
    try:
        before, _ = await browsing(session.token, invoice_id, seconds=size(2, 60))
        at.line.hangs()
        meanwhile, clicks = await browsing(session.token, invoice_id, seconds=size(2, 60))
    finally:
        at.line.answers()
        wiring.move_out()

    figures("pages while it hangs", p99_before=worst(before), p99_meanwhile=worst(meanwhile), pages=len(before))
    assert worst(meanwhile) < worst(before) * (1.2 if SOAK else 4)
    assert max(meanwhile) < 0.5  # nobody hangs for a second with those who pay
    assert len(at.line.calls) <= 10
    assert max(clicks[-6:]) < at.line.part  # soon everybody is told at once


def test_a_charge_that_comes_too_fast_for_it_is_made_when_it_said(at: Guarded) -> None:
    owed = owes(at, with_a_card(at, "Ada Moreno"), due_on=at.clock.now.date())
    at.works()
    at.line.calls.clear()

    at.breaks(at.stripe_http, "rate_limited", method="POST", path="/v1/payment_intents", seconds=1)
    chase_invoices(at.house.automation("dunning"))
    at.works_with_many_hands(minutes=2)

    first, second = [call.moment for call in at.line.calls if call.is_charge]
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

    moments = sorted(call.moment for call in at.line.calls if call.is_charge)
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


async def browsing(token: str, invoice_id: UUID, seconds: int) -> tuple[list[float], list[float]]:
    """How long each page took while six people pressed the button to pay, and how long each of those waited."""
    end, pages, clicks = perf_counter() + seconds, list[float](), list[float]()
    own = await state_of(open_tab(token, name="reading"), SessionState)

    async def pays(number: int) -> None:
        tab = await state_of(open_tab(token, name=f"paying {number}"), SessionState)
        while perf_counter() < end:
            began = perf_counter()
            with suppress(BusinessError):
                await tab.converse(lambda opener: checkout_of_invoice(opener, invoice_id, "http://shop.test"))
            clicks.append(perf_counter() - began)
            await asyncio.sleep(0.5)

    async def reads() -> None:
        while perf_counter() < end:
            began = perf_counter()
            await own.read(invoices)
            pages.append(perf_counter() - began)
            await asyncio.sleep(0.06 if SOAK else 0.01)  # more than 1,200 in a minute are refused

    rates.start_over()
    await asyncio.gather(reads(), *(pays(number) for number in range(6)))
    return pages, clicks


def worst(times: list[float]) -> float:
    """The 99th percentile, in seconds."""
    return round(sorted(times)[int(len(times) * 0.99)], 4)


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
    sent = dict.fromkeys(call.invoice for call in at.line.calls if call.is_charge)
    assert sorted(asked_for) == sorted(whose)
    assert by_customer(sent, whose) == by_customer(asked_for, whose)


def by_customer(invoice_ids: Iterable[str], whose: Mapping[str, UUID]) -> dict[UUID, list[str]]:
    """Each customer's, in this order."""
    found = defaultdict(list)
    for invoice_id in invoice_ids:
        found[whose[invoice_id]].append(invoice_id)
    return dict(found)
