"""An owner lets somebody in and puts them out again, each of the two in a browser of their own."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from ezscale.cli.demo.logins import DemoLogin
from tests.browser.chrome import open_page, sign_in, wait_until_usable
from tests.browser.company import Company
from tests.browser.people import choose_from_menu, person

pytestmark = pytest.mark.browser

PASSWORD = "plum orchard lantern 42"
A_LINK = re.compile(r"https?://\S+/invitation/\S+")


def test_somebody_is_invited_works_with_the_servers_and_is_put_out(company: Company, browser: Browser) -> None:
    with person(company, browser, "light") as desk, person(company, browser, "dark") as laptop:
        owner = Owner(desk, company.login("customer"))
        guest = Guest(laptop, "Ines Calder", "ines@calder.example")

        owner.comes_in()
        owner.invites(guest)
        guest.follows_the_link_in(company.letter_to(guest.email), owner)
        guest.makes_an_account()
        owner.sees_who_has_come(guest)

        server = guest.sees_the_servers()
        guest.finds_no_bills()
        guest.opens(server)

        owner.removes(guest)
        guest.has_lost(server)


class Owner:
    """Somebody whose account it is."""

    def __init__(self, page: Page, login: DemoLogin) -> None:
        self.page, self.login = page, login

    def comes_in(self) -> None:
        """By the login, to the list of people."""
        open_page(self.page, "/account/people/")
        sign_in(self.page, self.login.email, self.login.password)
        self.page.wait_for_url("**/account/people/")
        wait_until_usable(self.page)

    def invites(self, guest: "Guest") -> None:
        """To look after the servers; what is wrong with the address is said first, and nothing typed is lost."""
        page = self.page
        page.get_by_role("button", name="Invite", exact=True).click()
        window = page.get_by_role("dialog")
        window.get_by_label("Role").select_option("technical")
        window.get_by_label("E-mail").fill(self.login.email)
        window.get_by_role("button", name="Send the invitation").click()
        expect(window.get_by_role("alert").filter(has_text="belongs to your account already")).to_be_visible()
        expect(window.get_by_label("Role")).to_have_value("technical")
        window.get_by_label("E-mail").fill(guest.email)
        window.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_text(f"An invitation is on its way to {guest.email}.")).to_be_visible()
        expect(page.get_by_role("region", name="Open invitations")).to_contain_text(guest.email)

    def sees_who_has_come(self, guest: "Guest") -> None:
        """By itself, on the page that is still open."""
        row = self.page.get_by_role("region", name="Who has access").get_by_role("row").filter(has_text=guest.email)
        expect(row).to_contain_text(guest.name)
        expect(row).to_contain_text("Technical")
        invitations = self.page.get_by_role("region", name="Open invitations")  # gone with the last of them
        expect(invitations.filter(has_text=guest.email)).to_have_count(0)

    def removes(self, guest: "Guest") -> None:
        """After a question."""
        page = self.page
        page.get_by_role("button", name=f"Remove {guest.name}").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove person").click()
        expect(page.get_by_text("Their access has ended.")).to_be_visible()
        expect(page.get_by_role("region", name="Who has access")).not_to_contain_text(guest.email)


class Guest:
    """Somebody who has no account yet."""

    def __init__(self, page: Page, name: str, email: str) -> None:
        self.page, self.name, self.email = page, name, email

    def follows_the_link_in(self, letter: str, owner: Owner) -> None:
        """It says who invites them, and as what."""
        link = A_LINK.search(letter)
        assert link, letter
        open_page(self.page, link[0])
        expect(self.page.get_by_role("definition").filter(has_text=owner.login.name)).to_be_visible()
        expect(self.page.get_by_role("definition").filter(has_text="Technical")).to_be_visible()
        expect(self.page.get_by_label("E-mail")).to_have_value(self.email)

    def makes_an_account(self) -> None:
        """With a password that is good enough at the second try; then they are in."""
        page = self.page
        page.get_by_label("Your name").fill(self.name)
        page.get_by_label("Password").fill("password1234")
        page.get_by_role("button", name="Create account and accept").click()
        expect(page.get_by_text("This password is easy to guess.")).to_be_visible()
        expect(page.get_by_label("Your name")).to_have_value(self.name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create account and accept").click()
        page.wait_for_url(re.compile("/account/$"))
        wait_until_usable(page)

    def sees_the_servers(self) -> str:
        """The name of the first one."""
        choose_from_menu(self.page, "Services")
        server = self.page.get_by_role("region", name="Your servers").get_by_role("link").first
        expect(server).to_be_visible()
        return server.inner_text()

    def finds_no_bills(self) -> None:
        """No way leads to them, and whoever types their address finds nothing either."""
        page = self.page
        menu = page.get_by_role("navigation", name="Menu")
        expect(menu.get_by_role("link", name="Services")).to_be_visible()
        expect(menu.get_by_role("link", name="Invoices")).to_have_count(0)
        for address in ("/account/invoices/", "/account/cards/"):
            open_page(page, address)
            expect(page.get_by_text("Nothing to see here")).to_be_visible()
            expect(page.get_by_role("link", name=re.compile("^(INV-|Export)"))).to_have_count(0)
            expect(page.get_by_role("button", name="Add a card")).to_have_count(0)

    def opens(self, server: str) -> None:
        """The server's own page."""
        page = self.page
        choose_from_menu(page, "Services")
        page.get_by_role("link", name=server).click()
        expect(page.get_by_role("heading", name=server)).to_be_visible()
        expect(page.get_by_role("heading", name="Power")).to_be_visible()  # whether it runs already or not

    def has_lost(self, server: str) -> None:
        """What was on the screen is gone by itself, and nothing leads back to it."""
        page = self.page
        expect(page.get_by_text(server)).to_have_count(0)
        expect(page.get_by_role("heading", name="Power")).to_have_count(0)
        choose_from_menu(page, "Services")
        expect(page.get_by_text("No servers yet")).to_be_visible()
        choose_from_menu(page, "Overview")
        expect(page.get_by_text("You belong to no account now")).to_be_visible()
