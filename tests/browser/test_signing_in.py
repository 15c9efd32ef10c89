"""Proving who one is, in a real browser: passkeys of a virtual authenticator, codes of an app, recovery codes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from pyotp import TOTP

from ezscale.kit.clock import world_now
from tests.browser.chrome import Mishaps, open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company
from tests.browser.test_accessibility import what_is_wrong

pytestmark = pytest.mark.browser

PASSWORD, ANOTHER = "plum orchard lantern 42", "quiet violet harbour 7"
A_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_registered_lets_in_alone_and_is_a_second_step(company: Company, browser: Browser) -> None:
    with person(company, browser) as context:
        page = registers(context, "passkey@example.com")
        keeper(context, page)

        open_page(page, "/account/security/")
        page.get_by_label("Name of a new passkey").fill("My laptop")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("The passkey is added.")).to_be_visible()
        expect(page.get_by_role("region", name="Your passkeys")).to_contain_text("My laptop")
        expect(page.get_by_text("You have no recovery codes left")).to_be_visible()
        assert list(what_is_wrong(page)) == []

        logs_out(page)
        open_page(page, "/login/?next=/account/security/")
        page.get_by_role("button", name="Log in with a passkey").click()
        page.wait_for_url("**/account/security/")
        wait_until_usable(page)
        expect(page.get_by_role("region", name="Your passkeys")).not_to_contain_text("never")

        logs_out(page)
        open_page(page, "/login/?next=/account/security/")
        sign_in(page, "passkey@example.com", PASSWORD)
        page.wait_for_url("**/second-step/**")
        wait_until_usable(page)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/account/security/")
        wait_until_usable(page)
        expect(page.get_by_role("region", name="Sign-in history")).to_contain_text("password, passkey")

        page.get_by_role("button", name="Rename My laptop").click()
        page.get_by_role("dialog").get_by_label("Name").fill("Old laptop")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("region", name="Your passkeys")).to_contain_text("Old laptop")
        page.get_by_role("button", name="Remove Old laptop").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_text("No passkey yet")).to_be_visible()


def test_an_app_and_recovery_codes_are_a_second_step(company: Company, browser: Browser) -> None:
    with person(company, browser) as context:
        page = registers(context, "app@example.com")
        open_page(page, "/account/security/")
        page.get_by_role("button", name="Add an app").click()
        window = page.get_by_role("dialog")
        expect(window.get_by_alt_text("The picture to scan")).to_be_visible()
        assert list(what_is_wrong(page)) == []
        app = TOTP(window.locator("code").inner_text())
        window.get_by_label("Name").fill("My phone")
        window.get_by_label("Code").fill(app.at(world_now(), counter_offset=-1))
        window.get_by_role("button", name="Add the app").click()
        codes = page.get_by_role("region", name="Your recovery codes").inner_text().split()
        assert len(codes) == 10
        assert list(what_is_wrong(page)) == []
        with page.expect_download() as file:
            page.get_by_role("button", name="Download").click()
        assert file.value.path().read_text("utf-8").split() == codes
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()

        for code, left in ((app.at(world_now()), 10), (codes[0].lower(), 9)):
            logs_out(page)
            open_page(page, "/account/security/")
            sign_in(page, "app@example.com", PASSWORD)
            page.wait_for_url("**/second-step/**")
            wait_until_usable(page)
            page.get_by_label("Code").fill("000000")
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_text("This code is not right")).to_be_visible()
            assert list(what_is_wrong(page)) == []
            page.get_by_label("Code").fill(code)
            page.get_by_role("button", name="Go on").click()
            page.wait_for_url("**/account/security/")
            wait_until_usable(page)
            expect(page.get_by_text(f"Recovery codes left: {left}")).to_be_visible()


def test_a_new_password_goes_on_here_and_ends_what_is_elsewhere(company: Company, browser: Browser) -> None:
    with person(company, browser) as here, person(company, browser) as there:
        page = registers(here, "password@example.com")
        other = there.new_page()
        open_page(other, "/login/")
        sign_in(other, "password@example.com", PASSWORD)
        other.wait_for_url("**/account/")
        wait_until_usable(other)

        open_page(page, "/account/security/")
        expect(page.get_by_role("region", name="Where you are signed in").get_by_role("row")).to_have_count(3)
        page.get_by_label("New password").fill("short")
        page.get_by_label("New password").fill("password1234")
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("This password is easy to guess.")).to_be_visible()
        page.get_by_label("New password").fill(ANOTHER)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("Your password is changed.")).to_be_visible()
        expect(page.get_by_role("region", name="Where you are signed in").get_by_role("row")).to_have_count(2)

        other.wait_for_url("**/login/**")  # by itself, within seconds


def test_confirming_in_one_tab_leaves_others_where_they_are(company: Company, browser: Browser) -> None:
    with person(company, browser) as context:
        page = registers(context, "tabs@example.com")
        at_once, later = context.new_page(), context.new_page()
        for other in (at_once, later):
            open_page(other, "/account/")
        open_page(page, "/confirm/?next=/account/security/")

        with later.expect_websocket():  # it is called back by itself
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_role("button", name="Confirm", exact=True).click()
            page.wait_for_url("**/account/security/")
            ways = [goes_to_the_invoices(at_once)]
        ways += [goes_to_the_invoices(later)]

        assert ways == [["/account/invoices/"]] * 2


def goes_to_the_invoices(page: Page) -> list[str]:
    """By the menu; the addresses it came by."""
    came_by: list[str] = []
    page.on("framenavigated", lambda frame: came_by.append(urlsplit(frame.url).path))
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Invoices").click()
    expect(page.get_by_text("No invoices yet")).to_be_visible()
    return came_by


@contextmanager
def person(company: Company, browser: Browser) -> Iterator[BrowserContext]:
    """Somebody in whose browser nothing goes wrong."""
    with open_context(browser, company.url) as context:
        mishaps = Mishaps(context)
        yield context
        assert mishaps.seen == []


def keeper(context: BrowserContext, page: Page) -> CDPSession:
    """A keeper of passkeys that is always there and always sure who holds it."""
    line = context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": A_PHONE})
    return line


def registers(context: BrowserContext, email: str) -> Page:
    """Somebody new, who is signed in."""
    page = context.new_page()
    open_page(page, "/register/")
    page.get_by_label("Your name").fill("Ada Moreno")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Country").select_option("IE")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(re.compile("/account/$"))
    wait_until_usable(page)
    return page


def logs_out(page: Page) -> None:
    """By the menu of the person."""
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/$"))
