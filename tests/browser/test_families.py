"""What each family sells, from the order to the end: built, used for what it is for, suspended unpaid, deleted.

One household has all four, so that its time passes once for all of them.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from ezscale.models.plan import Family
from tests.browser.chrome import open_page, wait_until_usable
from tests.browser.company import Company
from tests.browser.consoles import closes, opens_console
from tests.browser.people import (
    A_WHILE,
    DECLINED_LATER,
    GOOD,
    Staff,
    badge,
    choose_from_menu,
    enters_card,
    leaves_card,
    person,
    registers,
    types_address,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOLD_AS = {
    Family.VPS: "VPS",
    Family.HOSTING: "Web hosting",
    Family.GAME: "Game servers",
    Family.DEDICATED: "Dedicated servers",
}
NAMES = {
    Family.VPS: "web1.grove.example",
    Family.HOSTING: "grove.example",
    Family.GAME: "play.grove.example",
    Family.DEDICATED: "metal.grove.example",
}
THINGS = {Family.VPS: "server", Family.HOSTING: "hosting", Family.GAME: "game server", Family.DEDICATED: "server"}
LOGINS = {
    Family.VPS: "root password",
    Family.HOSTING: "password for the panel",
    Family.GAME: "password for the panel and SFTP",
    Family.DEDICATED: "root password",
}
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
UNPAID = timedelta(days=31 + 8)  # the month that is paid, and a week in which the card is tried
GIVEN_UP = timedelta(days=24)
each_family = pytest.mark.parametrize("family", [*NAMES])


class Household:
    """Somebody who buys one of each, and a colleague of ours who helps them along."""

    def __init__(self, page: Page, staff: Staff) -> None:
        self.page, self.staff = page, staff
        self.name, self.email = "Gwen Grove", "gwen@grove.example"
        self.addresses: dict[Family, str] = {}

    def comes(self) -> None:
        """With an account, but without having told where they live."""
        open_page(self.page, "/register/")
        registers(self.page, self.name, self.email)
        self.page.wait_for_url("**/account/")
        self.staff.comes_in()

    def orders(self, *families: Family) -> None:
        """One of each in one order, paid by card."""
        page = self.page
        open_page(page, "/order/")
        for place, family in enumerate(families):
            if place:
                page.get_by_role("button", name="Add another server").click()
                expect(page.get_by_role("heading", name="Also in this order")).to_be_visible()
            press = page.get_by_role("group", name="What to order").get_by_role("button", name=SOLD_AS[family])
            if press.is_enabled():
                press.click()
                expect(press).to_be_disabled()
            page.locator("[name=hostname]").fill(NAMES[family])
        if page.get_by_label("Street and number").count():
            types_address(page)
        page.get_by_label("may keep my card").check()
        page.get_by_role("button", name="Order and pay").click()
        enters_card(page, GOOD, self.name)
        page.wait_for_url("**/account/order/**")
        wait_until_usable(page)

    def opens(self, family: Family) -> Page:
        """The page of one of its things."""
        choose_from_menu(self.page, "Services")
        self.page.get_by_role("link", name=NAMES[family], exact=True).click()
        expect(self.page.get_by_role("heading", name=NAMES[family], level=1)).to_be_visible()
        wait_until_usable(self.page)
        return self.page


@pytest.fixture(scope="module")
def household(company: Company, browser: Browser) -> Iterator[Household]:
    with person(company, browser, "light") as home, person(company, browser, "light") as office:
        household = Household(home, Staff(office, company))
        household.comes()
        yield household


@pytest.fixture(scope="module")
def built(household: Household) -> Household:
    """They have one of each. Somebody looks at the order of a whole machine first."""
    household.orders(Family.DEDICATED)
    expect(household.page.get_by_text("Thank you: your order is being looked at")).to_be_visible()
    household.staff.approves_newest_order()
    household.opens(Family.DEDICATED)
    expect(household.page.get_by_text("Your server is being built")).to_be_visible(timeout=A_WHILE)
    household.orders(Family.VPS, Family.HOSTING, Family.GAME)
    servers = household.page.get_by_role("region", name="Servers of this order")
    expect(servers.get_by_text("Running")).to_have_count(3, timeout=A_WHILE)
    return household


@pytest.fixture(scope="module")
def unpaid(built: Household) -> Household:
    """Their card stops working, and a month and more goes by."""
    leaves_card(built.page, DECLINED_LATER, built.name)
    built.staff.goes_ahead(UNPAID)
    return built


@pytest.fixture(scope="module")
def given_up(unpaid: Household) -> Household:
    """They do not pay."""
    unpaid.staff.goes_ahead(GIVEN_UP)
    return unpaid


@each_family
def test_it_runs_and_says_how_to_get_in(built: Household, family: Family) -> None:
    page = built.opens(family)
    expect(badge(page, "Running")).to_be_visible(timeout=A_WHILE)

    access = page.get_by_role("region", name="Access")
    built.addresses[family] = access.get_by_text(ADDRESS).first.inner_text()
    page.get_by_role("button", name=f"Show {LOGINS[family]}", exact=True).click()

    expect(page.get_by_text("It is hidden again after a minute.")).to_be_visible()


def test_a_vps_is_switched_off_and_on_and_shows_its_screen(built: Household) -> None:
    page = built.opens(Family.VPS)
    power = page.get_by_role("region", name="Power")
    power.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(power.get_by_text("Off", exact=True)).to_be_visible()
    power.get_by_role("button", name="Start").click()
    expect(power.get_by_text("On", exact=True)).to_be_visible()

    console = opens_console(page)
    expect(console.locator("[data-part=status]")).to_have_text("Connected.")
    console.close(run_before_unload=True)


def test_a_game_says_its_lines_and_answers(company: Company, built: Household) -> None:
    console = opens_console(built.opens(Family.GAME))
    log = console.get_by_role("log")
    expect(log).to_contain_text("Done (2.1s)!")
    expect(console.locator("[data-part=power]")).to_have_text("running")

    console.get_by_label("Command").fill("say hi")
    console.keyboard.press("Enter")

    expect(log).to_contain_text("[Server] hi")
    console.close(run_before_unload=True)
    assert closes(company)


def test_a_hosting_has_its_website_its_name_servers_and_a_way_into_the_panel(built: Household) -> None:
    page = built.opens(Family.HOSTING)
    sites = page.get_by_role("region", name="Websites")
    expect(sites.get_by_text(NAMES[Family.HOSTING])).to_be_visible()
    expect(sites.get_by_text("ns1.hosting.example")).to_be_visible()

    page.get_by_role("button", name="Sign in to the panel").click()

    expect(page.get_by_text("Signed in to")).to_be_visible()
    page.go_back()


def test_a_machine_can_have_another_system(built: Household) -> None:
    page = built.opens(Family.DEDICATED)
    page.get_by_role("link", name="Reinstall").click()
    page.wait_for_url("**/account/service/reinstall/**")

    expect(page.get_by_role("radio", name="Debian 13")).to_be_visible()
    expect(page.get_by_text("What is on it now is lost")).to_be_visible()


@each_family
def test_it_stands_still_while_it_is_not_paid_and_says_so(unpaid: Household, family: Family) -> None:
    page = unpaid.opens(family)
    expect(badge(page, "Suspended")).to_be_visible()
    expect(page.get_by_text(f"This {THINGS[family]} is suspended")).to_be_visible()
    expect(page.get_by_role("link", name="Console")).to_have_count(0)

    page.get_by_role("link", name="open invoices").click()
    page.wait_for_url("**/account/invoices/?status=open")
    wait_until_usable(page)
    page.get_by_role("link", name=re.compile("^INV-")).first.click()

    expect(page.get_by_role("main")).to_contain_text(NAMES[family])
    expect(page.locator("[data-pay]")).to_be_visible()


@each_family
def test_it_is_deleted_in_the_end_with_its_addresses(given_up: Household, family: Family) -> None:
    page = given_up.opens(family)

    expect(badge(page, "Deleted")).to_be_visible()
    expect(page.get_by_text(f"This {THINGS[family]} is gone")).to_be_visible()
    expect(page.get_by_text(given_up.addresses[family])).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Show "))).to_have_count(0)
