import re
from decimal import Decimal

import pytest

from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.billing.explaining import explain_invoice, timeline_of
from ezscale.billing.extending import extend_subscription
from ezscale.kit.errors import NotFound
from ezscale.models.customer import MemberRole
from tests.journeys.records import subscription_of


@pytest.fixture
def ada(at):
    """Since 2 March she has a server for 11.00 a month less 10 %, with 23 % VAT; since 16 March a bigger one."""
    ada = at.signs_up("Ada Moreno", country="IE")
    ada.buys("vps-2", coupon="WELCOME10")
    at.lives(days=14)
    mine = subscription_of(ada).id
    quote = ada.does(lambda work: quote_change(work, mine, ChangeWish("vps-3")))
    ada.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    at.works()
    return ada


def told(person, invoice):
    return person.does(lambda work: explain_invoice(work, invoice.id, str))


def test_every_line_is_explained_by_a_sum_that_can_be_checked(at, ada):
    first, change = ada.invoices()

    assert told(ada, first) == {1: "11.00 EUR for 31 days − 1.10 EUR discount = 9.90 EUR; 23 % VAT 2.28 EUR"}
    assert told(ada, change) == {
        1: "You had paid 9.90 EUR and did not use 17 of 31 days: 9.90 EUR × 17 of 31 days = 5.43 EUR back; 23 % VAT -1.25 EUR",
        2: "22.00 EUR × 17 of 31 days = 12.06 EUR; 12.06 EUR − 1.21 EUR discount = 10.85 EUR; 23 % VAT 2.50 EUR",
    }
    for words in told(ada, change).values():
        [sums] = re.findall(r"([\d.]+) EUR × (\d+) of (\d+) days = ([\d.]+)", words)
        price, share, of, part = map(Decimal, sums)
        assert abs(price * share / of - part) <= Decimal("0.005")


def test_the_timeline_tells_everything_that_made_the_price(at, ada):
    mine = subscription_of(ada).id
    with at.robot() as work:
        extend_subscription(work, mine, 3, "The outage of 15 March")

    happened = ada.does(lambda work: timeline_of(work, mine))

    texts = [one.text for one in reversed(happened)]
    assert texts == [
        "Ordered",
        "Paid and begun",
        "First invoice: INV-2026-000001",
        "Change: VPS 2 to VPS 3",
        "The change holds: VPS 2 to VPS 3",
        "3 days given, until 5 April 2026: The outage of 15 March",
        "Change: INV-2026-000002",
    ]
    assert [one.amount.minor for one in happened if one.invoice_id] == [667, 1218]


def test_nobody_else_is_told(at, ada):
    mine, bill = subscription_of(ada).id, ada.invoices()[0].id
    bob = at.signs_up("Bob Byrne")
    technician = ada.brings_along("Cy Doyle", MemberRole.TECHNICAL)

    with pytest.raises(NotFound):
        bob.does(lambda work: timeline_of(work, mine))
    with pytest.raises(NotFound):
        bob.does(lambda work: explain_invoice(work, bill, str))
    with pytest.raises(NotFound):
        technician.does(lambda work: explain_invoice(work, bill, str))
    assert all(one.invoice_id is one.amount is None for one in technician.does(lambda work: timeline_of(work, mine)))
