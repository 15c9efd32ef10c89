"""A worker that is killed (SIGKILL) anywhere is started again, and afterwards nobody can tell."""

import random
import time
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from ezscale.accounts.staff import add_staff
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.models import Invoice, VendorErasure
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.privacy.erasing import erase_customer
from tests.bulk import write_book
from tests.company import PASSWORD, Company, Person
from tests.reliability.lives import LIVE_ON, a_life, a_night, ended_well, started
from tests.reliability.truth import differences
from tests.reliability.worker import DieAt, DieEverywhereOnce, Workplace, work_until
from tests.sizes import SOAK, all_databases_in_a_soak, figures, size

AN_HOUR, A_MONTH = timedelta(hours=1), timedelta(days=32)
DAYS_OF_GRACE = timedelta(days=8)  # what has ended is deleted only after them
PLACES = ("frankfurt", "new-york", "london")  # the panel has 253 addresses in each
AGAIN_AND_AGAIN = pytest.mark.parametrize("number", range(size(1, 20)))
NAMES = ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo")


@pytest.mark.all_databases
@AGAIN_AND_AGAIN
def test_at_every_boundary_between_paid_and_active(at: Company, place: Workplace, number: int) -> None:
    ada = at.signs_up(f"Ada{number} Moreno")
    has_paid(ada, PLACES[number % len(PLACES)])

    deaths = dies_everywhere(at, place, AN_HOUR)

    assert {"after POST /servers", "after POST /servers/*/build", "after a letter", "after commit"} <= deaths
    assert ada.service().status is ServiceStatus.ACTIVE
    assert differences(at) == []


@all_databases_in_a_soak
@AGAIN_AND_AGAIN
def test_at_every_boundary_of_a_month_with_two_renewals(at: Company, place: Workplace, number: int) -> None:
    people = [at.signs_up(f"{name}{number} Moreno") for name in NAMES[:2]]
    for person in people:
        has_paid(person, PLACES[number % len(PLACES)])
    a_life(place, at.clock.now + AN_HOUR)

    deaths = dies_everywhere(at, place, A_MONTH)

    assert {"after POST /payment_intents", "after a letter", "after commit"} <= deaths
    for person in people:
        assert [invoice.status for invoice in person.invoices()] == [InvoiceStatus.PAID] * 2
    assert differences(at) == []


@all_databases_in_a_soak
@AGAIN_AND_AGAIN
def test_at_every_boundary_while_vendors_forget_somebody(at: Company, place: Workplace, number: int) -> None:
    ada = at.signs_up(f"Ada{number} Moreno")
    has_paid(ada, PLACES[number % len(PLACES)])
    a_life(place, at.clock.now + AN_HOUR)
    ada.does(lambda work: cancel_at_period_end(work, ada.service().item_id, ""))
    a_life(place, at.clock.now + A_MONTH + DAYS_OF_GRACE)
    with at.robot() as work:
        colleague = Person(at, add_staff(work, "Grace Hopper", "grace@ezscale.example", PASSWORD))
    erase_customer(at.house.database.opener(colleague.actor), ada.service().customer_id, "She asked for it.")

    deaths = dies_everywhere(at, place, AN_HOUR)

    assert {"after DELETE /customers/*", "after DELETE /users/*/byExtRelation", "after commit"} <= deaths
    assert (at.stripe_did()["customers"], at.panel_did()["users"]) == (0, [])
    assert (at.stripe_did()["customers_deleted"], at.panel_did()["done"]["users deleted"]) == (1, 1)
    with at.robot() as work:
        left = work.session.exec(select(VendorErasure.ref, VendorErasure.email, VendorErasure.done_at)).all()
    assert [(ref, email, done is not None) for ref, email, done in left] == [("", "", True)] * 2


@all_databases_in_a_soak
def test_two_workers_at_random_instants(at: Company, place: Workplace) -> None:
    chance, deaths, wanted, numbers = random.Random(7), 0, size(3, 200), count()
    a_whole_life = lived(at, place)
    while deaths < wanted:
        number = next(numbers)
        has_paid(at.signs_up(f"{NAMES[number % len(NAMES)]}{number} Moreno"), PLACES[number % len(PLACES)])
        deaths += killed_at_random(at, place, chance, 2 * a_whole_life)
        a_whole_life = lived(at, place)

    figures("random kills", customers=next(numbers), deaths=deaths)
    assert differences(at) == []


@all_databases_in_a_soak
def test_at_each_boundary_alone(at: Company, place: Workplace) -> None:
    counted = place.folder / "counted"
    has_paid(at.signs_up("First Moreno"))
    a_life(place, at.clock.now + AN_HOUR, DieAt(0, counted))

    boundaries = int(counted.read_text())
    for number in range(1, boundaries + 1, size(60, 1)):
        has_paid(at.signs_up(f"{NAMES[number % len(NAMES)]}{number} Moreno"), PLACES[number % len(PLACES)])
        a_life(place, at.clock.now + AN_HOUR, DieAt(number, counted))
        a_life(place, at.clock.now + AN_HOUR)

    figures("a kill for each boundary", boundaries=boundaries)
    assert differences(at) == []


@pytest.mark.all_databases
def test_in_the_middle_of_a_renewal_run(at: Company, engine: Engine, place: Workplace) -> None:
    many, block = size(20, 400), size(4, 20)
    write_book(engine, many, at.clock.now)

    boundary = 1
    while not a_night(place, block, DieAt(boundary, place.folder / "counted")):
        boundary += size(3, 1)

    figures("a run killed at each boundary", boundaries=boundary)
    with at.robot() as work:
        numbers = sorted(work.session.exec(select(Invoice.number)))
    assert numbers == [f"INV-2026-{number:06}" for number in range(1, many + 1)]
    assert at.complaints() == {}


def has_paid(person: Person, place: str = "frankfurt") -> None:
    """Their money is booked; everything that follows is still to be done."""
    person.pays(person.orders(location=place).invoice_id)


def dies_everywhere(at: Company, place: Workplace, span: timedelta) -> set[str]:
    """Let workers live through a span of time, one after the other, each dying where none has died before."""
    book, until = place.folder / "book", at.clock.now + span
    book.touch()
    one_in = 1 if SOAK else 4
    while not a_life(place, until, DieEverywhereOnce(book, one_in, before_too=SOAK)):
        pass
    deaths = book.read_text().splitlines()
    figures(f"deaths within {span}", boundaries=len(deaths))
    return {death.partition(", ")[2] for death in deaths}


def lived(at: Company, place: Workplace) -> float:
    """A worker does what there is to do; how many seconds that took on this machine, with all else that it does now."""
    began = time.monotonic()
    a_life(place, at.clock.now + AN_HOUR)
    return time.monotonic() - began


def killed_at_random(at: Company, place: Workplace, chance: random.Random, longest: float) -> int:
    """Two workers at once, killed one after the other at random moments; how many had not gone home before."""
    until = at.clock.now + AN_HOUR
    workers = [started(work_until, place, until, LIVE_ON) for _ in range(2)]
    for worker in workers:
        worker.join(chance.uniform(0, longest))
        worker.kill()
        worker.join()
    return sum(not ended_well(worker) for worker in workers)
