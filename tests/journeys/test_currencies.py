"""A customer's life in currencies with no decimals and with three: bought, changed, renewed, taken back in parts."""

import pytest
from sqlmodel import select

from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.billing.credit_notes import creditable, issue_credit_note
from ezscale.company.currencies import CurrencyRules
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.models import Plan, Price
from ezscale.ordering.quoting import Wish, quote
from tests.journeys.records import credit_of, subscription_of

# VPS 2 and VPS 3 a month; with 23 % VAT: the first invoice, the change for 17 of 31 days, the renewal.
LIVES = {
    "JPY": (1_100, 2_200, [1_353, 1_206 + 277 - 603 - 139, 2_706]),
    "KWD": (11_000, 22_000, [13_530, 12_065 + 2_775 - 6_032 - 1_387, 27_060]),
}


@pytest.mark.parametrize("currency", LIVES)
def test_everything_is_rounded_to_its_own_smallest_unit(at, currency):
    small, big, sums = LIVES[currency]
    with pytest.raises(Invalid, match="one of our currencies"):
        at.signs_up("Kei Ito", "IE", currency)
    sells_in(at, currency, {"vps-2": small, "vps-3": big})
    kei = at.signs_up("Kei Ito", "IE", currency)
    kei.buys("vps-2")
    at.lives(days=14)

    mine = subscription_of(kei).id
    quote = kei.does(lambda work: quote_change(work, mine, ChangeWish("vps-3")))
    kei.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    at.lives(days=20)
    renewal = kei.invoices()[-1]
    takes_back_a_third(at, renewal)
    takes_back_the_rest(at, renewal)

    assert [invoice.total_minor for invoice in kei.invoices()] == sums
    captured = at.stripe_did()["invoices"]
    assert [captured[str(invoice.id)]["captured"] for invoice in kei.invoices()] == sums
    assert credit_of(kei, currency) == renewal.total_minor


def test_who_is_billed_in_a_currency_that_is_no_longer_offered_keeps_it_and_buys_on(at):
    sells_in(at, "JPY", {"vps-2": 1_100})
    kei, ada = at.signs_up("Kei Ito", "IE", "JPY"), at.signs_up("Ada Moreno", "IE", "EUR")
    kei.buys("vps-2")
    at.works()

    offers(at, "EUR", "USD")

    kei.buys("vps-2")
    at.lives(days=32)
    assert [invoice.total_minor for invoice in kei.invoices()] == [1_353] * 4
    with pytest.raises(Invalid, match="not offered for that currency"):
        ada.does(lambda work: quote(work, Wish("vps-2", 1, "JPY", "IE")))
    with pytest.raises(Invalid) as refused:
        at.signs_up("Mio Sato", "IE", "JPY")
    assert refused.value.field == "currency"


def offers(at, *currencies):
    with at.robot() as work:
        set_rules(work, CurrencyRules, {"offered": currencies})


def sells_in(at, currency, prices):
    offers(at, "EUR", currency)
    with at.robot() as work:
        for plan in work.session.exec(select(Plan)):
            if plan.slug in prices:
                minor = prices[plan.slug]
                price = {"currency": currency, "months": 1, "amount_minor": minor, "since": work.now}
                work.session.add(Price(plan_id=plan.id, **price))


def takes_back_a_third(at, invoice):
    with at.robot() as work:
        [rest] = creditable(work, invoice.id)
        issue_credit_note(work, invoice.id, {rest.line.id: Money(rest.net.minor // 3, invoice.currency)}, "Down")


def takes_back_the_rest(at, invoice):
    with at.robot() as work:
        issue_credit_note(work, invoice.id, None, "Gone")
