from datetime import timedelta
from types import SimpleNamespace

import pytest

from ezscale.kit.errors import BusinessError, Invalid, NotAllowed
from ezscale.models.invoice import InvoiceStatus
from ezscale.reporting import time_machine
from ezscale.reporting.time_machine import FARTHEST, ask_to_travel, company_time


def asks(at, **by):
    with at.robot() as work:
        return ask_to_travel(work, timedelta(**by))


def stands_at(at):
    with at.robot() as work:
        return company_time(work)


def test_the_company_lives_through_every_day_on_the_way(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    began = at.clock.now
    at.sleeps(16)

    until = asks(at, days=16)
    on_the_way = stands_at(at)
    at.works()

    assert (on_the_way.destination, until) == (until, began + timedelta(days=32))
    assert timedelta(0) <= at.clock.now - until < timedelta(minutes=1)
    assert stands_at(at).destination is None
    assert [invoice.status for invoice in ada.invoices()] == [InvoiceStatus.PAID, InvoiceStatus.PAID]
    assert ada.invoices()[1].issued_on == (began + timedelta(days=17)).date()


def test_who_is_on_the_way_cannot_set_off_again(at):
    asks(at, days=1)

    with pytest.raises(BusinessError, match="on its way"):
        asks(at, days=2)

    at.works()
    assert asks(at, hours=1) == at.clock.now + timedelta(hours=1)
    at.works()


@pytest.mark.parametrize("by", [timedelta(0), timedelta(days=-1), FARTHEST + timedelta(seconds=1)], ids=str)
def test_time_goes_ahead_and_not_too_far(at, by):
    with pytest.raises(Invalid) as refusal, at.robot() as work:
        ask_to_travel(work, by)

    assert refusal.value.field == "by"


def test_no_clock_is_moved_while_real_money_is_at_stake(at, monkeypatch):
    monkeypatch.setattr(time_machine, "settings", lambda: SimpleNamespace(sandbox=False))

    with pytest.raises(BusinessError, match="real vendors"):
        asks(at, days=1)

    assert not stands_at(at).can_travel


def test_the_clock_is_for_staff(at):
    ada = at.signs_up("Ada Moreno")

    for look in (company_time, lambda work: ask_to_travel(work, timedelta(days=1))):
        with pytest.raises(NotAllowed):
            ada.does(look)
