"""The page of one's own credit, and the customer's file beside it."""

import pytest

from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.credit import CreditState
from ezscale.state.admin.top_ups import TopUpsState
from tests.company import GOOD_CARD
from tests.journeys.records import credit_of
from tests.state.panel import administrator
from tests.state.portal import Screen

HERE = "/account/credit/"
TERMS = {"below": "15", "each": "20", "monthly_most": "50", "agreed": "on"}


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_a_top_up_is_paid_on_the_page_and_seen_on_the_way_back(company, ada):
    screen = Screen(company, CreditState, ada)
    page = await screen.opens(HERE)
    ways = [way.value for way in page.credit.ways]

    await screen.does(page.top_up({"amount": "a lot", "method": "page", "key": page.key}))
    wrong = dict(page.errors)
    await screen.does(page.top_up({"amount": "50", "method": "page", "key": page.key}))
    back = pay_on_page(company.browser, screen.goes_to, GOOD_CARD).headers["location"]
    page = await screen.opens(back.removeprefix("http://localhost"))

    assert (ways, list(wrong)) == (["page", "paypal"], ["amount"])
    assert [(row.number, row.status) for row in page.credit.top_ups] == [("TU-000001", "paid")]
    assert page.credit.balance == "50,00\xa0€"
    assert [row.reason for row in page.rows] == ["Top-up TU-000001"]
    assert screen.goes_to == HERE


async def test_a_form_that_is_sent_twice_charges_the_kept_card_once(company, ada):
    ada.leaves_card(GOOD_CARD)
    screen = Screen(company, CreditState, ada)
    page = await screen.opens(HERE)
    form = {"amount": "50", "method": "kept", "key": page.key}

    await screen.does(page.top_up(form))
    company.works()
    await screen.does(page.top_up(form))
    company.works()
    await screen.does(page.refresh())

    assert (page.credit.balance, len(page.credit.top_ups)) == ("50,00\xa0€", 1)
    assert form["key"] != page.key


async def test_automatic_top_ups_are_agreed_to_seen_by_staff_and_stopped(company, ada):
    ada.leaves_card(GOOD_CARD)
    screen, boss = Screen(company, CreditState, ada), administrator(company)
    page = await screen.opens(HERE)

    await screen.does(page.agree({**TERMS, "agreed": ""}))
    unsaid = dict(page.errors)
    await screen.does(page.agree(TERMS))
    company.works()
    await screen.does(page.refresh())
    file = Screen(company, TopUpsState, boss)
    shown = await file.opens(f"/admin/customer/?id={ada.actor.own_customer()}")
    [row] = shown.rows
    await file.does(shown.ask(row.id))
    await file.does(shown.send({"amount": "5", "reason": "A slip"}))
    await screen.does(page.refresh())
    paused = page.credit.automatic.status, page.credit.automatic.because
    await screen.does(page.go_on())
    await file.does(shown.stop({"why": ""}))
    await file.does(shown.stop({"why": "Too many disputes"}))
    await screen.does(page.refresh())

    assert list(unsaid) == ["agreed"]
    assert (row.how, row.status, row.back) == ("Automatic", "paid", "20,00\xa0€")
    assert credit_of(ada) == 1500
    assert paused == ("paused", "credit was sent back to you")
    assert (page.credit.automatic.status, page.credit.automatic.because) == ("off", "Too many disputes")
