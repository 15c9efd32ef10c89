"""Somebody who got a mail about an unpaid invoice pays it: without an account, with the second card, past their bank."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chrome import Mishaps, open_context, open_page, wait_until_usable
from tests.browser.company import Company
from tests.browser.test_accessibility import what_is_wrong

pytestmark = pytest.mark.browser

DECLINED, ASKS_THE_BANK = "4000000000000002", "4000002760003184"


def test_an_invoice_is_paid_by_the_link_in_a_mail(company: Company, browser: Browser) -> None:
    with open_context(browser, company.url) as context:
        mishaps, page = Mishaps(context), context.new_page()
        link = company.link_in_latest_letter("/pay/")

        open_page(page, link)
        number = page.get_by_role("definition").filter(has_text=re.compile("^INV-")).inner_text()
        assert list(what_is_wrong(page)) == []
        page.locator("[data-pay]").click()
        enters_card(page, DECLINED)
        expect(page.get_by_text("Your card was declined.")).to_be_visible()
        page.get_by_role("link", name="Go back").click()
        page.wait_for_url("**/pay/?**")
        wait_until_usable(page)
        expect(page.get_by_text("You have not paid yet")).to_be_visible()
        page.locator("[data-pay]").click()
        enters_card(page, ASKS_THE_BANK)
        page.get_by_role("button", name="Complete").click()
        page.wait_for_url("**/pay/?**")
        wait_until_usable(page)
        expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
        assert list(what_is_wrong(page)) == []

        open_page(page, link)
        expect(page.get_by_role("definition").filter(has_text=number)).to_be_visible()
        expect(page.locator("[data-pay]")).to_have_count(0)
        page.goto("/account/invoices/")
        expect(page).to_have_url(re.compile("/login/"))  # whoever pays by a link is still nobody here
        assert mishaps.seen == []


def enters_card(page: Page, number: str) -> None:
    """On the gateway's page."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Ben Bookkeeper")
    page.get_by_role("button", name=re.compile("^Pay")).click()
