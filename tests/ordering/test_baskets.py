"""Several servers in one order: one invoice, one sum, and a subscription for each; all of it or nothing."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from ezscale.kit.errors import Invalid
from ezscale.models import Coupon, Invoice, InvoiceLine, Order, Plan, Price, Service, Subscription, SubscriptionItem
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import LineKind
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import ItemKind
from ezscale.ordering.placing import ItemRequest, OrderRequest, PriceChanged, place_order, services_of_order
from ezscale.ordering.quoting import MOST_ITEMS, Item, Wish, quote, quote_basket, somebody_in
from tests.ordering.fitted import fit_the_shop
from tests.ordering.plans import turns

SHOP = ItemRequest("vps-2", 1, "frankfurt", "debian-13", "shop.example.com")
FITTED = replace(SHOP, options={"memory": 8, "panel": "cpanel"}, add_ons={"backups": 2, "moving": 1, "toolbox": 1})
MAIL = ItemRequest("vps-1", 12, "new-york", "ubuntu-24-04", "mail.example.com")
BASKET = OrderRequest((FITTED, MAIL), "EUR", 18573)


@pytest.fixture
def ada(at):
    with at.robot() as work:
        fit_the_shop(work)
    return at.signs_up("Ada Moreno")


def everything(at):
    """How much there is of whatever an order writes."""
    with at.robot() as work:
        return [len(work.session.exec(select(kind)).all()) for kind in (Order, Invoice, Subscription, Service)]


def lines_of(at, invoice_id):
    with at.robot() as work:
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(col(InvoiceLine.position))
        return list(work.session.exec(lines))


def items_of(at):
    with at.robot() as work:
        return list(work.session.exec(select(SubscriptionItem).order_by(col(SubscriptionItem.id))))


def test_one_invoice_has_the_lines_of_everything_in_the_basket(at, ada):
    placed = ada.does(lambda work: place_order(work, BASKET))

    lines = [(line.kind, line.description, line.quantity, line.price_minor) for line in lines_of(at, placed.invoice_id)]
    assert lines == [
        (LineKind.PERIOD, "VPS 2, monthly", 1, 1100),
        (LineKind.PERIOD, "More memory: 8 GB", 2, 200),
        (LineKind.PERIOD, "Control panel: cPanel", 1, 1500),
        (LineKind.PERIOD, "Backups", 2, 300),
        (LineKind.PERIOD, "Toolbox", 1, 400),
        (LineKind.SETUP, "Control panel: cPanel, setup", 1, 500),
        (LineKind.SETUP, "Backups, setup", 2, 100),
        (LineKind.ONCE, "Moving house", 1, 4900),
        (LineKind.PERIOD, "VPS 1, yearly", 1, 5500),
    ]
    assert placed.total.minor == 18573
    assert everything(at) == [1, 1, 2, 2]


def test_what_recurs_becomes_an_item_beside_its_plan(at, ada):
    ada.does(lambda work: place_order(work, BASKET))

    items = [(item.kind, item.description, item.quantity, item.price_minor) for item in items_of(at)]
    assert items == [
        (ItemKind.PLAN, "VPS 2, monthly", 1, 1100),
        (ItemKind.OPTION, "More memory: 8 GB", 2, 200),
        (ItemKind.OPTION, "Control panel: cPanel", 1, 1500),
        (ItemKind.ADD_ON, "Backups", 2, 300),
        (ItemKind.ADD_ON, "Toolbox", 1, 400),
        (ItemKind.PLAN, "VPS 1, yearly", 1, 5500),
    ]
    assert [item.option_value_id is not None for item in items_of(at)] == [False, True, True, False, False, False]


def test_everything_is_built_once_paid_and_renewed_each_in_its_own_cycle(at, ada):
    placed = ada.does(lambda work: place_order(work, BASKET))

    ada.pays(placed.invoice_id)
    at.lives(days=0.01)
    at.sleeps(32)

    services = ada.does(lambda work: services_of_order(work, placed.id))
    first, renewal = ada.invoices()
    assert [(service.hostname, service.status) for service in services] == [
        ("shop.example.com", ServiceStatus.ACTIVE),
        ("mail.example.com", ServiceStatus.ACTIVE),
    ]
    assert at.stripe_did()["captured"] == {"eur": first.total.minor + renewal.total.minor}
    renewed = [(line.kind, line.description) for line in lines_of(at, renewal.id)]
    assert {kind for kind, _ in renewed} == {LineKind.PERIOD}
    assert [text for _, text in renewed] == [item.description for item in items_of(at)[:5]]


def test_what_is_shown_for_the_next_cycle_is_what_it_asks_for(at, ada):
    with at.robot() as work:
        shown = quote(work, Wish("vps-2", 1, "EUR", "IE", "", "", FITTED.options, FITTED.add_ons))
    ada.orders(options=FITTED.options, add_ons=FITTED.add_ons)
    ada.pays(ada.invoices()[0].id)
    at.lives(days=0.01)

    at.sleeps(32)

    assert ada.invoices()[1].total == shown.renewal


@pytest.mark.parametrize("code", ["WELCOME10", "TAKE2"])
def test_a_discount_of_several_cycles_is_the_same_in_each(at, ada, code):
    with at.robot() as work:
        two_euros = Coupon(code="TAKE2", kind=CouponKind.FIXED, amounts={"EUR": 200}, cycles=3, since=work.now)
        work.session.add(two_euros)

    placed = ada.orders(coupon=code, options={"memory": 12})
    ada.pays(placed.invoice_id)
    at.lives(days=0.01)
    at.sleeps(32)

    first, second = ada.invoices()
    discounts = [[line.discount_minor for line in lines_of(at, invoice.id)] for invoice in (first, second)]
    assert discounts[0] == discounts[1]
    assert sum(discounts[0]) > 0
    assert first.total == second.total


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"plan": "vps-9"}, "plan"),
        ({"plan": ""}, "plan"),
        ({"months": 7}, "months"),
        ({"months": -12}, "months"),
        ({"location": "atlantis"}, "location"),
        ({"image": "windows"}, "image"),
        ({"hostname": "localhost"}, "hostname"),
        ({"hostname": "shop.example.com"}, "hostname"),
        ({"options": {"memory": 8}}, "options"),
        ({"add_ons": {"backups": 1}}, "options"),
    ],
    ids=str,
)
def test_one_thing_that_is_wrong_refuses_the_whole_order_and_is_named(at, ada, changed, field):
    wanted = replace(BASKET, items=(FITTED, replace(MAIL, **changed)))

    with pytest.raises(Invalid, match="Server 2") as refusal:
        ada.does(lambda work: place_order(work, wanted))

    assert refusal.value.field == f"item-2-{field}"
    assert everything(at) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("fit", "field"),
    [
        ({"options": {"memory": 5}}, "option-memory"),
        ({"options": {"memory": 36}}, "option-memory"),
        ({"options": {"memory": -4}}, "option-memory"),
        ({"options": {"memory": 10**30}}, "option-memory"),
        ({"options": {"memory": "4; --"}}, "option-memory"),
        ({"options": {"panel": "plesk"}}, "option-panel"),
        ({"options": {"price": 0}}, "options"),
        ({"add_ons": {"backups": 6}}, "add-on-backups"),
        ({"add_ons": {"backups": -1}}, "add-on-backups"),
        ({"add_ons": {"backups": 10**30}}, "add-on-backups"),
        ({"add_ons": {"toolbox": 1}}, "add-on-toolbox"),
        ({"add_ons": {"moving": 3}}, "add-on-moving"),
        ({"months": 3, "options": {"memory": 8}}, "option-memory"),
    ],
    ids=str,
)
def test_what_a_plan_does_not_offer_is_refused_at_its_field(at, ada, fit, field):
    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: place_order(work, replace(BASKET, items=(replace(SHOP, **fit),))))

    assert refusal.value.field == field
    assert everything(at) == [0, 0, 0, 0]


@pytest.mark.parametrize("shown", [18572, 18574, 0, -18573])
def test_another_total_than_the_one_shown_orders_nothing(at, ada, shown):
    with pytest.raises(PriceChanged, match=r"185\.73"):
        ada.does(lambda work: place_order(work, replace(BASKET, shown_total_minor=shown)))

    assert everything(at) == [0, 0, 0, 0]


def test_a_price_that_rose_meanwhile_orders_nothing(at, ada):
    with at.robot() as work:
        for price in work.session.exec(select(Price)):
            price.amount_minor += 1

    with pytest.raises(PriceChanged):
        ada.does(lambda work: place_order(work, BASKET))

    assert everything(at) == [0, 0, 0, 0]


def test_another_currency_than_the_one_offered_is_refused(at, ada):
    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: place_order(work, replace(BASKET, items=(MAIL,), currency="JPY")))

    assert refusal.value.field == "months"


def test_an_archived_plan_is_not_for_sale_and_a_hidden_one_by_its_address_alone(at, ada):
    turns(at, "vps-1", hidden=True)
    by_address = ada.does(lambda work: place_order(work, replace(BASKET, items=(MAIL,), shown_total_minor=6765)))
    with at.robot() as work:
        work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one().archive(work.now)

    with pytest.raises(Invalid, match="not for sale"):
        ada.does(lambda work: place_order(work, replace(BASKET, items=(MAIL,))))

    assert by_address.total.minor == 6765


def test_a_basket_has_room_for_ten(at, ada):
    wanted = [replace(SHOP, hostname=f"web{number}.example.com") for number in range(MOST_ITEMS + 1)]
    full = OrderRequest(tuple(wanted[:-1]), "EUR", 13530)

    with pytest.raises(Invalid, match="10 servers") as refusal:
        ada.does(lambda work: place_order(work, replace(full, items=tuple(wanted))))
    with pytest.raises(Invalid, match="nothing in your basket"):
        ada.does(lambda work: place_order(work, replace(full, items=())))
    ada.does(lambda work: place_order(work, full))

    assert refusal.value.field == "plan"
    assert everything(at) == [1, 1, 10, 10]


def test_the_sum_of_a_basket_is_that_of_its_lines(at, ada):
    with at.robot() as work:
        offer = quote_basket(work, [FITTED.item, MAIL.item, Item("vps-3", 3)], "EUR", somebody_in("FI"), "WELCOME10")

    assert offer.sums.total.minor == sum(line.gross.minor for line in offer.lines)
    assert offer.sums.total.minor == sum(item.total.minor for item in offer.items)
    assert len({item.next_day for item in offer.items}) == 3
    assert offer.next_day == min(item.next_day for item in offer.items)
