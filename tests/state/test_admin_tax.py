"""Taxes, currencies and a customer's standing on the screens of staff, and of the customer."""

import pytest
from sqlmodel import select

from ezscale.accounts.customers import change_tax_id
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import rules
from ezscale.models import Customer, Plan, Price, TaxExemption
from ezscale.state.account.profile import ProfileState
from ezscale.state.admin.currencies import ENTER, CurrenciesState
from ezscale.state.admin.currencies import RULES as CURRENCY_RULES
from ezscale.state.admin.customer_tax import CURRENCY, EXEMPT, CustomerTaxState
from ezscale.state.admin.overview import OverviewState
from ezscale.state.admin.tax import CHANGE, END, NEW, RULES, TaxState
from ezscale.state.ordering.order_form import OrderState
from ezscale.state.signing_in.registering import RegisterState
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

GERMAN_ID = "DE136695976"
TEXAS = {
    "country": "US",
    "region": "TX",
    "postcode": "",
    "name": "Sales tax",
    "percent": "8.25",
    "level": "1",
    "category": "",
    "buyers": "everybody",
    "valid_from": "2026-03-02",
    "valid_to": "",
}


async def test_a_rate_is_added_changed_and_ended(company):
    screen = Screen(company, TaxState, administrator(company))
    page = await screen.opens("/admin/tax/?q=United+States")
    nothing_yet = list(page.rows)

    await screen.does(page.ask(NEW, ""))
    await screen.does(page.add(TEXAS))
    await screen.does(page.refresh())
    added = [(row.country, row.place, row.rate, row.standing) for row in page.rows]
    await screen.does(page.ask(CHANGE, page.rows[0].id))
    await screen.does(page.change({"percent": "8.5", "valid_from": "2026-06-01"}))
    await screen.does(page.refresh())
    changed = sorted((row.rate, row.standing, row.until) for row in page.rows)
    later = next(row for row in page.rows if row.standing == "later")
    await screen.does(page.ask(END, later.id))
    await screen.does(page.end({"valid_to": "2026-12-31"}))
    await screen.does(page.refresh())

    assert nothing_yet == []
    assert added == [("United States", "US-TX", "8.25 %", "now")]
    assert changed == [("8.25 %", "now", "1 Jun 2026"), ("8.5 %", "later", "")]
    assert next(row.until for row in page.rows if row.id == later.id) == "31 Dec 2026"
    assert page.question == ""


async def test_what_cannot_be_stands_beside_its_field(company):
    screen = Screen(company, TaxState, administrator(company))
    page = await screen.opens("/admin/tax/?q=DE")
    await screen.does(page.ask(CHANGE, page.rows[0].id))

    await screen.does(page.change({"percent": "ninety", "valid_from": "2026-06-01"}))
    not_a_rate = dict(page.errors)
    await screen.does(page.change({"percent": "20", "valid_from": "soon"}))
    not_a_day = dict(page.errors)
    await screen.does(page.add(TEXAS | {"region": "ZZ"}))

    assert list(not_a_rate) == ["percent"]
    assert list(not_a_day) == ["valid_from"]
    assert list(page.errors) == ["region"]
    assert page.question == CHANGE


async def test_the_rules_are_decided(company):
    screen = Screen(company, TaxState, administrator(company))
    page = await screen.opens("/admin/tax/")
    await screen.does(page.ask(RULES, ""))
    form = {"registrations": "gb us-ca", "rounding": "invoice", "valid_days": "20", "prices_include_tax": True}

    await screen.does(page.decide(form | {"registrations": "ZZ"}))
    refused = dict(page.errors)
    await screen.does(page.decide(form))
    await screen.does(page.refresh())

    with company.robot() as work:
        decided = rules(work, TaxRules)
    assert list(refused) == ["registrations"]
    assert (decided.registrations, decided.rounding, decided.valid_days) == ("GB, US-CA", "invoice", 20)
    assert page.ticked == ["prices_include_tax"]


