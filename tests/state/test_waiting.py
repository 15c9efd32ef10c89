"""Waiting, in front of the screen: for a build, for room, and for one's turn."""

import pytest
from sqlmodel import select

from ezscale.catalog.waitlist import join_waitlist
from ezscale.models import Refund
from ezscale.models.refund import RefundStatus
from ezscale.pages.account.service import service as page_of_service
from ezscale.pages.admin.waitlist import waitlist as page_of_waitlist
from ezscale.pages.ordering.order import order as order_page
from ezscale.state.account.service import ServiceState
from ezscale.state.admin.waitlist import WaitlistState
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.plans import no_room, restock, turns
from tests.state.order_page import euros
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


async def test_the_page_says_in_plain_words_what_holds_up_a_build(company, ada):
    company.breaks(company.panel_http, "down", "/servers", "POST", times=0)
    ada.pays(ada.orders().invoice_id)
    company.works()

    page = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={ada.service().id}")

    assert page.service.status == "building"
    assert page.trouble.startswith("Setting it aside takes longer than usual")
    assert page.log[0].text == page.trouble
    company.mends(company.panel_http)


async def test_whoever_does_not_want_to_wait_for_room_has_their_money_back_once(company, ada):
    no_room(company)
    ada.pays(ada.orders().invoice_id)
    company.works()
    screen = Screen(company, ServiceState, ada)

    page = await screen.opens(f"/account/service/?id={ada.service().id}")
    offered = (page.service.status, euros(page.undelivered.whole), page.undelivered.all_goes)
    await screen.does(page.give_back("nonsense"))
    await screen.does(page.give_back("refund"))
    await screen.does(page.give_back("credit"))
    company.lives(0.1)

    assert offered == ("waitlisted", "13,53 €", True)
    assert (page.service.status, page.undelivered.whole) == ("terminated", "")
    assert [message.text for message in page.messages] == [
        "Please choose one from the list.",
        "Your money is on its way back. You hear from us by mail.",
        "The money for it has gone back already.",
    ]
    with company.robot() as work:
        assert [refund.status for refund in work.session.exec(select(Refund))] == [RefundStatus.SUCCEEDED]


async def test_a_customer_joins_the_waitlist_and_orders_when_it_is_their_turn(company, ada):
    turns(company, stock=0)
    screen, visitor = Screen(company, OrderState, ada), Screen(company, OrderState)
    page = await screen.opens("/order/?plan=vps-2")
    before = (page.waiting.standing, page.priced)

    await screen.does(page.join_waitlist())
    waits = (page.waiting.standing, page.waiting.ahead)
    with company.robot() as work:
        restock(work, "vps-2", 1)
    company.works()
    page = await screen.opens("/order/?plan=vps-2")
    turn = (page.waiting.standing, page.priced, page.waiting.until != "")
    others = await visitor.opens("/order/?plan=vps-2")
    anybody = (others.waiting.standing, others.priced)
    await screen.does(page.leave_waitlist())
    await visitor.does(others.join_waitlist())

    assert (before, waits, turn) == (("sold-out", False), ("waiting", 0), ("offered", True, True))
    assert anybody == ("sold-out", False)
    assert (page.waiting.standing, page.priced) == ("", True)  # nobody else waits: it is for sale again
    assert visitor.goes_to.startswith("/login/")


async def test_staff_see_who_waits_and_decide_with_a_reason(company, ada):
    turns(company, stock=0)
    ben = company.signs_up("Ben Orr")
    for person in (ada, ben):
        person.does(lambda work: join_waitlist(work, "vps-2"))
    with company.robot() as work:
        restock(work, "vps-2", 1)
    company.works()
    screen = Screen(company, WaitlistState, administrator(company))
    page = await screen.opens("/admin/waitlist/")
    [first, second] = [(row.customer, row.place) for row in page.rows]

    await screen.does(page.ask("offer", page.rows[1].id))
    await screen.does(page.decide({"why": "Promised"}))
    refused = dict(page.errors)
    await screen.does(page.ask("remove", page.rows[0].id))
    about = page.about
    await screen.does(page.decide({"why": "Has two accounts"}))
    company.works()
    await screen.does(page.refresh())

    assert (first, second) == (("Ada Moreno", "Offered"), ("Ben Orr", "1"))
    assert refused == {"why": "None of VPS 2 is left to offer. Please raise its stock first."}
    assert about == "Ada Moreno"
    assert [(row.customer, row.place) for row in page.rows] == [("Ben Orr", "Offered")]
    assert page.deciding == ""
    quiet = await Screen(company, WaitlistState, onlooker(company)).opens("/admin/waitlist/")
    assert not quiet.may_decide


def test_the_pages_can_be_drawn():
    for page in (page_of_service, page_of_waitlist, order_page):
        assert "aria" in str(page())
