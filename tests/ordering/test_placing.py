from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from ezscale.billing.documents import invoice_pdf
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.models import Coupon, Customer, Membership, Order, Price, Service, Subscription, SubscriptionItem
from ezscale.models.customer import MemberRole
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.ordering.booking import ORDER_LASTS
from ezscale.ordering.fulfilling import expire_orders
from ezscale.ordering.placing import (
    ItemRequest,
    OrderRequest,
    PriceChanged,
    is_payable,
    order,
    orders,
    place_order,
    services_of_order,
)
from ezscale.provisioning.host_names import clean_hostname
from ezscale.reporting.overview import company_overview

SERVER = ItemRequest("vps-2", 1, "frankfurt", "debian-13", "web1.example.com")
WANTED = OrderRequest((SERVER,), "EUR", 1353)


def wanting(**changes):
    """The order of one server, with something else about it, or about its server."""
    order = {name: changes.pop(name) for name in ("currency", "coupon", "shown_total_minor") if name in changes}
    return replace(WANTED, items=(replace(SERVER, **changes),), **order)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def counts(at):
    with at.robot() as work:
        coupon = work.session.exec(select(Coupon).where(Coupon.code == "WELCOME10")).one()
        return len(work.session.exec(select(Order)).all()), coupon.used


def standing(work, placed):
    order = work.session.get_one(Order, placed.id)
    subscription = work.session.exec(select(Subscription).where(Subscription.order_id == placed.id)).one()
    return order.status, subscription.status, services_of_order(work, placed.id)[0].status


def limits(at, **values):
    with at.robot() as work:
        coupon = work.session.exec(select(Coupon).where(Coupon.code == "WELCOME10")).one()
        for name, value in values.items():
            setattr(coupon, name, value)


def test_an_order_holds_everything_it_will_become(at, ada):
    placed = ada.does(lambda work: place_order(work, wanting(hostname=" Web1.Example.COM. ")))

    [invoice] = ada.invoices()
    service = ada.does(lambda work: services_of_order(work, placed.id)[0])
    assert (placed.number, placed.status, placed.total.minor) == ("O-000001", OrderStatus.PLACED, 1353)
    assert (invoice.id, invoice.status, invoice.number) == (placed.invoice_id, InvoiceStatus.DRAFT, None)
    assert (service.status, service.hostname, service.panel) == (
        ServiceStatus.WAITING,
        "web1.example.com",
        "virtfusion",
    )
    assert ada.does(lambda work: is_payable(work, placed))
    assert at.panel_did()["servers"] == []


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("plan", {"plan": "vps-9"}),
        ("months", {"months": 7}),
        ("months", {"currency": "JPY"}),
        ("location", {"location": "atlantis"}),
        ("image", {"image": "windows-95"}),
        ("hostname", {"hostname": "localhost"}),
        ("coupon", {"coupon": "NOSUCHCODE"}),
    ],
    ids=str,
)
def test_an_order_is_refused_at_the_field_that_is_wrong_and_leaves_nothing(at, ada, field, wanted):
    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: place_order(work, wanting(**wanted)))

    assert refusal.value.field == field
    assert counts(at) == (0, 0)


@pytest.mark.parametrize("shown", [1352, -1353])
def test_a_price_that_was_not_the_one_shown_orders_nothing(at, ada, shown):
    with pytest.raises(PriceChanged, match=r"13\.53"):
        ada.does(lambda work: place_order(work, replace(WANTED, shown_total_minor=shown)))

    assert counts(at) == (0, 0)


def test_an_order_keeps_the_price_it_showed_for_good(at, ada):
    placed = ada.orders("vps-2")
    with at.robot() as work:
        for price in work.session.exec(select(Price)):
            price.amount_minor *= 3

    ada.pays(placed.invoice_id)
    at.sleeps(17)

    assert [invoice.total.minor for invoice in ada.invoices()] == [1353, 1353]


@pytest.mark.parametrize("role", [MemberRole.TECHNICAL, MemberRole.READ_ONLY])
def test_only_who_may_spend_money_orders(at, ada, role):
    with at.robot() as work:
        work.session.exec(select(Membership)).one().role = role

    with pytest.raises(NotAllowed):
        ada.orders()
    with at.house.database.opener(ANONYMOUS)() as work, pytest.raises(NotSignedIn):
        place_order(work, WANTED)


def test_a_suspended_customer_orders_nothing(at, ada):
    with at.robot() as work:
        work.session.exec(select(Customer)).one().suspended_at = work.now

    with pytest.raises(NotAllowed):
        ada.orders()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("web1.example.com", "web1.example.com"),
        ("WEB1.Example.Com.", "web1.example.com"),
        (" a.de ", "a.de"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        (f"{'x' * 63}.example.com", f"{'x' * 63}.example.com"),
    ],
)
def test_a_full_host_name_is_kept_in_lower_case(typed, name):
    assert clean_hostname(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        *("", "localhost", "web1", ".example.com", "web1..com", "-web.example.com", "web-.example.com", "192.0.2.1"),
        *("web_1.example.com", "web 1.example.com", "web1.example.com; rm -rf /", "web1.example.com\nHost: evil"),
        *("bücher.example", "web1.example.c", f"{'x' * 64}.example.com", ".".join(["abcdefghi"] * 20) + ".com"),
    ],
)
def test_what_is_no_host_name_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        clean_hostname(typed)

    assert refusal.value.field == "hostname"


