"""Charges that are taken up together are sent together: each only if nothing speaks against it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from ezscale.billing.cards import usable_card
from ezscale.billing.collecting import request_charge
from ezscale.billing.credit import grant_credit
from ezscale.billing.sending import Going, send_together
from ezscale.billing.to_pay import lock_with_what_it_pays
from ezscale.models import Payment, PaymentAttempt
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from tests.billing.papers import euros, owes, pays_from_credit
from tests.builders import a_dispute
from tests.company import Company, Person
from tests.databases import commits_on, statements_on


@pytest.fixture
def people(at: Company) -> list[Person]:
    """Three of them, each with a card."""
    people = [at.signs_up(name) for name in ("Ada Moreno", "Ben Kraft", "Cleo Marsh")]
    for person in people:
        person.buys("vps-2")
    return people


def is_charged(at: Company, person: Person) -> UUID:
    """They owe 12.30 EUR, which is to be charged."""
    invoice = owes(at, person)
    with at.robot() as work:
        attempt = request_charge(work, invoice.id, AttemptTrigger.DUE)
        assert attempt is not None
        return attempt.id


def sends(at: Company, *attempt_ids: UUID) -> dict[UUID, Going]:
    """They are taken up together."""
    return send_together(at.house.automation("billing"), at.house.gateways, attempt_ids)


def standing(at: Company, *attempt_ids: UUID) -> list[AttemptStatus]:
    """Where these attempts stand."""
    with at.robot() as work:
        return [work.session.get_one(PaymentAttempt, each).status for each in attempt_ids]


def test_they_are_written_down_at_once_and_each_is_made_once_whoever_dies_then(
    at: Company, people: list[Person]
) -> None:
    asked = [is_charged(at, person) for person in people]
    before = at.stripe_did()["captured"]["eur"]

    with commits_on(at.house.database.engine) as commits:
        going = sends(at, *asked)
    sent = standing(at, *asked)
    at.works()  # whoever had them has died

    assert list(going) == asked
    assert (len(commits), sent) == (1, [AttemptStatus.SENT] * 3)
    assert standing(at, *asked) == [AttemptStatus.SUCCEEDED] * 3
    assert at.stripe_did()["captured"]["eur"] == before + 3 * 1230


def is_paid_meanwhile(at: Company, person: Person) -> None:
    """Credit pays what is to be charged."""
    with at.robot() as work:
        grant_credit(work, person.actor.own_customer(), euros(1230), "Sorry")
    pays_from_credit(at, person.invoices()[-1])


def is_questioned(at: Company, person: Person) -> None:
    """A bank asks about what the card has paid before."""
    with at.robot() as work:
        [payment] = work.session.exec(select(Payment).where(Payment.customer_id == person.actor.customer_id))
        card = usable_card(work, payment.customer_id)
        assert card is not None
        work.session.add(a_dispute(payment_id=payment.id, customer_id=payment.customer_id, method_id=card.id))


@pytest.mark.parametrize("happens", [is_paid_meanwhile, is_questioned])
def test_one_that_something_speaks_against_is_left_out_and_not_made(
    at: Company, people: list[Person], happens: Callable[[Company, Person], None]
) -> None:
    ada, ben, _ = people
    hers, his = is_charged(at, ada), is_charged(at, ben)
    happens(at, ada)

    going = sends(at, hers, his)
    left_out = standing(at, hers)
    at.works()

    assert (list(going), left_out) == ([his], [AttemptStatus.CREATED])
    assert standing(at, hers, his) == [AttemptStatus.FAILED, AttemptStatus.SUCCEEDED]


@pytest.mark.parametrize("days", [0, 2], ids=["at once", "that nobody has seen to for two days"])
def test_of_one_customer_the_first_goes_and_the_second_waits_for_it(
    at: Company, people: list[Person], days: int
) -> None:
    ada, ben, _ = people
    asked = [is_charged(at, ada), is_charged(at, ada), is_charged(at, ben)]
    at.clock.move(timedelta(days=days))

    going = sends(at, *asked)
    again = sends(at, *asked)
    at.lives(days=0.01)

    assert (list(going), again) == ([asked[0], asked[2]], {})
    assert standing(at, *asked) == [AttemptStatus.SUCCEEDED] * 3


def test_one_of_a_gateway_that_is_no_longer_connected_is_left_out(at: Company, people: list[Person]) -> None:
    asked = [is_charged(at, person) for person in people]

    assert send_together(at.house.automation("billing"), {}, asked) == {}
    assert standing(at, *asked) == [AttemptStatus.CREATED] * 3


def test_what_each_needs_is_found_by_an_index_that_knows_whose_it_is(at: Company, people: list[Person]) -> None:
    asked = [is_charged(at, person) for person in people]
    with statements_on(at.house.database.engine) as statements:
        sends(at, *asked)

    [wanted] = [each for each in statements if "known_payer" in each]
    with at.house.database.engine.connect() as connection:
        nothing = (None,) * wanted.count("?")
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}", nothing).all())

    assert "ix_known_payer_customer" in plan
    assert "SCAN" not in plan


@pytest.mark.all_databases
def test_nobody_waits_for_one_that_somebody_else_is_at(at: Company, people: list[Person]) -> None:
    asked = [is_charged(at, person) for person in people]
    if at.house.database.engine.dialect.name == "sqlite":  # one writer at a time: there is nobody else
        return

    with at.robot() as work:
        lock_with_what_it_pays(work, asked[1])
        going = sends(at, *asked)

    assert list(going) == [asked[0], asked[2]]
