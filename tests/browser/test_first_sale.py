"""The first sale, as the people in it see it: a visitor becomes a customer with a server, falls behind, and makes good."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from tests.browser.chrome import THEMES, Mishaps, Theme, be_at_rest, open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company
from tests.sizes import size

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GOOD, DECLINED, DECLINED_LATER = "4242424242424242", "4000000000000002", "4000000000000341"
PASSWORD = "plum orchard lantern 42"
A_WHILE = 90_000  # milliseconds that a month of company time, or a server, may take
MONTH = timedelta(days=31)
MARK, IS_MARKED = "window.isTheSame = true", "window.isTheSame"  # a page that was loaded anew has forgotten it


@pytest.mark.parametrize("theme", THEMES[: size(1, 2)])
def test_the_first_sale(company: Company, browser: Browser, theme: Theme) -> None:
    with person(company, browser, theme) as shop, person(company, browser, theme) as office:
        buyer = Buyer(shop, f"ada@{theme}.example", f"shop.{theme}.example")
        staff = Staff(office, company)

        total = buyer.chooses_a_server()
        buyer.registers_on_the_way(total)
        buyer.orders_and_pays()
        buyer.follows_the_build_without_reloading()
        buyer.uses_the_server()
        buyer.downloads_the_invoice(total)

        staff.comes_in()
        staff.sees_the_sale(buyer)

        staff.goes_ahead(MONTH)
        buyer.comes_back()
        buyer.proves_who_it_is_before_seeing_the_password()
        buyer.sees_invoices("Paid", "Paid")

        buyer.leaves_a_card(DECLINED_LATER)
        staff.goes_ahead(MONTH + timedelta(days=8))
        buyer.comes_back()
        buyer.sees_the_server("Suspended")
        staff.sees_the_server(buyer, "Suspended")

        buyer.pays_what_is_open_and_sees_the_server_run()
        staff.sees_the_server(buyer, "Active")


class Buyer:
    """Somebody who wants a server."""

    def __init__(self, page: Page, email: str, hostname: str) -> None:
        self.page, self.email, self.hostname = page, email, hostname
        self.name = f"Ada {email.partition('@')[2].partition('.')[0].title()}"

    def chooses_a_server(self) -> str:
        """From the home page to the price with tax."""
        page = self.page
        open_page(page, "/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="VPS").click()
        expect(page).to_have_url(re.compile("/vps/$"))
        self._picks("€ EUR")
        page.get_by_role("button", name="Order VPS 2").click()
        page.wait_for_url("**/order/?**")
        wait_until_usable(page)
        self._picks("VPS 3")
        self._picks("Quarterly")
        expect(self._total()).to_contain_text("€")
        self._picks("Frankfurt")
        self._picks("Ubuntu 24.04 LTS")
        self._picks("VPS 2")
        self._picks("Monthly")
        page.get_by_label("What the server is called").fill(self.hostname)
        page.get_by_label("Country").select_option("IE")
        page.get_by_label("Coupon code").fill("WELCOME10")
        expect(page.get_by_text("Code WELCOME10")).to_be_visible()
        expect(self._total()).to_contain_text("€12.18")  # 11.00 less ten percent, and 23 % VAT
        return "€12.18"

    def registers_on_the_way(self, total: str) -> None:
        """Nothing of the choice is lost."""
        page = self.page
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/register/**")
        wait_until_usable(page)
        page.get_by_label("Your name").fill(self.name)
        page.get_by_label("E-mail").fill(self.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Country").select_option("IE")
        page.get_by_label("Currency").select_option("EUR")
        page.get_by_role("button", name="Create account").click()
        page.wait_for_url("**/order/**")
        wait_until_usable(page)
        for choice in ("VPS 2", "Monthly", "Frankfurt", "Ubuntu 24.04 LTS"):
            expect(page.get_by_role("radio", name=choice)).to_be_checked()
        expect(page.get_by_label("What the server is called")).to_have_value(self.hostname)
        expect(page.get_by_label("Coupon code")).to_have_value("WELCOME10")
        expect(self._total()).to_contain_text(total)

    def orders_and_pays(self) -> None:
        """With a card that the bank declines, and then with a good one."""
        page = self.page
        page.get_by_label("Street and number").fill("12 Quay Street")
        page.get_by_label("Postcode").fill("H91 E92T")
        page.get_by_label("City").fill("Galway")
        page.get_by_label("may keep my card").check()
        page.get_by_role("button", name="Order and pay").click()
        expect(page.get_by_role("heading", name="€12.18")).to_be_visible()
        self._enters_card(DECLINED)
        expect(page.get_by_role("alert")).to_contain_text("nothing was charged")
        expect(page.get_by_text("Your card was declined.")).to_be_visible()
        self._enters_card(GOOD)
        page.wait_for_url("**/account/order/**")

    def follows_the_build_without_reloading(self) -> None:
        """The page says that the money is there, and then that the server runs."""
        page = self.page
        page.evaluate(MARK)
        expect(page.get_by_text("Payment received")).to_be_visible()
        expect(page.get_by_text("Your server is running")).to_be_visible(timeout=A_WHILE)
        assert page.evaluate(IS_MARKED)

    def uses_the_server(self) -> None:
        """Its address, its password, its buttons."""
        page = self.page
        page.get_by_role("link", name="Go to the server").click()
        expect(page.get_by_role("heading", name=self.hostname)).to_be_visible()
        expect(page.get_by_role("definition").filter(has_text=re.compile(r"\d+\.\d+\.\d+\.\d+"))).to_be_visible()
        page.get_by_role("button", name="Show root password").click()
        expect(page.get_by_text("It is hidden again after a minute.")).to_be_visible()
        page.get_by_role("button", name="Restart").click()
        page.get_by_role("dialog").get_by_role("button", name="Restart").click()
        expect(page.get_by_text("The server is restarting.")).to_be_visible()

    def downloads_the_invoice(self, total: str) -> None:
        """The page and the paper both ask for what the order page said."""
        page = self.page
        self._menu("Invoices")
        page.get_by_role("link", name=re.compile(r"^INV-")).click()
        expect(page.get_by_role("definition").filter(has_text=total).first).to_be_visible()
        address = page.get_by_role("link", name="PDF", exact=True).get_attribute("href") or ""
        paper = page.request.get(urljoin(page.url, address)).body()
        assert paper.startswith(b"%PDF")
        assert total in PdfReader(io.BytesIO(paper)).pages[0].extract_text()

    def comes_back(self) -> None:
        """Weeks later, still signed in."""
        open_page(self.page, "/account/")

    def proves_who_it_is_before_seeing_the_password(self) -> None:
        """Their own password first, since they were away for so long; then they are where they were."""
        page = self.page
        self._menu("Services")
        page.get_by_role("link", name=self.hostname).first.click()
        page.get_by_role("button", name="Show root password").click()
        page.wait_for_url("**/confirm/**")
        wait_until_usable(page)
        page.get_by_label("Your password").fill("not my password")
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page.get_by_text("This is not your password.")).to_be_visible()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm", exact=True).click()
        page.wait_for_url("**/account/service/**")
        wait_until_usable(page)
        page.get_by_role("button", name="Show root password").click()
        expect(page.get_by_text("It is hidden again after a minute.")).to_be_visible()

    def sees_invoices(self, *statuses: str) -> None:
        """How the invoices stand, the latest first."""
        self._menu("Invoices")
        rows = self.page.get_by_role("region", name="Your invoices").get_by_role("row")
        expect(rows).to_have_count(len(statuses) + 1)
        for place, status in enumerate(statuses, start=1):
            expect(rows.nth(place)).to_contain_text(status)

    def leaves_a_card(self, number: str) -> None:
        """Put another card on file; it is charged from now on."""
        self._menu("Payment methods")
        self.page.get_by_role("button", name="Add a card").click()
        self._enters_card(number)
        card = self.page.get_by_role("listitem").filter(has_text=number[-4:])
        expect(card).to_contain_text("Used for renewals")

    def sees_the_server(self, status: str) -> None:
        """How the server stands, on its own page."""
        self._menu("Services")
        self.page.get_by_role("link", name=self.hostname).click()
        expect(self._badge(status)).to_be_visible()

    def pays_what_is_open_and_sees_the_server_run(self) -> None:
        """In a second window, while the page of the server stays open and hears of it."""
        self.page.evaluate(MARK)
        window = self.page.context.new_page()
        open_page(window, "/account/invoices/?status=open")
        shop, self.page = self.page, window
        for _ in range(window.get_by_role("link", name=re.compile(r"^INV-")).count()):
            open_page(window, "/account/invoices/?status=open")
            window.get_by_role("link", name=re.compile(r"^INV-")).first.click()
            window.locator("[data-pay]").click()
            self._enters_card(GOOD)
            expect(window.get_by_text("Payment received")).to_be_visible()
        window.close()
        self.page = shop
        expect(self._badge("Running")).to_be_visible()
        assert self.page.evaluate(IS_MARKED)

    def _picks(self, name: str) -> None:
        choice = self.page.get_by_role("radio", name=name)
        self.page.locator("label").filter(has=choice).click()  # which is what one sees of it
        expect(choice).to_be_checked()

    def _enters_card(self, number: str) -> None:
        page = self.page
        page.get_by_label("Card number").fill(number)
        page.get_by_label("Expiry").fill("12 / 34")
        page.get_by_label("Security code").fill("123")
        page.get_by_label("Name on card").fill(self.name)
        page.get_by_role("button", name=re.compile("^(Pay|Save)")).click()

    def _menu(self, entry: str) -> None:
        choose_from_menu(self.page, entry)

    def _total(self) -> Locator:
        return self.page.locator("#total")

    def _badge(self, status: str) -> Locator:
        return self.page.get_by_role("main").locator("header").get_by_text(status, exact=True)


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

    def sees_the_sale(self, buyer: Buyer) -> None:
        """The customer, their paid invoice, their running server."""
        self._opens(buyer)
        expect(self._row("Invoices")).to_contain_text("Paid")
        expect(self._row("Invoices")).to_contain_text("€12.18")
        expect(self._row("Services")).to_contain_text("Active")

    def sees_the_server(self, buyer: Buyer, status: str) -> None:
        """How the customer's server stands."""
        self._opens(buyer)
        expect(self._row("Services")).to_contain_text(status)

    def goes_ahead(self, time: timedelta) -> None:
        """Move the company's clock, and wait until it has arrived."""
        page = self.page
        self._menu("Time machine")
        day = page.get_by_label("Or to nine in the morning of")
        tomorrow = date.fromisoformat(day.get_attribute("min") or "")
        day.fill((tomorrow + time).isoformat())
        page.get_by_role("button", name="Go", exact=True).click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0, timeout=A_WHILE)

    def _opens(self, buyer: Buyer) -> None:
        self._menu("Customers")
        self.page.get_by_role("searchbox").fill(buyer.email)
        expect(self.page).to_have_url(re.compile(r"\?q="))
        self.page.get_by_role("link", name=buyer.name).click()
        expect(self.page.get_by_role("heading", name=buyer.name)).to_be_visible()

    def _row(self, table: str) -> Locator:
        return self.page.get_by_role("region", name=table).get_by_role("row").nth(1)

    def _menu(self, entry: str) -> None:
        choose_from_menu(self.page, entry)


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