def test_the_last_use_of_a_coupon_is_used_once(at, ada):
    limits(at, max_uses=1)
    people, told, together = [ada, at.signs_up("Ben Orr")], [], Barrier(2)

    def order_at_once(person):
        together.wait()
        try:
            told.append(person.orders(coupon="WELCOME10").status)
        except Invalid as refusal:
            told.append(refusal.message)

    threads = [Thread(target=order_at_once, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["This code has been used up.", OrderStatus.PLACED]
    assert counts(at) == (1, 1)


@pytest.mark.all_databases
def test_nothing_waits_for_an_order_that_has_expired(at, ada):
    placed = ada.orders()
    with at.robot() as work:
        before = standing(work, placed)

    at.sleeps(3)

    with at.robot() as work:
        after, counted = standing(work, placed), company_overview(work).services
    assert before == (OrderStatus.PLACED, SubscriptionStatus.PENDING, ServiceStatus.WAITING)
    assert after == (OrderStatus.EXPIRED, SubscriptionStatus.EXPIRED, ServiceStatus.EXPIRED)
    assert counted == {"expired": 1}


def test_what_is_paid_in_the_moment_its_order_expires_is_built(at, ada):
    placed = ada.orders()
    at.clock.move(timedelta(days=3))
    ada.pays(placed.invoice_id)

    with at.robot() as work:
        expire_orders(work)
        in_between = standing(work, placed)
    at.works()
    at.lives(days=0.01)

    with at.robot() as work:
        in_the_end = standing(work, placed)
    assert in_between == (OrderStatus.EXPIRED, SubscriptionStatus.ACTIVE, ServiceStatus.WAITING)
    assert in_the_end == (OrderStatus.PAID, SubscriptionStatus.ACTIVE, ServiceStatus.ACTIVE)


def test_an_order_that_nobody_pays_expires_and_gives_its_coupon_back(at, ada):
    limits(at, max_uses=1)
    ada.orders(coupon="WELCOME10")

    at.sleeps(ORDER_LASTS / timedelta(days=1) - 0.1)
    just_before = counts(at)
    at.sleeps(0.1)
    at.sleeps(1)

    [(expired, customer)] = ada.does(orders)
    assert just_before == (1, 1)
    assert (expired.status, customer.name) == (OrderStatus.EXPIRED, "Ada Moreno")
    assert counts(at) == (1, 0)
    assert not ada.does(lambda work: is_payable(work, expired))


def test_an_order_that_is_paid_after_all_is_built_and_counts_its_coupon_again(at, ada):
    placed = ada.orders(coupon="WELCOME10")
    at.sleeps(3)

    ada.pays(placed.invoice_id)
    at.lives(days=0.01)

    [(paid, _)] = ada.does(orders)
    [invoice] = ada.invoices()
    assert (paid.status, invoice.status) == (OrderStatus.PAID, InvoiceStatus.PAID)
    with at.robot() as work:
        assert standing(work, paid) == (OrderStatus.PAID, SubscriptionStatus.ACTIVE, ServiceStatus.ACTIVE)
    assert counts(at) == (1, 1)


def test_a_free_order_needs_no_payment_and_is_built_and_renewed_for_nothing(at, ada):
    limits(at, percent=100, cycles=2)

    placed = ada.orders(coupon="WELCOME10")
    at.lives(days=0.01)
    first_day = (ada.service().status, ada.does(lambda work: order(work, placed.id)).status)
    for _ in range(2):
        at.sleeps(31)

    free, renewal, full_price = ada.invoices()
    assert first_day == (ServiceStatus.ACTIVE, OrderStatus.PAID)
    assert (free.status, free.total.minor, free.number) == (InvoiceStatus.PAID, 0, "INV-2026-000001")
    assert (renewal.status, renewal.total.minor) == (InvoiceStatus.PAID, 0)
    assert (full_price.status, full_price.total.minor) == (InvoiceStatus.OPEN, 1353)
    assert ada.does(lambda work: invoice_pdf(work, free.id)).startswith(b"%PDF")
    assert at.stripe_did()["invoices"] == {}


@pytest.mark.parametrize(("cycles", "totals"), [(1, [1218, 1353, 1353]), (3, [1218, 1218, 1218]), (None, [1218] * 3)])
def test_a_coupon_counts_for_as_many_cycles_as_it_says(at, ada, cycles, totals):
    limits(at, cycles=cycles)

    placed = ada.orders(coupon="WELCOME10")
    ada.pays(placed.invoice_id)
    for _ in range(2):
        at.sleeps(29)

    assert [invoice.total.minor for invoice in ada.invoices()] == totals


def test_anothers_order_does_not_exist(at, ada):
    placed, eve = ada.orders(), at.signs_up("Eve Lang")

    for look in (order, services_of_order):
        with pytest.raises(NotFound):
            eve.does(lambda work, look=look: look(work, placed.id))

    assert eve.does(orders) == []
    assert len(ada.does(orders)) == 1


def test_what_is_ordered_is_written_once_for_each(at, ada):
    for _ in range(3):
        ada.orders()

    with at.robot() as work:
        numbers = [
            [service.number for service in work.session.exec(select(Service).order_by(Service.number))],
            [placed.number for placed in work.session.exec(select(Order).order_by(Order.number))],
        ]
        assert len(work.session.exec(select(SubscriptionItem)).all()) == 3
    assert numbers == [["S-000001", "S-000002", "S-000003"], ["O-000001", "O-000002", "O-000003"]]
