"""Orders and offers on the staff's screens, and an offer on the customer's."""

import pytest
from sqlmodel import col, select

from ezscale.models import Offer, Order
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.offer import OfferState
from ezscale.state.account.order import PlacedOrderState
from ezscale.state.account.overview import OverviewState
from ezscale.state.admin.compose_offer import ComposeState
from ezscale.state.admin.offers import OffersState
from ezscale.state.admin.offers import OfferState as AdminOfferState
from ezscale.state.admin.order import OrderState
from ezscale.state.admin.orders import OrdersState
from tests.ordering.fitted import fit_the_shop
from tests.ordering.plans import turns
from tests.state.order_page import euros
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    with company.robot() as work:
        fit_the_shop(work)
    return company.signs_up("Ada Moreno", country="DE")


@pytest.fixture
def olivia(company):
    return administrator(company)


@pytest.fixture
def held(company, ada):
    turns(company, needs_approval=True)
    order = ada.orders(options={"memory": 8})
    ada.pays_by_paypal(order.invoice_id)
    company.works()
    return order


@pytest.fixture
def reserved(company, ada):
    turns(company, needs_approval=True)
    order = ada.orders()
    ada.pays(order.invoice_id)
    company.works()
    return order


def order_now(company, order):
    with company.robot() as work:
        return work.session.get_one(Order, order.id).status


async def test_staff_see_everything_about_an_order_and_approve_it(company, ada, olivia, held):
    listed = await Screen(company, OrdersState, olivia).opens("/admin/orders/?status=held")
    screen = Screen(company, OrderState, olivia)
    file = await screen.opens(f"/admin/order/?id={held.id}")
    before = (file.order.status, file.order.placed_by, file.order.on_hold, file.may_decide)

    await screen.does(file.ask("approve"))
    await screen.does(file.decide({"reason": "Telephoned"}))

    assert [row.id for row in listed.rows] == [str(held.id)]
    assert before == ("held", "Ada Moreno", True, True)
    assert [line.text for line in file.lines] == ["VPS 2, monthly", "More memory: 8 GB × 2"]
    assert file.order.status == "paid"
    assert "Olivia Harbour: Telephoned" in [step.what for step in file.steps]
    assert file.question == ""


async def test_a_refusal_without_a_reason_is_asked_again(company, ada, olivia, held):
    screen = Screen(company, OrderState, olivia)
    file = await screen.opens(f"/admin/order/?id={held.id}")
    await screen.does(file.ask("reject"))

    await screen.does(file.decide({"reason": " "}))
    asked_again = (file.question, list(file.errors))
    await screen.does(file.decide({"reason": "We do not serve this country."}))

    assert asked_again == ("reject", ["reason"])
    assert file.order.status == "rejected"
    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={held.id}")
    assert (page.order.status, page.order.answer) == ("rejected", "We do not serve this country.")


async def test_the_customer_sees_that_somebody_looks_at_the_order(company, ada, held):
    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={held.id}")

    assert (page.order.status, page.service.status, page.service.done) == ("held", "held", 1)


async def test_staff_and_customer_read_what_is_reserved_and_that_nothing_is_taken(company, ada, olivia, reserved):
    screen = Screen(company, OrderState, olivia)
    file = await screen.opens(f"/admin/order/?id={reserved.id}")
    before = (file.order.status, euros(file.order.reserved), bool(file.order.reserved_until), file.order.is_decided)
    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={reserved.id}")
    theirs = (page.order.status, euros(page.order.reserved))
    desk = await Screen(company, OverviewState, ada).opens("/account/")
    on_desk = ([(row.number, row.is_reserved) for row in desk.placed], desk.is_new)

    await screen.does(file.ask("approve"))
    await screen.does(file.decide({"reason": "Telephoned"}))
    said, decided = (file.order.status, file.order.is_decided), [step.what for step in file.steps]
    company.lives(days=0.01)
    await screen.opens(f"/admin/order/?id={reserved.id}")

    price = "13,09 €"
    assert before == ("reserved", price, True, False)
    assert theirs == ("reserved", price)
    assert on_desk == ([("O-000001", True)], False)
    assert said == ("reserved", True)
    assert f"{price} reserved on a card" in [euros(step) for step in decided]
    assert (screen.state.order.status, screen.state.order.reserved) == ("paid", "")


async def test_who_is_about_to_pay_reads_that_the_money_is_only_reserved(company, ada):
    turns(company, needs_approval=True)
    placed = ada.orders()
    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={placed.id}")

    assert (page.order.status, page.order.is_looked_at) == ("to_pay", True)


@pytest.mark.parametrize("question", ["hold", "approve", "reject", "", "fly"])
async def test_an_onlooker_decides_nothing(company, ada, held, question):
    screen = Screen(company, OrderState, onlooker(company))
    file = await screen.opens(f"/admin/order/?id={held.id}")
    await screen.does(file.ask(question))

    await screen.does(file.decide({"reason": "Because"}))

    assert not file.may_decide
    assert order_now(company, held) == "held"


async def test_an_order_of_several_servers_shows_each(company, ada):
    first = ada.orders()
    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={first.id}")

    assert [server.hostname for server in page.services] == ["ada.example.com"]


