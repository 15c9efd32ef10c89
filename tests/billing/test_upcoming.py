from datetime import date

import pytest

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.received import payments_on
from ezscale.billing.upcoming import upcoming
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from tests.company import Company


@pytest.fixture
def company(database, clock, tmp_path):
    return Company(database, clock, tmp_path, rounds=False)


def test_what_comes_next_is_what_the_renewal_will_ask_for(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-2")

    [coming] = ada.does(upcoming)
    company.lives(days=20)

    assert (coming.starts_on, coming.total) == (date(2026, 4, 2), Money(1309, "EUR"))
    assert ada.invoices()[-1].total == coming.total


def test_the_soonest_comes_first(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-1", months=12)
    ada.buys("vps-2")

    coming = ada.does(upcoming)

    assert [period.months for period in coming] == [1, 12]


def test_a_discount_counts_as_long_as_it_lasts(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-2", coupon="WELCOME10")  # for three cycles

    totals = []
    for _ in range(3):
        totals.append(ada.does(upcoming)[0].total.minor)
        company.lives(days=31)

    assert totals == [1178, 1178, 1309]


def test_a_cancelled_server_is_not_billed_again(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    server = ada.buys("vps-2")

    ada.does(lambda work: cancel_at_period_end(work, server.item_id))

    [coming] = ada.does(lambda work: upcoming(work, item_id=server.item_id))
    assert (coming.ends_on, coming.will_be_billed) == (date(2026, 4, 2), False)


def test_nobody_sees_what_others_will_pay_or_have_paid(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    server = ada.buys("vps-2")
    bob = company.signs_up("Bob Byrne")

    assert bob.does(upcoming) == []
    assert bob.does(lambda work: upcoming(work, item_id=server.item_id)) == []
    with pytest.raises(NotFound):
        bob.does(lambda work: payments_on(work, ada.invoices()[0].id))


def test_a_payment_is_found_on_its_invoice(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-2")

    [(payment, _)] = ada.does(lambda work: payments_on(work, ada.invoices()[0].id))

    assert payment.amount == Money(1309, "EUR")
