"""What the people of several stories do: come in, choose from a menu, enter a card, and let the company's time pass."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chrome import Mishaps, Theme, be_at_rest, open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company

GOOD, DECLINED, DECLINED_LATER = "4242424242424242", "4000000000000002", "4000000000000341"
PASSWORD = "plum orchard lantern 42"
A_WHILE = 90_000  # milliseconds that some days of company time, or a server, may take
HOW_FAR = "bars => bars.map(bar => bar.getAttribute('aria-valuenow'))"


def choose_from_menu(page: Page, entry: str) -> None:
    """Go to another page by the side menu, and let it arrive."""
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=entry).click()
    expect(page.get_by_role("heading", name=entry, level=1)).to_be_visible()
    be_at_rest(page)
    wait_until_usable(page)


@contextmanager
def person(company: Company, browser: Browser, theme: Theme) -> Iterator[Page]:
    """The window of somebody in whose browser nothing goes wrong."""
    with open_context(browser, company.url, theme=theme) as context:
        mishaps = Mishaps(context)
        yield context.new_page()
        assert mishaps.seen == []


def registers(page: Page, name: str, email: str) -> None:
    """Make an account in Ireland; the form for it must be on the screen."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Country").select_option("IE")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_role("button", name="Create account").click()


def types_address(page: Page) -> None:
    """Where they live, on the order page of somebody who has not ordered before."""
    page.get_by_label("Street and number").fill("12 Quay Street")
    page.get_by_label("Postcode").fill("H91 E92T")
    page.get_by_label("City").fill("Galway")


def picks(page: Page, name: str) -> None:
    """Choose one of several cards."""
    choice = page.get_by_role("radio", name=name)
    page.locator("label").filter(has=choice).click()  # which is what one sees of it
    expect(choice).to_be_checked()


def enters_card(page: Page, number: str, name: str) -> None:
    """On the gateway's page."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill(name)
    page.get_by_role("button", name=re.compile("^(Pay|Save)")).click()


def leaves_card(page: Page, number: str, name: str) -> None:
    """Put another card on file; it is charged from now on."""
    choose_from_menu(page, "Payment methods")
    page.get_by_role("button", name="Add a card").click()
    enters_card(page, number, name)
    expect(page.get_by_role("listitem").filter(has_text=number[-4:])).to_contain_text("Used for renewals")


def proves_who_it_is(page: Page) -> None:
    """By the password, where it is asked for."""
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()


def part(page: Page, title: str) -> Locator:
    """A part of the page, by its title."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def badge(page: Page, status: str) -> Locator:
    """How what a page is about stands."""
    return page.get_by_role("main").locator("header").get_by_text(status, exact=True)


class Staff:
    """Somebody who works here."""

    def __init__(self, page: Page, company: Company) -> None:
        self.page = page
        self.login = company.login("administrator")

    def comes_in(self) -> None:
        """The way to the panel leads by the login."""
        open_page(self.page, "/admin/")
        sign_in(self.page, self.login.email, self.login.password)
        self.page.wait_for_url("**/admin/")
        wait_until_usable(self.page)

    def goes_ahead(self, time: timedelta) -> None:
        """Move the company's clock, and wait until it has arrived, as long as it comes nearer."""
        page = self.page
        choose_from_menu(page, "Time machine")
        day = page.get_by_label("Or to nine in the morning of")
        tomorrow = date.fromisoformat(day.get_attribute("min") or "")
        day.fill((tomorrow + time).isoformat())
        page.get_by_role("button", name="Go", exact=True).click()
        way = page.get_by_role("progressbar")
        expect(way).to_be_visible()
        while done := way.evaluate_all(HOW_FAR):
            expect(page.locator(f"[role=progressbar][aria-valuenow='{done[0]}']")).to_have_count(0, timeout=A_WHILE)

    def approves_newest_order(self) -> None:
        """One that waits for somebody's word."""
        page = self.page
        choose_from_menu(page, "Orders")
        self.newest("Orders").get_by_role("link").first.click()
        page.get_by_role("button", name="Approve", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Approve the order").click()
        expect(page.get_by_role("dialog")).to_have_count(0)

    def opens_customer(self, name: str, email: str) -> None:
        """Everything on a customer, who is looked for."""
        choose_from_menu(self.page, "Customers")
        self.page.get_by_role("searchbox").fill(email)
        expect(self.page).to_have_url(re.compile(r"\?q="))
        self.page.get_by_role("link", name=name).click()
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()

    def newest(self, table: str) -> Locator:
        """The first row of one of the tables on the screen."""
        return self.page.get_by_role("region", name=table).get_by_role("row").nth(1)