async def test_an_onlooker_sees_the_rates_and_changes_none(company):
    screen = Screen(company, TaxState, onlooker(company))
    page = await screen.opens("/admin/tax/?q=IE")
    await screen.does(page.ask(CHANGE, page.rows[0].id))

    await screen.does(page.change({"percent": "5", "valid_from": "2026-06-01"}))
    await screen.does(page.decide({"registrations": "GB", "rounding": "line", "valid_days": "30"}))

    await screen.does(page.refresh())
    assert [row.rate for row in page.rows] == ["23 %"]
    assert (page.may_change, page.may_decide, page.decided.registrations) == (False, False, "")
    assert {message.tone for message in page.messages} == {"danger"}


async def test_a_rate_is_entered_by_hand_and_reports_follow_it(company):
    boss = administrator(company)
    company.breaks(company.ecb_http, "down", times=0)
    company.signs_up("Ann", "GB", "GBP").buys()
    before = await Screen(company, OverviewState, boss).opens("/admin/")
    screen = Screen(company, CurrenciesState, boss)
    page = await screen.opens("/admin/currencies/")
    missing = list(page.troubled)

    await screen.does(page.ask(ENTER))
    await screen.does(page.enter({"base": "GBP", "quote": "GBP", "rate": "2", "as_of": "2026-03-02"}))
    refused = dict(page.errors)
    await screen.does(page.enter({"base": "GBP", "quote": "EUR", "rate": "2", "as_of": "2026-03-02"}))
    after = await Screen(company, OverviewState, boss).opens("/admin/")

    assert before.figures.mrr_together == "no rate for all currencies"
    assert (missing, list(refused)) == (["GBP", "USD"], ["quote"])
    assert [(row.code, row.rate, row.standing) for row in page.rows if row.code == "GBP"] == [("GBP", "0.5", "fresh")]
    assert [row.words for row in page.entered] == ["1 GBP = 2 EUR"]
    assert page.troubled == ["USD"]
    assert after.figures.mrr_together == "19,00\xa0€ in all"


DECIDED = {"offered": "EUR; usd  JPY", "reporting": "", "stale_after_days": "5"}


@pytest.mark.parametrize(("typed", "words"), [("", "at least one"), ("EUR, ABC", "ABC is not a currency")])
async def test_what_cannot_be_sold_in_is_refused_beside_the_field(company, typed, words):
    screen = Screen(company, CurrenciesState, administrator(company))
    page = await screen.opens("/admin/currencies/")
    await screen.does(page.ask(CURRENCY_RULES))

    await screen.does(page.decide(DECIDED | {"offered": typed}))

    assert words in page.errors["offered"]
    assert (page.question, page.offered) == (CURRENCY_RULES, "USD, EUR, GBP")


async def test_a_currency_that_staff_offer_is_offered_everywhere(company):
    boss, ada = administrator(company), company.signs_up("Ada Moreno", "GB", "GBP")
    ada.buys()
    with company.robot() as work:
        small = work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
        work.session.add(Price(plan_id=small.id, currency="JPY", months=1, amount_minor=900, since=work.now))
    before = await Screen(company, OrderState).opens("/order/?plan=vps-1&currency=JPY")
    in_yen_before = before.basket.currency
    screen = Screen(company, CurrenciesState, boss)
    page = await screen.opens("/admin/currencies/")

    await screen.does(page.decide(DECIDED))

    form = await Screen(company, RegisterState).opens("/register/")
    shop = await Screen(company, OrderState).opens("/order/?plan=vps-1&currency=JPY")
    overview = await Screen(company, OverviewState, boss).opens("/admin/")
    file = await Screen(company, CustomerTaxState, boss).opens(f"/admin/customer/?id={ada.actor.customer_id}")
    assert page.offered == "EUR, USD, JPY"
    assert [(each.value, each.text) for each in form.currencies][1:] == [
        ("USD", "US dollars ($)"),
        ("JPY", "Japanese Yen (¥)"),
    ]
    assert (in_yen_before, shop.basket.currency) == ("EUR", "JPY")
    assert [each.value for each in shop.currencies] == ["EUR", "USD", "JPY"]
    assert [each.value for each in overview.currencies] == ["EUR", "USD", "JPY", "GBP"]  # Ada still pays in pounds
    assert [each.value for each in file.currencies] == ["GBP", "EUR", "USD", "JPY"]


