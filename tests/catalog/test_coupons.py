"""Whether a code counts, for whom and how often: also when fifty want it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func
from sqlmodel import select

from ezscale.catalog.coupons import count_again, coupon_for, release_coupon, use_coupon
from ezscale.kit.actor import robot
from ezscale.kit.errors import Invalid, TemporaryFailure
from ezscale.models import Coupon, CouponUse, Customer, Invoice, Order, Referral
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from tests.builders import an_invoice, an_order

NUMBERS = iter(range(1, 10**6))


def a_customer(work):
    number = f"C-{next(NUMBERS):06}"
    customer = Customer(
        number=number,
        panel_ref=number,
        name="Ada Moreno",
        email="ada@example.com",
        country="IE",
        currency="EUR",
        created_at=work.now,
    )
    work.session.add(customer)
    work.session.flush()
    return customer


def orders(work, customer, status=OrderStatus.PLACED):
    """An order of theirs, with its draft."""
    invoice = an_invoice(InvoiceStatus.DRAFT, customer_id=customer.id)
    work.session.add(invoice)
    work.session.flush()
    order = an_order(status, number=f"O-{next(NUMBERS):06}", customer_id=customer.id, invoice_id=invoice.id)
    work.session.add(order)
    work.session.flush()
    return order


def a_coupon(work, **values):
    coupon = Coupon(**{"code": "SPRING", "percent": 10, "since": work.now - timedelta(days=1)} | values)
    work.session.add(coupon)
    work.session.flush()
    return coupon


def refused(work, words, **how):
    with pytest.raises(Invalid, match=words) as refusal:
        coupon_for(work, "spring", "EUR", **how)
    assert refusal.value.field == "coupon"


@pytest.mark.parametrize(
    ("values", "asked", "words"),
    [
        ({"plans": ["vps-1"]}, {"plan": "vps-2"}, "not for this plan"),
        ({"plans": ["vps-1"]}, {"basket": [("vps-2", 1), ("vps-3", 1)]}, "not for this plan"),
        ({"months": [12]}, {"plan": "vps-1", "months": 1}, "not for this billing cycle"),
        ({"plans": ["vps-1"], "months": [12]}, {"basket": [("vps-1", 1), ("vps-2", 12)]}, "not for this billing cycle"),
        ({"kind": "override", "amounts": {"USD": 100}}, {}, "prices in USD"),
        ({"kind": "fixed", "amounts": {"USD": 1, "GBP": 1}}, {}, "prices in GBP, USD"),
        ({"max_uses": 2, "used": 2}, {}, "used up"),
    ],
    ids=str,
)
def test_a_code_that_does_not_count_says_why(work, values, asked, words):
    a_coupon(work, **values)

    refused(work, words, **asked)


def test_of_a_basket_one_thing_that_is_covered_is_enough(work):
    coupon = a_coupon(work, plans=["vps-1"], months=[12])

    assert coupon_for(work, "SPRING", "EUR", basket=[("vps-2", 1), ("vps-1", 12)]) == coupon
    assert coupon_for(work, "SPRING", "EUR") == coupon


def test_each_customer_uses_a_code_as_often_as_they_may(work):
    coupon, ada, ben = a_coupon(work, uses_each=1), a_customer(work), a_customer(work)
    first = orders(work, ada)
    use_coupon(work, coupon.id, first.id)
    assert work.session.exec(select(CouponUse.customer_id)).one() == ada.id

    refused(work, "used this code already", customer_id=ada.id)
    with pytest.raises(Invalid, match="used this code already"):
        use_coupon(work, coupon.id, orders(work, ada).id)
    use_coupon(work, coupon.id, orders(work, ben).id)

    release_coupon(work, first.id)
    assert coupon_for(work, "SPRING", "EUR", customer_id=ada.id) == coupon
    count_again(work, first.id)
    refused(work, "used this code already", customer_id=ada.id)
    assert coupon.used == 2


@pytest.mark.parametrize(
    ("past", "is_new"),
    [
        (lambda work, ada: work.session.refresh(ada), True),
        (lambda work, ada: orders(work, ada, OrderStatus.EXPIRED), True),
        (lambda work, ada: orders(work, ada, OrderStatus.PLACED), False),
        (lambda work, ada: orders(work, ada, OrderStatus.PAID), False),
        (lambda work, ada: work.session.add(an_invoice(InvoiceStatus.PAID, customer_id=ada.id)), False),
    ],
    ids=["nothing", "an order nobody paid", "an order", "a paid order", "a paid invoice"],
)
def test_who_is_a_new_customer(work, past, is_new):
    coupon, ada = a_coupon(work, new_customers_only=True), a_customer(work)
    past(work, ada)
    work.session.flush()

    if is_new:
        assert coupon_for(work, "SPRING", "EUR", customer_id=ada.id) == coupon
        use_coupon(work, coupon.id, orders(work, ada).id)
    else:
        refused(work, "for new customers", customer_id=ada.id)
        with pytest.raises(Invalid, match="for new customers"):
            use_coupon(work, coupon.id, orders(work, ada).id)
        assert coupon.used == 0


def test_a_code_for_those_who_were_sent_is_for_nobody_else(work):
    coupon, ada, ben = a_coupon(work, referred_only=True), a_customer(work), a_customer(work)

    refused(work, "come by a customer's link", customer_id=ben.id)

    work.session.add(Referral(referrer_id=ada.id, referred_id=ben.id, came_at=work.now))
    assert coupon_for(work, "SPRING", "EUR", customer_id=ben.id) == coupon


@pytest.mark.all_databases
@pytest.mark.parametrize("limit", [{"max_uses": 1}, {"uses_each": 1}], ids=str)
def test_of_fifty_orders_at_once_one_gets_the_last_use(database, work, limit):
    coupon = a_coupon(work, **limit)
    ada = a_customer(work)
    asking = [orders(work, ada).id for _ in range(50)]
    work.session.commit()
    together = Barrier(10)

    def ask(order_ids):
        told = []
        together.wait()
        for order_id in order_ids:
            while True:
                try:
                    with database.opener(robot("test"))() as each:
                        use_coupon(each, coupon.id, order_id)
                    told.append("used")
                except Invalid as refusal:
                    told.append(refusal.field)
                except TemporaryFailure:
                    continue
                break
        return told

    with ThreadPoolExecutor(10) as pool:
        told = [word for words in pool.map(ask, [asking[place::10] for place in range(10)]) for word in words]

    assert sorted(told) == ["coupon"] * 49 + ["used"]
    work.session.expire_all()
    assert work.session.exec(select(func.count()).select_from(CouponUse)).one() == 1
    assert work.session.get_one(Coupon, coupon.id).used == 1


@pytest.mark.all_databases
def test_somebody_is_new_once_whatever_codes_they_have(database, work):
    codes = [a_coupon(work, code=f"NEW-{place}", new_customers_only=True).id for place in range(4)]
    ada = a_customer(work)
    work.session.commit()
    together = Barrier(4)

    def order_with(coupon_id):
        together.wait()
        while True:
            try:
                with database.opener(robot("test"))() as each:
                    placed = orders(each, each.session.get_one(Customer, ada.id))
                    use_coupon(each, coupon_id, placed.id)
                return "used"
            except Invalid as refusal:
                return refusal.message
            except TemporaryFailure:
                continue

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(order_with, codes))

    assert sorted(told) == ["This code is for new customers."] * 3 + ["used"]
    assert work.session.exec(select(func.count()).select_from(Order)).one() == 1
    assert work.session.exec(select(func.count()).select_from(Invoice)).one() == 1
