"""Whoever takes a picture of the screen hides the addresses first, by mouse or by keyboard, and the browser remembers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chrome import open_context

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "assets/scripts/addresses.js").read_text("utf-8")
STYLE = (
    (ROOT / "assets/styles/ezscale.css").read_text("utf-8").partition("/* Addresses that")[2].partition("/* Written")[0]
)
PORTAL = "http://portal.test/"
PAGE = f"""<!doctype html><style>/*{STYLE}</style>
<button class="when-addresses-shown" data-hides-addresses="yes" aria-label="Hide addresses" aria-pressed="false">o</button>
<button class="when-addresses-hidden" data-hides-addresses="no" aria-label="Hide addresses" aria-pressed="true">x</button>
<p id="row">at <span class="address"><span>203.0.113.7 <button>Copy</button></span></span></p>
<script>{SCRIPT}</script>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_context(browser, PORTAL) as context:
        context.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page = context.new_page()
        page.goto(PORTAL)
        yield page


def test_hidden_addresses_cannot_be_read_or_copied_and_stay_hidden_on_the_next_page(page: Page) -> None:
    toggle, row = page.get_by_role("button", name="Hide addresses"), page.locator("#row")
    expect(row).to_have_text(re.compile("203"), use_inner_text=True)

    toggle.focus()
    page.keyboard.press("Enter")

    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(toggle).to_be_focused()
    expect(row).to_have_text("at", use_inner_text=True)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)

    page.goto(PORTAL)
    expect(row).to_have_text("at", use_inner_text=True)
    toggle.click()
    expect(row).to_have_text(re.compile("203"), use_inner_text=True)
    expect(toggle).to_have_attribute("aria-pressed", "false")


def test_no_page_of_the_portal_shows_an_address_in_another_way() -> None:
    pages = [*(ROOT / "ezscale/pages/account").glob("*.py"), ROOT / "ezscale/pages/security.py"]
    raw = re.compile(r"(?:rx\.el\.\w+|code)\(\s*(?:row|SERVICE|site|CHOSEN)\.(?:address|ipv6|points_to)\b")

    assert [path.name for path in pages if raw.search(path.read_text("utf-8"))] == []
