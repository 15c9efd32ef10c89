"""The same chances make the same book: hundreds of days of a whole company, with whatever goes wrong in them (row 10)."""

import json
import random
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import LargeBinary, select
from sqlmodel import SQLModel

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.work import Database
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import DECLINED_LATER, GOOD_CARD, Company, Person
from tests.databases import Databases
from tests.sizes import figures, size

PEOPLE, DAYS = size(8, 200), size(60, 400)
BEGINS = datetime(2028, 1, 31, 8, 0, tzinfo=UTC)  # on a 31st, in a leap year, before both nights on which clocks change
ZONE = ZoneInfo("Europe/Dublin")
SEEDS = size(1, 2)
CARDS = (GOOD_CARD, GOOD_CARD, GOOD_CARD, DECLINED_LATER, "4000002500003155")
WRONG = ("lost", "down", "refuse", "rate_limited", "garbage")
AN_ID = re.compile(  # ours, and those that the gateway gives
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}|\b(?:cus|pi|pm|cs_test|seti|ch)_\w+"
)
# Random by design, told by the world's clock, or about the machine.
NOT_IN_THE_BOOK = {
    *(
        "audit_entry",
        "audit_head",
        "audit_subject",
        "job",
        "outbox_event",
        "inbound_notice",
        "login_session",
        "sign_in",
    ),
    *("one_time_token", "login_attempt", "invoice_document", "credential", "provisioning_log"),
}
SAYS_NOTHING = re.compile("hash|secret|token|milliseconds|html|text|checkout_url|step_began_at")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_same_seed_writes_the_same_book(databases: Databases, tmp_path: Path, seed: int) -> None:
    first, again = (a_book(databases, tmp_path / name, seed) for name in ("first", "again"))

    lines = first.count(b"\n")
    figures("same seed, same book", seed=seed, people=PEOPLE, days=DAYS, lines=lines, bytes=len(first))
    assert lines > 20 * PEOPLE
    assert first == again


def test_another_seed_writes_another_book(databases: Databases, tmp_path: Path) -> None:
    one, other = (a_book(databases, tmp_path / str(seed), seed, people=2, days=3) for seed in (1, 2))

    assert one != other


def a_book(databases: Databases, folder: Path, seed: int, people: int = PEOPLE, days: int = DAYS) -> bytes:
    """Live through it all, and write the book. The doctor has nothing to say at its end."""
    random.seed(seed)  # how long a failed job waits before its next try is drawn by lot, too
    chance, clock = random.Random(seed), FixedClock(BEGINS)
    with databases.empty("sqlite") as engine:
        at = Company(Database(engine, clock, ZONE), clock, folder)
        crowd: list[Person] = []
        for day in range(days):
            if len(crowd) < people:
                crowd.append(arrives(at, chance, len(crowd)))
            a_day(at, chance, day, crowd)
        at.mends(at.stripe_http)
        at.mends(at.panel_http)
        at.lives(days=2)
        assert at.complaints() == {}
        assert len(crowd) == people
        return book(at)


def a_day(at: Company, chance: random.Random, day: int, crowd: list[Person]) -> None:
    """Some do something, something breaks, and now and then the clock is set back an hour."""
    for person in chance.sample(crowd, min(len(crowd), 2)):
        does_something(person, chance)
    if chance.random() < 0.3:
        http = chance.choice((at.stripe_http, at.panel_http))
        wrong = chance.choice(WRONG)
        at.breaks(http, wrong, times=chance.randint(1, 3), status=500 if wrong == "refuse" else 0)
    at.lives(days=1)
    if day % 10 == 9:
        at.clock.move(timedelta(hours=-1))


def arrives(at: Company, chance: random.Random, number: int) -> Person:
    """Somebody new, who buys."""
    country, currency = chance.choice((("IE", "EUR"), ("DE", "EUR"), ("US", "USD"), ("GB", "GBP")))
    person = at.signs_up(f"Person{number} Of{seed_word(chance)}", country, currency)
    with_luck(buys, person, chance)
    return person


def buys(person: Person, chance: random.Random) -> None:
    """They order something, and pay."""
    order = person.orders(f"vps-{chance.randint(1, 3)}", chance.choice((1, 1, 1, 3)), chance.choice(("", "WELCOME10")))
    person.pays(order.invoice_id, chance.choice(CARDS), returns=chance.random() < 0.8)


def does_something(person: Person, chance: random.Random) -> None:
    """They change their mind, their card, or pay what is due."""
    match chance.randint(0, 6):
        case 0:
            with_luck(buys, person, chance)
        case 1:
            with_luck(person.leaves_card, chance.choice(CARDS))
        case 2 if (service := person.service()) is not None and service.status is ServiceStatus.ACTIVE:
            with_luck(person.does, lambda work: cancel_at_period_end(work, service.item_id, "Moving on"))
        case 3 | 4:
            for invoice in person.invoices():
                if invoice.status is InvoiceStatus.OPEN:
                    with_luck(person.pays, invoice.id)


def with_luck(act: Callable[..., object], *how: object) -> None:
    """They try; when something of ours or of a vendor's says no, they try another day."""
    with suppress(BusinessError, TemporaryFailure, AssertionError, KeyError):  # the page said no, or a vendor is down
        act(*how)


def seed_word(chance: random.Random) -> str:
    """A name by lot."""
    return "".join(chance.choice("abcdefgh") for _ in range(6)).title()


def book(at: Company) -> bytes:
    """Every row that says something about the business, in the order in which it came, with small numbers for ids."""
    known: dict[str, str] = {}

    def small(found: re.Match[str]) -> str:
        return known.setdefault(found[0].replace("-", ""), f"#{len(known)}")

    lines = []
    with at.robot() as work:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in NOT_IN_THE_BOOK:
                continue
            columns = [c for c in table.c if not SAYS_NOTHING.search(c.name) and not isinstance(c.type, LargeBinary)]
            for row in work.session.execute(select(*columns).order_by(*table.primary_key.columns)):
                told = {column.name: value for column, value in zip(columns, row, strict=True)}
                lines.append(AN_ID.sub(small, f"{table.name} {json.dumps(told, default=str)}"))
    return ("\n".join(lines) + "\n").encode()
