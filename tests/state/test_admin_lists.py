from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.billing.cancelling import cancel_at_period_end, keep_subscription
from ezscale.billing.subscriptions import end_subscription, subscription_of_item
from ezscale.models import Cancellation, Subscription
from ezscale.models.subscription import LeavingReason
from ezscale.state.admin.customers import CustomersState
from ezscale.state.admin.invoices import InvoicesState
from ezscale.state.admin.leaving import LeavingState
from ezscale.state.admin.orders import OrdersState
from ezscale.state.admin.runs import RunsState
from ezscale.state.admin.services import ServicesState
from ezscale.state.admin.subscriptions import SubscriptionsState
from ezscale.state.turning import PAGE
from tests.company import with_rounds
from tests.state.panel import administrator, cannot_renew
from tests.state.portal import Screen


def names(page):
    return [row.name for row in page.rows]


async def test_customers_are_listed_newest_first_or_by_name(company):
    for name in ("Bruno Costa", "Ada Moreno", "Carla Vogt"):
        company.signs_up(name)
    screen = Screen(company, CustomersState, administrator(company))

    page = await screen.opens("/admin/customers/")
    newest_first = names(page)
    await screen.does(page.sort("name"))
    by_name = names(page)
    await screen.does(page.sort("name"))

    assert newest_first == ["Carla Vogt", "Ada Moreno", "Bruno Costa"]
    assert by_name == ["Ada Moreno", "Bruno Costa", "Carla Vogt"]
    assert names(page) == ["Carla Vogt", "Bruno Costa", "Ada Moreno"]


async def test_every_customer_stands_on_exactly_one_page(company):
    people = [f"{chr(65 + number)}da Moreno" for number in range(26)] + ["Zoe Moreno", "Zora Moreno"]
    for name in people:
        company.signs_up(name)
    screen = Screen(company, CustomersState, administrator(company))
    page = await screen.opens("/admin/customers/")
    await screen.does(page.sort("name"))

    first = names(page)
    await screen.does(page.next_page())
    second = names(page)
    await screen.does(page.previous_page())

    assert len(first) == PAGE
    assert first + second == sorted(people)
    assert names(page) == first


async def test_the_words_that_are_looked_for_stand_in_the_address(company):
    company.signs_up("Ada Moreno")
    company.signs_up("Bruno Costa")
    screen = Screen(company, CustomersState, administrator(company))
    page = await screen.opens("/admin/customers/")

    await screen.does(page.search("  bruno "))
    page = await screen.opens(screen.goes_to)

    assert names(page) == ["Bruno Costa"]
    assert page.query == "?q=bruno"


async def test_whoever_looks_for_something_else_begins_at_the_first_page(company):
    for number in range(PAGE + 1):
        company.signs_up(f"{chr(65 + number)}nna Moreno")
    screen = Screen(company, CustomersState, administrator(company))
    page = await screen.opens("/admin/customers/")
    await screen.does(page.next_page())

    await screen.opens("/admin/customers/?q=moreno")

    assert len(page.rows) == PAGE
    assert not page.has_previous


@with_rounds
async def test_services_are_found_by_status_and_by_address(company):
    ada = company.signs_up("Ada Moreno")
    server = ada.buys()
    company.signs_up("Bruno Costa").orders()
    screen = Screen(company, ServicesState, administrator(company))

    waiting = [row.customer for row in (await screen.opens("/admin/services/?status=waiting")).rows]
    found = [row.number for row in (await screen.opens(f"/admin/services/?q={server.ipv4}")).rows]

    company.lives(days=3)
    waiting_later = (await screen.opens("/admin/services/?status=waiting")).rows
    expired = [row.customer for row in (await screen.opens("/admin/services/?status=expired")).rows]

    assert (waiting, list(waiting_later), expired) == (["Bruno Costa"], [], ["Bruno Costa"])
    assert found == [server.number]


async def test_overdue_invoices_can_be_seen_alone_with_the_longest_overdue_first(company):
    cannot_renew(company, "Ada Moreno")
    company.lives(days=2)
    cannot_renew(company, "Bruno Costa")
    company.signs_up("Carla Vogt").buys()
    company.lives(days=33)
    screen = Screen(company, InvoicesState, administrator(company))

    page = await screen.opens("/admin/invoices/?status=overdue")
    await screen.does(page.sort("due"))

    assert [row.customer for row in page.rows] == ["Ada Moreno", "Bruno Costa"]
    assert {row.status for row in page.rows} == {"overdue"}


@with_rounds
async def test_an_order_nobody_has_paid_is_seen_as_placed_and_later_as_expired(company):
    company.signs_up("Ada Moreno").orders()
    screen = Screen(company, OrdersState, administrator(company))

    placed = [row.customer for row in (await screen.opens("/admin/orders/?status=placed")).rows]
    company.lives(days=3)
    expired = [row.customer for row in (await screen.opens("/admin/orders/?status=expired")).rows]

    assert (placed, expired) == (["Ada Moreno"], ["Ada Moreno"])


async def test_a_run_says_what_it_did_and_what_that_came_to(company):
    company.signs_up("Ada Moreno", country="US", currency="USD").buys("vps-2")
    company.lives(days=20)
    screen = Screen(company, RunsState, administrator(company))

    page = await screen.opens("/admin/runs/?status=renewals")

    assert [(row.name, row.counts, row.sums, row.set_aside) for row in page.rows] == [
        ("Renewals", ["Invoices: 1"], ["12,00\N{NO-BREAK SPACE}US$"], [])
    ]


