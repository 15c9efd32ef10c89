"""What is kept from others for an order, and who gets the last."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from ezscale.billing.cases import open_cases
from ezscale.kit.errors import Invalid, TemporaryFailure
from ezscale.models import Order, Plan, StockHold
from ezscale.models.order import OrderStatus
from ezscale.models.service import ServiceStatus
from ezscale.ordering.deciding import approve_order, holds_on, reject_order
from ezscale.ordering.placing import ItemRequest, order, services_of_order
from tests.ordering.plans import left, turns

ONE = ItemRequest("vps-2", 1, "frankfurt", "debian-13", "web1.example.com")


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def standing(at, placed):
    with at.robot() as work:
        return order(work, placed.id).status, [each.status for each in services_of_order(work, placed.id)]


def test_what_is_ordered_is_kept_from_others_and_given_back_when_nobody_pays(at, ada):
    turns(at, stock=2)

    placed = ada.orders_all(ONE, replace(ONE, hostname="web2.example.com"))
    meanwhile = left(at)
    with pytest.raises(Invalid, match="VPS 2 is sold out"):
        at.signs_up("Ben Orr").orders()
    at.sleeps(3)

    [kept] = holds_in(at, placed)
    assert (meanwhile, left(at)) == (0, 2)
    assert (kept.quantity, kept.used_at, kept.released_at is not None) == (2, None, True)


def holds_in(at, placed):
    with at.robot() as work:
        return work.session.exec(select(StockHold).where(StockHold.order_id == placed.id)).all()


def test_a_basket_that_asks_for_more_than_there_is_takes_nothing(at, ada):
    turns(at, stock=1)
    turns(at, "vps-1", stock=5)
    small = replace(ONE, plan="vps-1", hostname="mail.example.com")

    with pytest.raises(Invalid, match=r"Server 2: Only 1 of VPS 2 left\.") as refusal:
        ada.orders_all(small, ONE, replace(ONE, hostname="web2.example.com"))

    assert refusal.value.field == "item-2-plan"
    assert (left(at), left(at, "vps-1")) == (1, 5)
    with at.robot() as work:
        assert work.session.exec(select(Order)).all() == []


def test_what_is_paid_stays_taken(at, ada):
    turns(at, stock=1)
    ada.buys()

    at.sleeps(5)

    assert left(at) == 0


def test_a_plan_without_an_end_counts_nothing(at, ada):
    placed = ada.orders()

    assert left(at) is None
    assert holds_in(at, placed) == []


def test_an_order_that_is_paid_late_takes_again_what_it_had(at, ada):
    turns(at, stock=1)
    placed = ada.orders()
    at.sleeps(3)

    ada.pays(placed.invoice_id)
    at.lives(days=0.01)

    assert standing(at, placed) == (OrderStatus.PAID, [ServiceStatus.ACTIVE])
    assert left(at) == 0


@pytest.mark.all_databases
def test_an_order_that_is_paid_too_late_keeps_its_place_and_a_person_hears_of_it(at, ada):
    turns(at, stock=1)
    late = ada.orders()
    at.sleeps(3)
    at.signs_up("Ben Orr").buys()

    ada.pays(late.invoice_id)
    at.lives(days=0.01)

    with at.robot() as work:
        [case] = open_cases(work)
        [hold] = holds_on(work, late.id)
    assert standing(at, late) == (OrderStatus.HELD, [ServiceStatus.WAITLISTED])
    assert (case.kind, case.facts["plans"]) == ("sold_out", "VPS 2")
    assert hold.reason == "Sold out by the time it was paid: VPS 2"
    assert left(at) == 0

    with pytest.raises(Invalid, match="not enough of VPS 2"), at.robot() as work:
        approve_order(work, late.id)
    assert standing(at, late) == (OrderStatus.HELD, [ServiceStatus.WAITLISTED])
    turns(at, stock=3)
    with at.robot() as work:
        approve_order(work, late.id, "More have arrived")
    at.lives(days=0.01)

    assert standing(at, late) == (OrderStatus.PAID, [ServiceStatus.ACTIVE])
    assert left(at) == 2


def test_what_a_rejected_order_kept_is_there_for_others(at, ada):
    turns(at, stock=4, needs_approval=True)
    held, unpaid = ada.orders(), ada.orders()
    ada.pays(held.invoice_id)
    at.works()

    with at.robot() as work:
        for placed in (held, unpaid):
            reject_order(work, placed.id, "Not today")

    assert left(at) == 4


@pytest.mark.all_databases
def test_of_fifty_who_want_the_last_three_exactly_three_get_one(at):
    turns(at, stock=3)
    people = [at.signs_up(f"Visitor{number} Moreno") for number in range(5)] * 10
    told, together = [], Barrier(len(people))

    def order_at_once(person):
        together.wait()
        while True:
            try:
                told.append(person.orders().status)
            except Invalid as refusal:
                told.append(refusal.message)
            except TemporaryFailure:
                continue  # they were in one another's way and press again
            return

    threads = [Thread(target=order_at_once, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["VPS 2 is sold out at the moment."] * 47 + [OrderStatus.PLACED] * 3
    with at.robot() as work:
        assert work.session.exec(select(Plan.stock).where(Plan.slug == "vps-2")).one() == 0
        assert len(work.session.exec(select(Order)).all()) == 3
