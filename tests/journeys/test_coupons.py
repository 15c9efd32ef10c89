"""Every kind of coupon over every duration: four months of invoices, each sum reckoned by hand."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from ezscale.catalog.coupons import release_coupon
from ezscale.kit.errors import Invalid
from ezscale.models import Coupon, CouponUse, Invoice, InvoiceLine, Order, Price, Subscription
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import InvoiceStatus

# VPS 2 in Ireland: 11.00 a month and 5.00 once for the setup, 23 % VAT on each line.
FULL, SETUP = 1353, 615  # 11.00 + 2.53, 5.00 + 1.15
KINDS: dict[CouponKind, tuple[dict[str, Any], int, int]] = {
    CouponKind.PERCENT: ({"percent": 10}, 1218, SETUP),  # 9.90 + 2.28 (2.277)
    CouponKind.FIXED: ({"amounts": {"EUR": 300}}, 984, SETUP),  # 8.00 + 1.84
    CouponKind.OVERRIDE: ({"amounts": {"EUR": 400}, "months": [1]}, 492, SETUP),  # 4.00 + 0.92
    CouponKind.FREE_SETUP: ({}, FULL, 0),
}
DURATIONS = {"once": 1, "twice": 2, "for ever": None}


def test_each_kind_for_each_duration(at):
    people, expected = {}, {}
    with at.robot() as work:
        for price in work.session.exec(select(Price)):
            price.setup_minor = 500
        for kind, (values, _, _) in KINDS.items():
            for name, cycles in DURATIONS.items():
                code = f"{kind}-{name}".upper().replace(" ", "-")
                work.session.add(Coupon(code=code, kind=kind, cycles=cycles, since=work.now, **values))
    for number, (kind, (_, with_it, setup)) in enumerate(KINDS.items()):
        for name, cycles in DURATIONS.items():
            person = at.signs_up(f"{'ABCD'[number]}{name.replace(' ', '')} Moreno")
            people[kind, name] = person
            order = person.orders(coupon=f"{kind}-{name}".upper().replace(" ", "-"))
            person.pays(order.invoice_id)
            left = 4 if cycles is None else cycles
            later = [with_it] * left + [FULL] * (4 - left)
            expected[kind, name] = [later[0] + setup, *later[1:]]
    at.works()

    for days in (28, 4, 27, 4, 26, 4):
        at.sleeps(days)

    assert {which: [row.total.minor for row in person.invoices()] for which, person in people.items()} == expected
    with at.robot() as work:
        assert all(row.status is InvoiceStatus.PAID for row in work.session.exec(select(Invoice)))
        assert min(row.net_minor for row in work.session.exec(select(InvoiceLine))) >= 0


@pytest.mark.parametrize(
    "values",
    [
        {"max_uses": 1, "used": 1},
        {"plans": ["vps-1"]},
        {"months": [12]},
        {"kind": CouponKind.FIXED, "amounts": {"USD": 100}},
        {"referred_only": True},
        {"since": timedelta(days=1)},
        {"until": timedelta(0)},
    ],
    ids=str,
)
def test_a_refused_code_is_named_at_its_field_and_changes_nothing(at, values):
    ada = at.signs_up("Ada Moreno")
    with at.robot() as work:
        moments = {name: work.now + value for name, value in values.items() if isinstance(value, timedelta)}
        work.session.add(Coupon(**{"code": "SPRING", "percent": 10, "since": work.now} | values | moments))

    with pytest.raises(Invalid) as refusal:
        ada.orders(coupon="SPRING")

    assert refusal.value.field == "coupon"
    with at.robot() as work:
        for table in (Order, Invoice, Subscription, CouponUse):
            assert work.session.exec(select(table)).all() == []


def test_a_code_for_each_once_is_free_again_when_nobody_paid(at):
    ada = at.signs_up("Ada Moreno")
    with at.robot() as work:
        work.session.add(Coupon(code="SPRING", percent=10, uses_each=1, new_customers_only=True, since=work.now))
    first = ada.orders(coupon="SPRING")
    with pytest.raises(Invalid):
        ada.orders(coupon="SPRING")

    at.sleeps(3)  # nobody has paid
    second = ada.orders(coupon="SPRING")

    assert (first.coupon_code, second.coupon_code) == ("SPRING", "SPRING")
    with at.robot() as work:
        assert work.session.exec(select(Coupon.used).where(Coupon.code == "SPRING")).one() == 1
        release_coupon(work, first.id)  # once more is not twice
        assert work.session.exec(select(Coupon.used).where(Coupon.code == "SPRING")).one() == 1