async def test_subscriptions_are_listed_by_plan_also_those_that_have_ended(company):
    ada, bob = company.signs_up("Ada Moreno"), company.signs_up("Bob Byrne")
    ada.buys("vps-1")
    ended = bob.buys("vps-2").item_id
    with company.robot() as work:
        end_subscription(work, subscription_of_item(work, ended))
    screen = Screen(company, SubscriptionsState, administrator(company))
    page = await screen.opens("/admin/subscriptions/")
    assert [row.customer for row in page.rows] == ["Bob Byrne", "Ada Moreno"]
    assert {"vps-1", "vps-2"} < {plan.value for plan in page.plans}

    await screen.does(page.choose_plan("vps-1"))
    page = await screen.opens(screen.goes_to)
    assert (page.query, [row.customer for row in page.rows]) == ("?plan=vps-1", ["Ada Moreno"])
    page = await screen.opens("/admin/subscriptions/?status=ended&plan=vps-2")
    assert [row.customer for row in page.rows] == ["Bob Byrne"]
    for nonsense in (None, ["vps-1"], "no-such-plan"):
        await screen.does(page.choose_plan(nonsense))


async def test_another_plan_begins_at_the_first_page(company):
    ada = company.signs_up("Ada Moreno")
    for number in range(PAGE + 1):
        ada.pays(ada.orders("vps-1", hostname=f"web{number}.example.com").invoice_id)
    screen = Screen(company, SubscriptionsState, administrator(company))
    page = await screen.opens("/admin/subscriptions/")
    await screen.does(page.next_page())
    assert len(page.rows) == 1

    page = await screen.opens("/admin/subscriptions/?plan=vps-1")

    assert (len(page.rows), page.has_previous) == (PAGE, False)


def leaves(person, reason, code):
    item_id = person.service().item_id
    person.does(lambda work: cancel_at_period_end(work, item_id, reason, code))
    return item_id


async def test_the_reasons_of_those_who_left_are_counted_and_read(company):
    olivia = administrator(company)
    nobody = await Screen(company, LeavingState, olivia).opens("/admin/leaving/")
    assert (nobody.rows, nobody.counts) == ([], [])
    people = [company.signs_up(name) for name in ("Ada Moreno", "Bob Byrne", "Carla Vogt", "Dan Orr")]
    for person in people:
        person.buys()
    ada, bob, carla, dan = people
    leaves(ada, "Far too dear", LeavingReason.PRICE)
    leaves(bob, "", LeavingReason.PRICE)
    company.lives(days=70)
    leaves(carla, "Nobody answered", LeavingReason.SUPPORT)
    stays = leaves(dan, "Hm", LeavingReason.TROUBLE)
    dan.does(lambda work: keep_subscription(work, stays))

    boss = Screen(company, LeavingState, olivia)
    page = await boss.opens("/admin/leaving/")
    counts = [(row.reason, row.month, row.year, row.ever) for row in page.counts]
    assert counts == [("price", 0, 2, 2), ("support", 1, 1, 1)]
    assert [row.customer for row in page.rows] == ["Carla Vogt", "Bob Byrne", "Ada Moreno"]
    page = await boss.opens("/admin/leaving/?status=words")
    assert [row.words for row in page.rows] == ["Nobody answered", "Far too dear"]
    page = await boss.opens("/admin/leaving/?q=dear")
    assert [(row.customer, row.reason) for row in page.rows] == [("Ada Moreno", "price")]


async def test_every_answer_stands_on_exactly_one_page(company):
    ada = company.signs_up("Ada Moreno")
    for number in range(PAGE + 1):
        ada.pays(ada.orders("vps-1", hostname=f"web{number}.example.com").invoice_id)
    with company.robot() as work:
        work.session.add_all(
            Cancellation(
                subscription_id=held.id, requested_at=work.now, requested_by="Ada Moreno", effective_on=work.today
            )
            for held in work.session.exec(select(Subscription))
        )
    screen = Screen(company, LeavingState, administrator(company))
    page = await screen.opens("/admin/leaving/")

    first = [row.id for row in page.rows]
    await screen.does(page.next_page())
    second = [row.id for row in page.rows]

    assert (len(first), len(second), len({*first, *second})) == (PAGE, 1, PAGE + 1)


@pytest.mark.parametrize("sent", [None, 7, {"by": "name"}, "password_hash", "x" * 5000])
async def test_an_unknown_column_changes_nothing_about_what_is_seen(company, sent):
    company.signs_up("Ada Moreno")
    screen = Screen(company, CustomersState, administrator(company))
    page = await screen.opens("/admin/customers/")

    await screen.does(page.sort(sent))

    assert names(page) == ["Ada Moreno"]


@pytest.mark.parametrize(
    "kind", [CustomersState, ServicesState, InvoicesState, OrdersState, RunsState, SubscriptionsState, LeavingState]
)
async def test_a_customer_who_calls_the_panels_handlers_sees_nobody_else(company, kind):
    company.signs_up("Ada Moreno").buys()
    bruno = company.signs_up("Bruno Costa")
    company.clock.move(timedelta(minutes=1))

    page = await Screen(company, kind, bruno).opens("/admin/")

    assert page.rows == []
