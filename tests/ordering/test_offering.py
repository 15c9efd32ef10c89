"""Offers: what was offered is what is ordered, to the cent, whatever the catalog says by then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.customers import change_address
from ezscale.accounts.permissions import MANAGE_ORDERS, SEE_EVERYTHING
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.models import Coupon, Invoice, Offer, OptionPrice, Order, Plan, Price, SubscriptionItem
from ezscale.models.base import WrongState
from ezscale.models.order import OfferStatus, OrderStatus
from ezscale.ordering.offering import (
    OfferedItem,
    accept_offer,
    decline_offer,
    make_offer,
    offer,
    offers,
    order_of_offer,
    price_offer,
    withdraw_offer,
)
from ezscale.ordering.placing import PriceChanged, services_of_order
from tests.ordering.fitted import fit_the_shop
from tests.ordering.plans import left, turns

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_ORDERS}))
BIG = OfferedItem(
    *("vps-2", 12, "frankfurt", "debian-13"), price="99.90", setup="10", options={"memory": 8}, add_ons={"moving": 1}
)
SMALL = OfferedItem("vps-1", 1, "new-york", "ubuntu-24-04", hostname="mail.example.com")
NAMES = ["shop.example.com", "mail.example.com"]
TOTAL = 25142  # 99.90 + 40.00 + 10.00 + 49.00 + 5.50, and 23% of each


@pytest.fixture
def ada(at):
    with at.robot() as work:
        fit_the_shop(work)
    return at.signs_up("Ada Moreno")


def sam_does(at, use_case, actor=SAM):
    with at.house.database.opener(actor)() as work:
        return use_case(work)


def offered(at, person, *items, days=14):
    customer_id = person.actor.customer_id
    return sam_does(at, lambda work: make_offer(work, customer_id, items or (BIG, SMALL), "As discussed.", days))


def total_of(at, made):
    with at.robot() as work:
        return price_offer(work, offer(work, made.id)).sums.total.minor


def counted(at):
    with at.robot() as work:
        return [len(work.session.exec(select(kind)).all()) for kind in (Order, Invoice, SubscriptionItem)]


def test_an_accepted_offer_is_an_order_at_exactly_its_prices(at, ada):
    made = offered(at, ada)
    with at.robot() as work:
        for price in [*work.session.exec(select(Price)), *work.session.exec(select(OptionPrice))]:
            price.amount_minor *= 7
        work.session.exec(select(Plan).where(Plan.slug == "vps-2")).one().archive(work.now)

    placed = ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))
    ada.pays(placed.invoice_id)
    at.lives(days=0.01)

    with at.robot() as work:
        items = [(item.description, item.price_minor) for item in work.session.exec(select(SubscriptionItem))]
        names = [service.hostname for service in services_of_order(work, placed.id)]
        became = order_of_offer(work, made.id)
        answered = offer(work, made.id)
    assert (made.number, made.status) == ("Q-000001", OfferStatus.OFFERED)
    assert (placed.total.minor, placed.offer_id) == (TOTAL, made.id)
    assert sorted(items) == [("More memory: 8 GB", 2000), ("VPS 1, monthly", 550), ("VPS 2, yearly", 9990)]
    assert names == NAMES
    assert became is not None
    assert (became.id, became.status) == (placed.id, OrderStatus.PAID)
    assert (answered.status, answered.answered_by) == (OfferStatus.ACCEPTED, "Ada Moreno")


def test_its_renewals_keep_its_price(at, ada):
    made = offered(at, ada, replace(SMALL, price="3.00"))
    placed = ada.does(lambda work: accept_offer(work, made.id, NAMES[1:], 369))
    ada.pays(placed.invoice_id)

    at.sleeps(32)

    assert [invoice.total.minor for invoice in ada.invoices()] == [369, 369]


def test_something_can_be_offered_for_nothing(at, ada):
    made = offered(at, ada, replace(SMALL, price="0"))

    placed = ada.does(lambda work: accept_offer(work, made.id, NAMES[1:], 0))
    at.lives(days=0.01)

    assert placed.total.minor == 0
    assert ada.service().status == "active"


def test_an_offer_is_accepted_once(at, ada):
    made = offered(at, ada)
    ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))

    with pytest.raises(WrongState, match="does not stand"):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))

    assert counted(at)[:2] == [1, 1]


@pytest.mark.parametrize("shown", [TOTAL - 1, TOTAL + 1, 0, -TOTAL])
def test_only_the_sum_that_was_seen_is_accepted(at, ada, shown):
    made = offered(at, ada)

    with pytest.raises(PriceChanged, match=r"251\.42"):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, shown))

    assert counted(at) == [0, 0, 0]


def test_other_taxes_are_shown_before_they_are_charged(at, ada):
    made = offered(at, ada)
    where = {"name": "Ada Moreno", "company": "", "address": "1 Road", "city": "Boston", "postcode": "02108"}
    ada.does(lambda work: change_address(work, **where, country="US"))

    with pytest.raises(PriceChanged):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))

    assert total_of(at, made) == 20440


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (["shop.example.com"], "hostname"),
        ([*NAMES, "third.example.com"], "hostname"),
        (["shop.example.com", "localhost"], "item-2-hostname"),
        (["shop.example.com", "shop.example.com"], "item-2-hostname"),
    ],
)
def test_each_server_of_an_offer_has_a_name_of_its_own(at, ada, names, field):
    made = offered(at, ada)

    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: accept_offer(work, made.id, names, TOTAL))

    assert refusal.value.field == field
    assert counted(at) == [0, 0, 0]


def test_an_offer_expires_and_cannot_be_accepted_from_that_moment_on(at, ada):
    made = offered(at, ada, days=2)
    at.clock.move(timedelta(days=2))

    with pytest.raises(WrongState):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))
    at.lives(days=0.1)

    with at.robot() as work:
        assert offer(work, made.id).status is OfferStatus.EXPIRED


def test_a_customer_says_no_and_why(at, ada):
    made = offered(at, ada)

    ada.does(lambda work: decline_offer(work, made.id, " Too dear "))

    with at.robot() as work:
        answered = offer(work, made.id)
    assert (answered.status, answered.answer, answered.answered_by) == (OfferStatus.DECLINED, "Too dear", "Ada Moreno")
    with pytest.raises(WrongState):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))


def test_what_is_withdrawn_cannot_be_accepted(at, ada):
    made = offered(at, ada)
    sam_does(at, lambda work: withdraw_offer(work, made.id))

    with pytest.raises(WrongState):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))


def test_anothers_offer_does_not_exist(at, ada):
    made, eve = offered(at, ada), at.signs_up("Eve Lang")

    for attempt in (
        lambda work: offer(work, made.id),
        lambda work: accept_offer(work, made.id, NAMES, TOTAL),
        lambda work: decline_offer(work, made.id, "No"),
    ):
        with pytest.raises(NotFound):
            eve.does(attempt)

    assert eve.does(offers) == []
    assert [found.id for found, _ in ada.does(offers)] == [made.id]
    assert counted(at) == [0, 0, 0]


def test_only_whoever_may_makes_and_withdraws_offers(at, ada):
    made = offered(at, ada)
    customer_id = ada.actor.customer_id
    looker = Actor(ActorKind.STAFF, "Lena", permissions=frozenset({SEE_EVERYTHING}))

    for who in (looker, ada.actor):
        with pytest.raises(NotAllowed):
            sam_does(at, lambda work: make_offer(work, customer_id, [SMALL], "", 14), who)
        with pytest.raises(NotAllowed):
            sam_does(at, lambda work: withdraw_offer(work, made.id), who)
    with pytest.raises(NotAllowed):
        sam_does(at, lambda work: accept_offer(work, made.id, NAMES, TOTAL))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"plan": "vps-9"}, "plan"),
        ({"months": 7, "price": ""}, "price"),
        ({"months": 0, "price": "5"}, "price"),
        ({"months": 37, "price": "5"}, "price"),
        ({"price": "-5"}, "price"),
        ({"price": "five"}, "price"),
        ({"price": "1e9"}, "price"),
        ({"price": "5.005"}, "price"),
        ({"price": "9" * 13}, "price"),
        ({"setup": "٣"}, "setup"),
        ({"location": "atlantis"}, "location"),
        ({"image": "windows"}, "image"),
        ({"hostname": "localhost"}, "hostname"),
        ({"options": {"memory": 8}}, "options"),
    ],
    ids=str,
)
def test_what_cannot_be_offered_is_refused_at_its_field(at, ada, changed, field):
    with pytest.raises(Invalid) as refusal:
        offered(at, ada, BIG, replace(SMALL, **changed))

    assert refusal.value.field == f"item-2-{field}"
    with at.robot() as work:
        assert work.session.exec(select(Offer)).all() == []


@pytest.mark.parametrize("days", [0, -1, 366])
def test_an_offer_holds_for_a_while(at, ada, days):
    with pytest.raises(Invalid) as refusal:
        offered(at, ada, days=days)

    assert refusal.value.field == "days"


def test_an_offer_of_what_is_sold_out_by_then_waits(at, ada):
    made = offered(at, ada)
    turns(at, "vps-1", stock=0)

    with pytest.raises(Invalid, match="Server 2: VPS 1 is sold out"):
        ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))
    turns(at, "vps-1", stock=1)
    ada.does(lambda work: accept_offer(work, made.id, NAMES, TOTAL))

    assert left(at, "vps-1") == 0


def test_a_colleagues_offer_is_not_held_again_and_takes_no_code(at, ada):
    turns(at, "vps-1", needs_approval=True)
    made = offered(at, ada, SMALL)

    placed = ada.does(lambda work: accept_offer(work, made.id, NAMES[1:], 677))
    ada.pays(placed.invoice_id)
    at.lives(days=0.01)

    assert ada.service().status == "active"
    with at.robot() as work:
        assert work.session.exec(select(Coupon.used)).one() == 0
