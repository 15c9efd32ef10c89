"""What is sold, from the order to the end, in the order of the company's time, which passes once for all of it.

A first sale: bought, built, renewed, not paid, paid. And each family: built, used for what it is for, suspended unpaid,
deleted.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from ezscale.models.plan import Family
from tests.browser.chrome import THEMES, wait_until_usable
from tests.browser.company import Company
from tests.browser.consoles import closes, opens_console
from tests.browser.first_sale import Buyer, Seller
from tests.browser.household import LOGINS, NAMES, THINGS, Household
from tests.browser.people import A_WHILE, DECLINED_LATER, badge, leaves_card, part, person
from tests.sizes import size

pytestmark = pytest.mark.browser

ADDRESS = re.compile(r"^\d+\.\d+\.\d+\.\d+")
UNPAID = timedelta(days=31 + 8)  # a month that is paid, and a week in which a card is tried
MONTH = timedelta(days=31)
each_family = pytest.mark.parametrize("family", [*NAMES])


@pytest.fixture(scope="module")
def staff(company: Company, browser: Browser) -> Iterator[Seller]:
    """A colleague of ours, at work."""
    with person(company, browser, "light") as page:
        staff = Seller(page, company)
        staff.comes_in()
        yield staff


@pytest.fixture(scope="module")
def household(company: Company, browser: Browser, staff: Seller) -> Iterator[Household]:
    """Somebody who waits for a whole machine. Such an order is looked at first, and its installation takes a while."""
    with person(company, browser, "light") as page:
        household = Household(page)
        household.comes()
        household.orders(Family.DEDICATED)
        expect(page.get_by_text("your order is being looked at")).to_be_visible()
        staff.approves_newest_order()
        household.opens(Family.DEDICATED)
        expect(page.get_by_text("Your server is being built")).to_be_visible(timeout=A_WHILE)
        yield household


@pytest.fixture(scope="module")
def sold(company: Company, browser: Browser, household: Household) -> Iterator[list[Buyer]]:
    """Visitors who have become customers with a server, while the machine was installed."""
    with ExitStack() as browsers:
        buyers = []
        for theme in THEMES[: size(1, 2)]:
            page = browsers.enter_context(person(company, browser, theme))
            buyers.append(buyer := Buyer(page, f"ada@{theme}.example", f"shop.{theme}.example"))
            total = buyer.chooses_a_server()
            buyer.registers_on_the_way(total)
            buyer.orders_and_pays()
            buyer.follows_the_build_without_reloading()
        yield buyers


@pytest.fixture(scope="module")
def equipped(household: Household) -> Household:
    """They have one of everything else, too."""
    household.orders(Family.VPS, Family.HOSTING, Family.GAME)
    servers = household.page.get_by_role("region", name="Servers of this order")
    expect(servers.get_by_text("Running")).to_have_count(3, timeout=A_WHILE)
    return household


@pytest.fixture(scope="module")
def unpaid(staff: Seller, sold: list[Buyer], equipped: Household) -> Household:
    """The household's card stops working, and a month and more goes by, for all of them."""
    leaves_card(equipped.page, DECLINED_LATER, equipped.name)
    staff.goes_ahead(UNPAID)
    return equipped


@pytest.fixture(scope="module")
def given_up(staff: Seller, sold: list[Buyer], unpaid: Household) -> Household:
    """Nor do they pay in the month after, and now the buyers do not either."""
    for buyer in sold:
        buyer.leaves_a_card(DECLINED_LATER)
    staff.goes_ahead(MONTH)
    return unpaid


def test_the_first_sale(staff: Seller, sold: list[Buyer]) -> None:
    for buyer in sold:
        buyer.uses_the_server()
        buyer.downloads_the_invoice("€12.18")
        staff.sees_the_sale(buyer)


def test_a_vps_is_switched_off_and_on_and_shows_its_screen(equipped: Household) -> None:
    page = equipped.opens(Family.VPS)
    power = part(page, "Power")
    power.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(power.get_by_text("Off", exact=True)).to_be_visible()
    power.get_by_role("button", name="Start", exact=True).click()
    expect(power.get_by_text("On", exact=True)).to_be_visible()

    console = opens_console(page)
    expect(console.locator("[data-part=status]")).to_have_text("Connected.")
    console.close(run_before_unload=True)