async def composed(company, olivia, ada):
    screen = Screen(company, ComposeState, olivia)
    bench = await screen.opens(f"/admin/offer/new/?customer={ada.actor.customer_id}")
    await screen.does(bench.choose("plan", "vps-2"))
    await screen.does(bench.choose("months", "12"))
    await screen.does(bench.size("memory", "8"))
    await screen.does(bench.put({"price": "99.90", "setup": "", "hostname": "shop.example.com"}))
    return screen


async def test_staff_put_an_offer_together_and_the_customer_orders_it(company, ada, olivia):
    screen = await composed(company, olivia, ada)
    bench = screen.state
    put = ([server.plan for server in bench.servers], euros(bench.total))

    await screen.does(bench.make({"words": "As discussed.", "days": "14"}))

    with company.robot() as work:
        [made] = work.session.exec(select(Offer)).all()
    assert put == (["VPS 2"], "166,48 €")
    assert screen.goes_to == f"/admin/offer/?id={made.id}"
    desk = await Screen(company, OverviewState, ada).opens("/account/")
    assert [offer.number for offer in desk.offers] == [made.number]
    theirs = Screen(company, OfferState, ada)
    page = await theirs.opens(f"/account/offer/?id={made.id}")
    assert (page.offer.words, euros(page.offer.total), page.offer.stands) == ("As discussed.", "166,48 €", True)
    await theirs.does(page.accept({"consent": True, "hostname-1": "web.example.com"}))
    pay_on_page(company.browser, theirs.goes_to)
    company.works()
    assert company.stripe_did()["captured"] == {"eur": 16648}
    file = await Screen(company, AdminOfferState, olivia).opens(f"/admin/offer/?id={made.id}")
    assert (file.offer.status, file.offer.order) == ("accepted", "O-000001")
    listed = await Screen(company, OffersState, olivia).opens("/admin/offers/?status=accepted")
    assert [row.number for row in listed.rows] == ["Q-000001"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"hostname-1": "web.example.com"}, "consent"),
        ({"consent": True, "hostname-1": "localhost"}, "hostname-1"),
        ({"consent": True}, "hostname-1"),
        (None, "consent"),
    ],
)
async def test_what_is_missing_to_accept_is_said_beside_its_field(company, ada, olivia, form, field):
    screen = await composed(company, olivia, ada)
    await screen.does(screen.state.make({"words": "", "days": "14"}))
    made = screen.goes_to.partition("id=")[2]
    theirs = Screen(company, OfferState, ada)
    page = await theirs.opens(f"/account/offer/?id={made}")

    await theirs.does(page.accept(form))

    assert list(page.errors) == [field]
    assert not page.ordering
    with company.robot() as work:
        assert work.session.exec(select(Order).order_by(col(Order.id))).all() == []


async def test_a_customer_declines_and_staff_read_why(company, ada, olivia):
    screen = await composed(company, olivia, ada)
    await screen.does(screen.state.make({"words": "", "days": "14"}))
    made = screen.goes_to.partition("id=")[2]
    theirs = Screen(company, OfferState, ada)
    page = await theirs.opens(f"/account/offer/?id={made}")

    await theirs.does(page.decline({"why": "Too dear"}))

    assert (page.offer.status, page.offer.stands) == ("declined", False)
    file = await Screen(company, AdminOfferState, olivia).opens(f"/admin/offer/?id={made}")
    assert (file.offer.answer, file.may_withdraw) == ("Too dear", False)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"price": "-1"}, "price"),
        ({"price": ["1"], "setup": "x"}, "setup"),
        ({"hostname": "localhost"}, "hostname"),
    ],
)
async def test_what_cannot_be_offered_is_said_beside_its_field(company, ada, olivia, form, field):
    screen = await composed(company, olivia, ada)

    await screen.does(screen.state.put(form))

    assert list(screen.state.errors) == [field]
    assert len(screen.state.servers) == 1


@pytest.mark.parametrize("days", ["", "0", "366", "-3", "two", None, "9" * 50])
async def test_an_offer_needs_its_days(company, ada, olivia, days):
    screen = await composed(company, olivia, ada)

    await screen.does(screen.state.make({"words": "", "days": days}))

    assert list(screen.state.errors) == ["days"]
    with company.robot() as work:
        assert work.session.exec(select(Offer)).all() == []


async def test_a_server_is_taken_out_of_an_offer_again(company, ada, olivia):
    screen = await composed(company, olivia, ada)

    for place in (2, None, "1", True):
        await screen.does(screen.state.drop(place))
    kept = len(screen.state.servers)
    await screen.does(screen.state.drop(1))

    assert (kept, list(screen.state.servers), screen.state.total) == (1, [], "")


async def test_staff_withdraw_an_offer(company, ada, olivia):
    screen = await composed(company, olivia, ada)
    await screen.does(screen.state.make({"words": "", "days": "14"}))
    of_staff = Screen(company, AdminOfferState, olivia)
    file = await of_staff.opens(screen.goes_to)

    await of_staff.does(file.withdraw())

    assert (file.offer.status, file.may_withdraw) == ("withdrawn", False)