async def test_staff_exempt_a_customer_and_take_it_back(company):
    ada = company.signs_up()
    screen = Screen(company, CustomerTaxState, administrator(company))
    page = await screen.opens(f"/admin/customer/?id={ada.actor.customer_id}")

    await screen.does(page.ask(EXEMPT))
    await screen.does(page.grant({"reason": "", "since": "2026-03-02", "until": ""}))
    refused = dict(page.errors)
    await screen.does(page.grant({"reason": "Embassy", "since": "2026-03-02", "until": ""}))
    granted = [(line.reason, line.standing) for line in page.lines]
    await screen.does(page.grant({"reason": "Again", "since": "2026-05-02", "until": ""}))
    twice = dict(page.errors)
    await screen.does(page.withdraw(page.lines[0].id))

    assert (list(refused), granted, list(twice)) == (["reason"], [("Embassy", "holds")], ["since"])
    assert [line.standing for line in page.lines] == ["withdrawn"]


async def test_an_onlooker_grants_nothing(company):
    customer_id = company.signs_up().actor.customer_id
    screen = Screen(company, CustomerTaxState, onlooker(company))
    page = await screen.opens(f"/admin/customer/?id={customer_id}")

    await screen.does(page.grant({"reason": "Embassy", "since": "2026-03-02", "until": ""}))
    await screen.does(page.bill_in({"currency": "USD"}))
    await screen.does(page.ask_register())

    with company.robot() as work:
        assert work.session.exec(select(TaxExemption)).all() == []
        assert work.session.get_one(Customer, customer_id).currency == "EUR"


async def test_a_currency_is_changed_from_the_file_of_the_customer(company):
    customer_id = company.signs_up().actor.customer_id
    screen = Screen(company, CustomerTaxState, administrator(company))
    page = await screen.opens(f"/admin/customer/?id={customer_id}")
    await screen.does(page.ask(CURRENCY))

    await screen.does(page.bill_in({"currency": "JPY"}))
    refused = dict(page.errors)
    await screen.does(page.bill_in({"currency": "USD"}))

    assert list(refused) == ["currency"]
    with company.robot() as work:
        assert work.session.get_one(Customer, customer_id).currency == "USD"


async def test_the_customer_and_staff_see_what_is_known_of_a_tax_id(company):
    gerda = company.signs_up("Gerda Holm", "DE")
    gerda.does(lambda work: change_tax_id(work, GERMAN_ID))
    profile = Screen(company, ProfileState, gerda)
    file = Screen(company, CustomerTaxState, administrator(company))
    address = f"/admin/customer/?id={gerda.actor.customer_id}"

    being_checked = (await profile.opens("/account/profile/")).customer.tax_standing
    company.works()
    checked = (await profile.opens("/account/profile/")).customer.tax_standing
    seen = await file.opens(address)
    company.vies_http.post("/_sandbox/numbers", json={"number": GERMAN_ID, "registered": False})
    await file.does(seen.ask_register())
    company.works()
    revoked = (await profile.opens("/account/profile/")).customer.tax_standing

    assert being_checked == "Being checked. Until VIES answers, tax is charged."
    assert checked == "Checked with VIES on 2 Mar 2026."
    assert (seen.standing, seen.tone) == (checked, "success")
    assert revoked == "Not registered, VIES says (2 Mar 2026). Tax is charged."