def test_a_game_says_its_lines_and_answers(company: Company, equipped: Household) -> None:
    console = opens_console(equipped.opens(Family.GAME))
    log = console.get_by_role("log")
    expect(log).to_contain_text("Done (2.1s)!")
    expect(console.locator("[data-part=power]")).to_have_text("running")

    console.get_by_label("Command").fill("say hi")
    console.keyboard.press("Enter")

    expect(log).to_contain_text("[Server] hi")
    console.close(run_before_unload=True)
    assert closes(company)


def test_a_hosting_has_its_website_its_name_servers_and_a_way_into_the_panel(equipped: Household) -> None:
    page = equipped.opens(Family.HOSTING)
    sites = part(page, "Websites")
    expect(sites.get_by_text(NAMES[Family.HOSTING])).to_be_visible()
    expect(sites.get_by_text("ns1.hosting.example")).to_be_visible()

    page.get_by_role("button", name="Sign in to the panel").click()

    expect(page.get_by_text("Signed in to")).to_be_visible()


@each_family
def test_it_runs_and_says_how_to_get_in(equipped: Household, family: Family) -> None:
    page = equipped.opens(family)
    expect(badge(page, "Running")).to_be_visible(timeout=A_WHILE)

    equipped.addresses[family] = page.get_by_role("main").get_by_text(ADDRESS).first.inner_text()
    if family is Family.HOSTING:  # it is signed in to without a password, until somebody wants one
        page.get_by_role("button", name="New password").click()
        page.get_by_role("dialog").get_by_role("button", name="Set a new password").click()
    else:
        page.get_by_role("button", name=f"Show {LOGINS[family]}", exact=True).click()

    expect(page.get_by_text("It is hidden again after a minute.")).to_be_visible()


def test_a_machine_has_hands_beside_it_and_can_have_another_system(equipped: Household) -> None:
    page = equipped.opens(Family.DEDICATED)
    hands = part(page, "Hands at the machine").get_by_role("link", name="Ask for hands")
    expect(hands).to_have_attribute("href", re.compile(r"^mailto:.+subject=Hands%20at%20S-\d+$"))
    page.get_by_role("link", name="Reinstall").click()
    page.wait_for_url("**/account/service/reinstall/**")

    expect(page.get_by_role("radio", name="Debian 13")).to_be_visible()
    expect(page.get_by_text("What is on it now is lost")).to_be_visible()


@pytest.mark.usefixtures("unpaid")
def test_a_renewal_is_paid_by_the_card_and_a_password_is_asked_for_again(sold: list[Buyer]) -> None:
    for buyer in sold:
        buyer.comes_back()
        buyer.proves_who_it_is_before_seeing_the_password()
        buyer.sees_invoices("Paid", "Paid")


@each_family
def test_it_stands_still_while_it_is_not_paid_and_says_so(unpaid: Household, family: Family) -> None:
    page = unpaid.opens(family)
    expect(badge(page, "Suspended")).to_be_visible()
    expect(page.get_by_text(f"This {THINGS[family]} is suspended")).to_be_visible()
    expect(page.get_by_role("link", name="Console")).to_have_count(0)

    page.get_by_role("link", name="open invoices").click()
    page.wait_for_url("**/account/invoices/?status=open")
    wait_until_usable(page)
    expect(page.get_by_role("region", name="Your invoices")).to_contain_text("Overdue")
    page.get_by_role("link", name=re.compile("^INV-")).first.click()

    expect(page.locator("[data-pay]")).to_be_visible()


@each_family
def test_it_is_deleted_in_the_end_with_its_addresses(given_up: Household, family: Family) -> None:
    page = given_up.opens(family)

    expect(badge(page, "Deleted")).to_be_visible()
    expect(page.get_by_text(f"This {THINGS[family]} is gone")).to_be_visible()
    expect(page.get_by_text(given_up.addresses[family])).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Show "))).to_have_count(0)


@pytest.mark.usefixtures("given_up")
def test_a_server_that_stands_still_runs_again_when_it_is_paid(staff: Seller, sold: list[Buyer]) -> None:
    for buyer in sold:
        buyer.comes_back()
        buyer.sees_the_server("Suspended")
        staff.sees_the_server(buyer, "Suspended")

        buyer.pays_what_is_open_and_sees_the_server_run()

        staff.sees_the_server(buyer, "Active")
