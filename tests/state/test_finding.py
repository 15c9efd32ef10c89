"""What somebody types into a search box stays there, whatever is being loaded meanwhile."""

import pytest

from ezscale.state.account.services import ServicesState as OwnServicesState
from ezscale.state.admin.customers import CustomersState
from ezscale.state.admin.invoices import InvoicesState
from ezscale.state.admin.services import ServicesState
from tests.state.panel import administrator
from tests.state.portal import Screen

LISTS = [
    (CustomersState, "/admin/customers/"),
    (ServicesState, "/admin/services/"),
    (InvoicesState, "/admin/invoices/"),
    (OwnServicesState, "/account/services/"),
]


@pytest.fixture(params=LISTS, ids=lambda each: each[1])
def listing(request, company):
    """A list, the screen it is on, and its address."""
    kind, address = request.param
    person = administrator(company) if address.startswith("/admin") else company.signs_up("Ada Moreno")
    return Screen(company, kind, person), address


async def searches(screen, page, words):
    await screen.does(page.search(words))
    return await screen.opens(screen.goes_to)


async def test_whoever_comes_by_the_menu_types_into_an_empty_box_that_nobody_touches(listing):
    screen, address = listing
    page = await searches(screen, await screen.opens(address), "ada")
    while_typing = screen.fills

    await screen.does(page.leave_box())
    before_it_loads = page.boxed
    page = await screen.opens(address)
    when_it_has_loaded = screen.fills
    page = await searches(screen, page, "bruno")

    assert (while_typing, before_it_loads, when_it_has_loaded, screen.fills) == ([], "", [], [])
    assert (page.words, page.boxed) == ("bruno", "bruno")


async def test_the_box_shows_the_words_that_an_address_asks_for(listing):
    screen, address = listing

    page = await screen.opens(f"{address}?q=ada")
    shared = screen.fills
    await screen.does(page.leave_box())
    page = await screen.opens(f"{address}?q=ada")
    come_back = screen.fills
    await screen.opens(f"{address}?q=ada")
    once_more = screen.fills

    assert (shared, come_back, once_more) == ([("ref_search", "ada")], [("ref_search", "ada")], [])


async def test_the_same_page_without_words_has_an_empty_box(listing):
    screen, address = listing
    page = await searches(screen, await screen.opens(address), "ada")

    page = await screen.opens(address)

    assert screen.fills == [("ref_search", "")]
    assert (page.words, page.boxed) == ("", "")
