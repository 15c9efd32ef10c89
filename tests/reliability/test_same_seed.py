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

from ezscale.accounts.customers import change_tax_id
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.work import Database
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import DECLINED_LATER, GOOD_CARD, Company, Person
from tests.databases import Databases
from tests.journeys.records import subscription_of
from tests.sizes import figures, size

PEOPLE, DAYS = size(6, 200), size(45, 400)
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
    *("one_time_token", "login_attempt", "invoice_document", "credential", "provisioning_log", "panel_exchange"),
}
FITTED: tuple[dict[str, str | int], ...] = ({}, {}, {"extra-disk": 100}, {"control-panel": "plesk"})
ADDED: tuple[dict[str, int], ...] = ({}, {}, {"extra-ipv4": 2}, {"migration": 1})
GERMAN_ID = "DE136695976"
# What the book must tell of, or the story was too short to say anything about it.
LIVED_THROUGH = {
    *("subscription_change applied", "subscription_item option", "subscription_item add_on", "invoice_line unused"),
    *("coupon_use", "credit_note", "tax_id_check", "payment"),
}
SAYS_NOTHING = re.compile("hash|secret|token|milliseconds|html|text|checkout_url|step_began_at")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_same_seed_writes_the_same_book(databases: Databases, tmp_path: Path, seed: int) -> None:
    first, again = (a_book(databases, tmp_path / name, seed) for name in ("first", "again"))

    lines = first.count(b"\n")
    figures("same seed, same book", seed=seed, people=PEOPLE, days=DAYS, lines=lines, bytes=len(first))
    assert lines > 20 * PEOPLE
    assert kinds(first) >= LIVED_THROUGH
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
    """Somebody new, a company now and then, who buys."""
    country, currency = chance.choice((("IE", "EUR"), ("DE", "EUR"), ("DE", "EUR"), ("US", "USD"), ("GB", "GBP")))
    person = at.signs_up(f"Person{number} Of{seed_word(chance)}", country, currency)
    if country == "DE" and chance.random() < 0.5:
        with_luck(person.does, lambda work: change_tax_id(work, GERMAN_ID))
        at.works()
    with_luck(buys, person, chance)
    return person


def buys(person: Person, chance: random.Random) -> None:
    """They order something with this and that, and pay."""
    wanted = f"vps-{chance.randint(1, 3)}", chance.choice((1, 1, 1, 3)), chance.choice(("", "WELCOME10"))
    order = person.orders(*wanted, options=chance.choice(FITTED), add_ons=chance.choice(ADDED))
    person.pays(order.invoice_id, chance.choice(CARDS), returns=chance.random() < 0.8)


def does_something(person: Person, chance: random.Random) -> None:
    """They change their mind, their card, or pay what is due."""
    match chance.randint(0, 8):
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
        case 5 | 6 if person.service() is not None:
            with_luck(changes, person, chance)


def changes(person: Person, chance: random.Random) -> None:
    """They ask what something bigger, smaller or for longer costs, and take it."""
    wish = ChangeWish(
        plan=f"vps-{chance.randint(1, 4)}",
        months=chance.choice((0, 0, 0, 3, 12)),
        options=chance.choice(FITTED),
        add_ons=chance.choice(ADDED),
        at_renewal=chance.random() < 0.3,
    )
    mine = subscription_of(person).id
    quote = person.does(lambda work: quote_change(work, mine, wish))
    person.does(lambda work: accept_change(work, quote.id, quote.total_minor))


def with_luck(act: Callable[..., object], *how: object) -> None:
    """They try; when something of ours or of a vendor's says no, they try another day."""
    with suppress(BusinessError, TemporaryFailure, AssertionError, KeyError):  # the page said no, or a vendor is down
        act(*how)


def seed_word(chance: random.Random) -> str:
    """A name by lot."""
    return "".join(chance.choice("abcdefgh") for _ in range(6)).title()


def kinds(book: bytes) -> set[str]:
    """What a book tells of: its tables, and with them the states and kinds of their rows."""
    told = set()
    for line in book.decode().splitlines():
        table, _, row = line.partition(" ")
        told |= {table, *(f"{table} {value}" for name, value in json.loads(row).items() if name in ("status", "kind"))}
    return told


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
            nothing = (
                rf"{SAYS_NOTHING.pattern}{'|^state$' if table.name == 'subscription_change' else ''}"  # a hash of ids
            )
            columns = [c for c in table.c if not re.search(nothing, c.name) and not isinstance(c.type, LargeBinary)]
            for row in work.session.execute(select(*columns).order_by(*table.primary_key.columns)):
                told = {column.name: value for column, value in zip(columns, row, strict=True)}
                lines.append(AN_ID.sub(small, f"{table.name} {json.dumps(told, default=str)}"))
    return ("\n".join(lines) + "\n").encode()
