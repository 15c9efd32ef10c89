from ezscale.state.account.services import ServicesState
from tests.state.portal import Screen


async def test_the_list_shows_ones_own_servers_newest_first(company):
    ada = company.signs_up("Ada Moreno")
    ada.orders(hostname="first.example.com")
    ada.orders(hostname="second.example.com")
    company.signs_up("Bob Byrne").orders()

    services = await Screen(company, ServicesState, ada).opens("/account/services/")

    assert [row.hostname for row in services.rows] == ["second.example.com", "first.example.com"]
    assert not services.loading


async def test_search_and_status_stand_in_the_address_and_so_can_be_shared(company):
    ada = company.signs_up("Ada Moreno")
    ada.orders(hostname="shop.example.com")
    ada.orders(hostname="mail.example.com")
    screen = Screen(company, ServicesState, ada)
    services = await screen.opens("/account/services/?status=waiting")

    await screen.does(services.search(" shop "))

    assert screen.goes_to == "/account/services/?q=shop&status=waiting"
    services = await screen.opens(screen.goes_to)
    assert [row.hostname for row in services.rows] == ["shop.example.com"]


async def test_a_status_that_does_not_exist_shows_all(company):
    ada = company.signs_up("Ada Moreno")
    ada.orders()

    services = await Screen(company, ServicesState, ada).opens("/account/services/?status=nonsense&q=")

    assert len(services.rows) == 1
