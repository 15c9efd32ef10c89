"""The first sale, as the two people in it see it: a visitor who becomes a customer with a server, and a colleague of ours."""

import io
import re
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.chrome import open_page, wait_until_usable
from tests.browser.people import (
    A_WHILE,
    DECLINED,
    GOOD,
    Staff,
    badge,
    choose_from_menu,
    enters_card,
    leaves_card,
    picks,
    proves_who_it_is,
    registers,
    types_address,
)

MARK, IS_MARKED = "window.isTheSame = true", "window.isTheSame"  # a page that was loaded anew has forgotten it


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
        picks(page, "€ EUR")
        page.get_by_role("button", name="Order VPS 2").click()
        page.wait_for_url("**/order/?**")
        wait_until_usable(page)
        picks(page, "VPS 3")
        picks(page, "Quarterly")
        expect(self._total()).to_contain_text("€")
        picks(page, "Frankfurt")
        picks(page, "Ubuntu 24.04 LTS")
        picks(page, "VPS 2")
        picks(page, "Monthly")
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
        registers(page, self.name, self.email)
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
        types_address(page)
        page.get_by_label("may keep my card").check()
        page.get_by_role("button", name="Order and pay").click()
        expect(page.get_by_role("heading", name="€12.18")).to_be_visible()
        enters_card(page, DECLINED, self.name)
        expect(page.get_by_role("alert")).to_contain_text("nothing was charged")
        expect(page.get_by_text("Your card was declined.")).to_be_visible()
        enters_card(page, GOOD, self.name)
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
        choose_from_menu(page, "Invoices")
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
        choose_from_menu(page, "Services")
        page.get_by_role("link", name=self.hostname).first.click()
        page.get_by_role("button", name="Show root password").click()
        page.wait_for_url("**/confirm/**")
        wait_until_usable(page)
        page.get_by_label("Your password").fill("not my password")
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page.get_by_text("This is not your password.")).to_be_visible()
        proves_who_it_is(page)
        page.wait_for_url("**/account/service/**")
        wait_until_usable(page)
        page.get_by_role("button", name="Show root password").click()
        expect(page.get_by_text("It is hidden again after a minute.")).to_be_visible()

    def sees_invoices(self, *statuses: str) -> None:
        """How the invoices stand, the latest first."""
        choose_from_menu(self.page, "Invoices")
        rows = self.page.get_by_role("region", name="Your invoices").get_by_role("row")
        expect(rows).to_have_count(len(statuses) + 1)
        for place, status in enumerate(statuses, start=1):
            expect(rows.nth(place)).to_contain_text(status)

    def leaves_a_card(self, number: str) -> None:
        """One that is charged from now on."""
        leaves_card(self.page, number, self.name)

    def sees_the_server(self, status: str) -> None:
        """How the server stands, on its own page."""
        choose_from_menu(self.page, "Services")
        self.page.get_by_role("link", name=self.hostname).click()
        expect(badge(self.page, status)).to_be_visible()

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
            enters_card(window, GOOD, self.name)
            expect(window.get_by_text("Payment received")).to_be_visible()
        window.close()
        self.page = shop
        expect(badge(self.page, "Running")).to_be_visible()
        assert self.page.evaluate(IS_MARKED)

    def _total(self) -> Locator:
        return self.page.locator("#total")


class Seller(Staff):
    """Somebody of ours who looks at the sale."""

    def sees_the_sale(self, buyer: Buyer) -> None:
        """The customer, their paid invoice, their running server."""
        self.opens_customer(buyer.name, buyer.email)
        expect(self.newest("Invoices")).to_contain_text("Paid")
        expect(self.newest("Invoices")).to_contain_text("€12.18")
        expect(self.newest("Services")).to_contain_text("Active")

    def sees_the_server(self, buyer: Buyer, status: str) -> None:
        """How the customer's server stands."""
        self.opens_customer(buyer.name, buyer.email)
        expect(self.newest("Services")).to_contain_text(status)
