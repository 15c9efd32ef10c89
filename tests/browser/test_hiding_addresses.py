"""Whoever takes a picture of the screen hides the addresses first, by mouse or by keyboard, and the browser remembers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import reflex as rx
from playwright.sync_api import Browser, Page, expect

from ezscale.pages.account.maintenance import maintenance_notices
from ezscale.pages.account.service import service
from ezscale.pages.account.service_panel import panel
from ezscale.state.account.service import ServiceState
from ezscale.state.session import SessionState
from ezscale.ui import toasts
from ezscale.ui.addresses import IN_WORDS
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


def test_in_a_sentence_the_dots_stand_for_the_address_alone(page: Page) -> None:
    def hidden(text: str) -> list[str]:
        return list(page.evaluate(f"text => text.split({IN_WORDS})", text)[1::2])

    assert hidden("Named web.ada.example on the panel.") == ["web.ada.example"]
    assert hidden("2001:db8::1/64 and 203.0.113.7:25565 at 09:41:20") == ["2001:db8::1/64", "203.0.113.7:25565"]
    assert hidden("Renews on 01.03.2026 for 12.50 EUR, e.g. Debian 12.5. You can cancel.") == []


def test_what_pages_say_in_sentences_may_hold_an_address() -> None:
    shown = (
        maintenance_notices(ServiceState.maintenance),
        service(),
        toasts(rx.Var.create(SessionState.messages), lambda _: []),
    )

    assert all("split(/" in str(each) for each in shown)
    assert "when-addresses-hidden" in str(panel())


def test_no_page_of_the_portal_shows_an_address_in_another_way() -> None:
    pages = [*(ROOT / "ezscale/pages/account").glob("*.py"), ROOT / "ezscale/pages/security.py"]
    raw = re.compile(
        r"(?:rx\.el\.\w+|code|link)\(\s*(?:row|SERVICE|STANDING|site|CHOSEN)\.(?:address|ipv6|points_to|hostname|domain)\b"
    )

    assert [path.name for path in pages if raw.search(path.read_text("utf-8"))] == []
