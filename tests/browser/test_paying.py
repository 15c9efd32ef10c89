"""Somebody pays by PayPal, and looks after what is charged for renewals: cards saved, replaced and removed, and wallets."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chrome import Mishaps, open_context, open_page, wait_until_usable
from tests.browser.company import Company
from tests.browser.test_accessibility import what_is_wrong

pytestmark = pytest.mark.browser

ASKS_THE_BANK = "4000002760003184"
GOOD, EMPTY, MUST_BE_THERE = "Pays now and whenever", "Is refused when", "must be there later"
PASSWORD = "copper kettle on a barge"


def test_a_server_is_paid_by_paypal_and_cards_and_wallets_come_and_go(company: Company, browser: Browser) -> None:
    with open_context(browser, company.url) as context:
        mishaps, page = Mishaps(context), context.new_page()
        makes_an_account(page)
        orders_and_comes_back_without_paying(page)

        page.locator("[data-way=paypal]").click()
        approves(page, "Pay", EMPTY)
        page.wait_for_url("**/account/order/**")
        expect(page.get_by_text("Your payment was declined")).to_be_visible()
        page.locator("[data-way=paypal]").click()
        approves(page, "Pay", GOOD)
        page.wait_for_url("**/account/order/**")
        expect(page.get_by_text("Payment received")).to_be_visible()

        open_page(page, "/account/cards/")
        expect(kept(page, "PayPal")).to_contain_text("Used for renewals")
        saves_card(page, "12 / 34")
        expect(kept(page, "3184")).to_contain_text("Used for renewals")
        expect(kept(page, "PayPal")).to_contain_text("Not used")
        saves_card(page, "11 / 35")
        expect(kept(page, "3184")).to_have_count(1)
        expect(kept(page, "3184")).to_contain_text("11/35")
        kept(page, "PayPal").get_by_role("button", name="Use as backup").click()
        expect(kept(page, "PayPal")).to_contain_text("Backup")
        assert list(what_is_wrong(page)) == []

        kept(page, "3184").get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Remove card").click()
        expect(kept(page, "3184")).to_have_count(0)
        page.locator("[data-way=paypal]").click()
        approves(page, "Save your wallet", MUST_BE_THERE)
        page.wait_for_url("**/account/cards/**")
        expect(page.get_by_role("listitem").filter(has_text="Used for renewals")).to_have_count(1)
        assert mishaps.seen == []


def makes_an_account(page: Page) -> None:
    """As anybody can."""
    open_page(page, "/register/")
    page.get_by_label("Your name").fill("Wilma Wallet")
    page.get_by_label("E-mail").fill("wilma@wallets.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Country").select_option("IE")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/account/**")


def orders_and_comes_back_without_paying(page: Page) -> None:
    """To the page of the order, where there is another way to pay."""
    open_page(page, "/order/?plan=vps-1")
    page.get_by_label("What the server is called").fill("wallet.example.com")
    page.get_by_label("Street and number").fill("12 Quay Street")
    page.get_by_label("Postcode").fill("H91 E92T")
    page.get_by_label("City").fill("Galway")
    page.get_by_label("may keep my card").check()
    page.get_by_role("button", name="Order and pay").click()
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url("**/account/order/**")
    wait_until_usable(page)


def approves(page: Page, what: str, wallet: str) -> None:
    """On PayPal's page."""
    page.get_by_text(wallet).click()
    page.get_by_role("button", name=re.compile(f"^{what}")).click()


def saves_card(page: Page, expiry: str) -> None:
    """On the gateway's page, past the bank."""
    page.get_by_role("button", name="Add a card").click()
    page.get_by_label("Card number").fill(ASKS_THE_BANK)
    page.get_by_label("Expiry").fill(expiry)
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Wilma Wallet")
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/account/cards/**")
    expect(page.get_by_text("It is kept for renewals.").first).to_be_visible()
    wait_until_usable(page)


def kept(page: Page, label: str) -> Locator:
    """A card or a wallet in the list of those that are kept."""
    return page.get_by_role("listitem").filter(has_text=label)
