"""On a phone the audit trail comes before the ways to search it, and both are within reach of a keyboard."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chrome import NARROW, THEMES, Theme, open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company
from tests.browser.test_accessibility import what_is_wrong

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", THEMES)
def test_the_filters_are_folded_on_a_phone_and_opened_by_a_key(
    company: Company, browser: Browser, theme: Theme
) -> None:
    staff = company.login("administrator")
    with open_context(browser, company.url, theme=theme, width=NARROW) as context:
        page = context.new_page()
        open_page(page, "/admin/audit/")
        sign_in(page, staff.email, staff.password)
        page.wait_for_url("**/admin/audit/")
        wait_until_usable(page)
        form, entries = page.locator("form").filter(has=page.get_by_label("Person")), page.get_by_role("row")
        expect(entries.nth(1)).to_be_in_viewport(ratio=1)
        expect(page.get_by_label("About")).to_be_hidden()

        page.get_by_label("Person").press("Tab")
        expect(form.locator("summary")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("About")).to_be_focused()
        assert list(what_is_wrong(page)) == []
        page.get_by_label("Did").fill("member joined")
        page.get_by_label("From").fill("2020-01-01")
        page.get_by_label("From").press("Enter")

        page.wait_for_url("**/admin/audit/?action=member+joined&since=2020-01-01")
        wait_until_usable(page)
        expect(form.locator("summary")).to_have_text("Filters2 set")
        expect(page.get_by_label("Did")).to_be_hidden()
        expect(entries.nth(1)).to_contain_text("Member joined")
        expect(entries.nth(1)).to_be_in_viewport(ratio=1)
