from ezscale.state.account.overview import OverviewState
from tests.company import DECLINED_LATER
from tests.state.portal import Screen


async def test_somebody_new_is_welcomed(company):
    ada = company.signs_up("Ada Moreno")

    desk = await Screen(company, OverviewState, ada).opens("/account/")

    assert desk.loaded
    assert desk.is_new


async def test_the_desk_shows_what_runs_what_renews_and_the_card_for_it(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-2")

    desk = await Screen(company, OverviewState, ada).opens("/account/")

    assert [(row.hostname, row.status) for row in desk.services] == [("ada.example.com", "active")]
    assert (desk.running, desk.owed, desk.card) == ("1", "", "Visa •••• 4242")
    [coming] = desk.coming
    assert (coming.server, coming.on, coming.total) == ("ada.example.com", "2 Apr 2026", "13,09\N{NO-BREAK SPACE}€")


async def test_an_order_that_waits_for_its_money_is_the_first_thing_one_sees(company):
    ada = company.signs_up("Ada Moreno")
    order = ada.orders("vps-1")

    desk = await Screen(company, OverviewState, ada).opens("/account/")

    assert not desk.is_new
    assert [(row.id, row.number) for row in desk.placed] == [(str(order.id), order.number)]


async def test_an_unpaid_renewal_is_on_the_desk_with_its_sum(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-2")
    ada.leaves_card(DECLINED_LATER)
    company.lives(days=33)

    desk = await Screen(company, OverviewState, ada).opens("/account/")

    assert [(row.status, row.due.to_pay) for row in desk.unpaid] == [("overdue", "13,09\N{NO-BREAK SPACE}€")]
    assert desk.owed == "13,09\N{NO-BREAK SPACE}€"


async def test_nobody_sees_the_desk_of_another(company):
    company.signs_up("Ada Moreno").buys("vps-2")
    bob = company.signs_up("Bob Byrne")

    desk = await Screen(company, OverviewState, bob).opens("/account/")

    assert desk.is_new
    assert (list(desk.services), list(desk.coming), desk.card) == ([], [], "")
