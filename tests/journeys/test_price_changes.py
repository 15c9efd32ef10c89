"""A year in which prices change: who pays what, month by month."""

from datetime import date

import pytest
from sqlmodel import select

from ezscale.billing.price_changes import change_price, changes_of, withdraw_change
from ezscale.catalog.price_list import PriceWish
from ezscale.models import InvoiceLine, MailMessage, Plan
from ezscale.models.service import ServiceStatus
from ezscale.reporting.revenue import recurring_revenue

MONTH = 30.44


@pytest.fixture
def rounds():
    return False


def test_a_year_with_a_grandfathered_an_announced_and_a_withdrawn_price(at):
    ada, eli = at.signs_up("Ada Moreno"), at.signs_up("Eli Stone")
    ada.buys("vps-1")  # 5.50 a month, from the second of March
    eli.buys("vps-1", months=12)  # 55 a year

    costs(at, "6.00")  # for new customers alone
    at.lives(days=MONTH)
    ben = at.signs_up("Ben Orr")
    ben.buys("vps-1")  # 6.00 a month, from the first of April
    costs(at, "7.00", date(2026, 6, 15))  # for those who pay 6.00, which Ada does not
    at.lives(days=4 * MONTH)
    withdrawn = costs(at, "9.00", date(2026, 10, 1))
    at.lives(days=5)
    with at.robot() as work:
        withdraw_change(work, withdrawn)
    costs(at, "60.00", date(2027, 2, 1), months=12)
    for _ in range(8):
        at.sleeps(days=10)  # in which nothing is due
        at.lives(days=MONTH - 10)
        assert at.complaints() == {}

    assert set(paid(ada)) == {550}
    assert paid(ben) == [600, 600, 600, *[700] * (len(paid(ben)) - 3)]
    assert paid(eli) == [5500, 6000]
    assert {person.service().status for person in (ada, ben, eli)} == {ServiceStatus.ACTIVE}
    with at.robot() as work:
        told = sorted(
            (mail.template, mail.to) for mail in work.session.exec(select(MailMessage)) if "price" in mail.template
        )
        assert recurring_revenue(work)["EUR"].minor == 550 + 700 + 500
    assert told == [
        *[("price_change", "ben@example.com")] * 2,
        ("price_change", "eli@example.com"),
        ("price_stays", "ben@example.com"),
    ]


def costs(at, amount, effective_on=None, months=1):
    """The smallest server costs something else; the change that was announced, if one was."""
    with at.robot() as work:
        plan = work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
        change_price(work, plan.id, PriceWish("EUR", months, amount), effective_on)
        return changes_of(work, plan.id)[0].change.id if effective_on else None


def paid(person):
    """The net of every period that they were invoiced for, in order."""
    ids = [invoice.id for invoice in person.invoices()]
    with person.at.robot() as work:
        lines = [line for line in work.session.exec(select(InvoiceLine)) if line.invoice_id in ids]
    return [line.net_minor for line in sorted(lines, key=lambda line: line.period_start)]
