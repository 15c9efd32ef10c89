"""Messages from the gateway: repeated, in any order, early, late or never, they lead to the same end."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, func, select

from ezscale.billing.checkout import open_checkout
from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from ezscale.models import (
    BillingCase,
    CreditEntry,
    InboundNotice,
    Invoice,
    MailMessage,
    Payment,
    PaymentAttempt,
    Posting,
    Service,
)
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.sandbox.stripe.webhooks import Deliver
from tests.company import BACK, Company, Lines, Person
from tests.reliability.truth import differences
from tests.sizes import figures, size

Message = tuple[bytes, str]
A_MONTH = 32
TEN_MINUTES = 0.007


class Recorded(Company):
    """A company whose webhooks are recorded instead of delivered."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.recorded: list[Message] = []
        super().__init__(database, clock, folder)

    def takes_webhook(self, body: bytes, signature: str) -> None:
        self.recorded.append((body, signature))

    def messages(self) -> list[Message]:
        """What Stripe has sent since the last time, in its order."""
        self.stripe.webhooks.deliver_due(all=True)
        new, self.recorded = self.recorded, []
        return new

    def hears(self, messages: list[Message]) -> None:
        """Messages arrive."""
        for message in messages:
            super().takes_webhook(*message)


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Recorded:
    return Recorded(database, clock, tmp_path)


def test_in_any_order_and_number_they_lead_to_the_same_end(at: Recorded) -> None:
    chance = random.Random(11)
    stories, events, ends = size(10, 250), 0, set()  # the panel has 253 addresses, and each story takes one

    for number in range(stories):
        ada = at.signs_up(f"Ada{number} Moreno")
        pays_and_closes_the_window(ada)
        told = at.messages()
        messages = [message for message in told for _ in range(chance.randint(1, 5))]
        events += len(told)
        chance.shuffle(messages)
        at_once = chance.randint(0, len(messages))
        at.hears(messages[:at_once])
        at.works()
        at.lives(days=chance.choice((0, TEN_MINUTES, 3)))
        at.hears(messages[at_once:])
        at.lives(days=TEN_MINUTES)
        ends.add(end_of(ada))  # at once: their life goes on, and they are billed again

    figures("shuffled webhooks", stories=stories, events=events, end_states=len(ends))
    assert differences(at) == []
    assert len(ends) == 1


@pytest.mark.all_databases
def test_copies_in_parallel_have_one_effect(at: Recorded) -> None:
    ada = at.signs_up("Ada Moreno")
    pays_and_closes_the_window(ada)
    copies = [message for message in at.messages() for _ in range(size(3, 20))]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(at.hears, [[copy] for copy in copies]))
        list(threads.map(lambda _: at.works(), range(4)))

    assert differences(at) == []
    assert rows(at, InboundNotice) == len({body for body, _ in copies})
    assert rows(at, Payment) == 1


def test_none_at_all_is_healed_within_minutes(at: Recorded) -> None:
    ada = at.signs_up("Ada Moreno")
    pays_and_closes_the_window(ada)

    at.lives(days=TEN_MINUTES)

    assert differences(at) == []
    assert ada.service().status == "active"


def test_before_our_own_write_and_after_it_they_lead_to_the_same_end(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    early = Hasty(database, clock, tmp_path)
    ada = early.signs_up("Ada Moreno")

    ada.buys()
    early.lives(days=A_MONTH)

    assert early.handled_before_our_write > 2
    assert differences(early) == []
    assert [invoice.status for invoice in ada.invoices()] == ["paid", "paid"]


class Hasty(Company):
    """A company that has heard and handled every message before it gets the answer that the message is about."""

    handled_before_our_write = 0

    def _stand_ins_here(self, deliver: Deliver) -> Lines:
        lines = super()._stand_ins_here(deliver)
        assert lines.stripe is not None
        return replace(lines, stripe=MessageFirst(lines.stripe, self._hurry))

    def _hurry(self) -> None:
        self.handled_before_our_write += self.stripe.webhooks.deliver_due(all=True)
        self.works()


class MessageFirst(httpx.BaseTransport):
    """A slow line: between what the vendor does and its answer there is time for everything else."""

    def __init__(self, line: httpx.BaseTransport, meanwhile: Callable[[], None]) -> None:
        self._line = line
        self._meanwhile = meanwhile
        self._busy = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        if request.method == "POST" and not self._busy:
            self._busy = True
            self._meanwhile()
            self._busy = False
        return answer


def pays_and_closes_the_window(person: Person) -> None:
    """They pay on Stripe's page, and we do not see them again."""
    at, opener = person.at, person.at.house.database.opener(person.actor)
    url = open_checkout(opener, at.house.gateways, person.orders().invoice_id, BACK)
    assert pay_on_page(at.browser, url).status_code == 303


def rows(at: Company, table: Any) -> int:
    """How many rows a table has."""
    with at.robot() as work:
        return work.session.exec(select(func.count()).select_from(table)).one()


def end_of(person: Person) -> tuple[object, ...]:
    """A customer's end state, without what differs between any two of them: ids, numbers and times."""
    with person.at.robot() as work:
        return tuple(portrait(work.session, person.actor.customer_id))


def portrait(session: Any, customer_id: Any) -> list[object]:
    """One customer's rows."""
    own_invoices = select(Invoice.id).where(Invoice.customer_id == customer_id)
    seen = (
        select(Invoice.status, Invoice.total_minor, Invoice.settled_minor).where(Invoice.customer_id == customer_id),
        select(PaymentAttempt.status, PaymentAttempt.trigger).where(col(PaymentAttempt.invoice_id).in_(own_invoices)),
        select(Payment.amount_minor, Payment.currency).where(Payment.customer_id == customer_id),
        select(CreditEntry.amount_minor).where(CreditEntry.customer_id == customer_id),
        select(BillingCase.kind).where(BillingCase.customer_id == customer_id),
        select(Service.status).where(Service.customer_id == customer_id),
        select(MailMessage.template, MailMessage.status).where(MailMessage.customer_id == customer_id),
        select(func.sum(Posting.amount_minor)).where(Posting.account == f"receivable:{customer_id.hex}"),
    )
    return [tuple(sorted(map(str, session.exec(query)))) for query in seen]
