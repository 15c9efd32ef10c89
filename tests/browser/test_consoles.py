"""A screen as customers use it: it is painted and takes keys, and its door closes. (A game: see test_families.)"""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlmodel import select

from ezscale.models import Service
from ezscale.models.service import ServiceStatus
from tests.browser.addresses import come_in
from tests.browser.chrome import Mishaps, open_context, open_page, wait_until_usable
from tests.browser.company import Company
from tests.browser.consoles import closes, opens_console

pytestmark = pytest.mark.browser

PAINTING = 20  # seconds
PAINTED = """canvas => {
    const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    let lit = 0
    for (let i = 0; i < dots.length; i += 4) lit += dots[i + 1] > 100 ? 1 : 0
    return lit
}"""


@pytest.fixture
def visit(company: Company, browser: Browser) -> Iterator[BrowserContext]:
    """A customer's browser, signed in."""
    with open_context(browser, company.url) as context:
        come_in(context.new_page(), company, "customer")
        yield context


def test_a_screen_is_painted_takes_keys_and_is_closed_when_its_tab_goes(
    company: Company, visit: BrowserContext
) -> None:
    mishaps = Mishaps(visit)
    console = opens_console(opens_service(visit))
    expect(console.locator("[data-part=status]")).to_have_text("Connected.")
    canvas = console.locator("canvas")
    before = lit_dots(canvas, more_than=100)

    console.keyboard.type("ls -l")
    typed = lit_dots(canvas, more_than=before)
    console.get_by_text("Paste text").click()
    console.get_by_label("letter by letter").fill("w")
    console.get_by_role("button", name="Type it").click()

    assert lit_dots(canvas, more_than=typed)
    assert [said for said in mishaps.seen if "getImageData" not in said] == []  # which we read ourselves

    console.close(run_before_unload=True)
    assert closes(company)


def test_the_keyboard_comes_back_and_a_console_opens_again(visit: BrowserContext) -> None:
    console = opens_console(opens_service(visit))
    expect(console.locator("[data-part=status]")).to_have_text("Connected.")

    console.keyboard.press("Control+Alt+Shift")
    expect(console.get_by_role("button", name="Reconnect")).to_be_focused()
    console.get_by_role("button", name="Disconnect").click()
    expect(console.locator("[data-part=status]")).to_have_text("Disconnected.")
    console.get_by_role("button", name="Reconnect").click()

    expect(console.locator("[data-part=status]")).to_have_text("Connected.")


def test_what_is_anothers_or_stands_still_shows_no_console(company: Company, visit: BrowserContext) -> None:
    page = opens_service(visit)
    own = service_of(page)
    with company.books() as session:
        others = session.exec(select(Service).where(Service.customer_id != session.get_one(Service, own).customer_id))
        another = next((service.id for service in others), UUID(int=7))
    open_page(page, f"/account/console/?id={another}")
    expect(page.get_by_text("We could not find this server")).to_be_visible()

    with company.books() as session:
        session.get_one(Service, own).status = ServiceStatus.SUSPENDED
    open_page(page, f"/account/console/?id={own}")
    expect(page.get_by_text("There is no console here now")).to_be_visible()
    answer = page.request.post("/api/consoles", data={"service_id": str(own)}, headers={"origin": company.url})
    with company.books() as session:
        session.get_one(Service, own).status = ServiceStatus.ACTIVE

    assert answer.status == 409
    assert "suspended" in answer.json()["detail"]


def lit_dots(canvas: Locator, more_than: int) -> int:
    """How much is painted on a screen, once it is more than before."""
    deadline = time.monotonic() + PAINTING
    while time.monotonic() < deadline:
        if (lit := canvas.evaluate(PAINTED)) > more_than:
            return int(lit)
        time.sleep(0.05)
    raise AssertionError(f"not more than {more_than} dots are painted")


def opens_service(visit: BrowserContext) -> Page:
    """The page of a customer's newest server that runs: what other tests have ordered may never be paid."""
    page = visit.pages[0]
    open_page(page, "/account/services/?status=active")
    page.locator("main a[href*='/account/service/?id=']").first.click()
    page.wait_for_url("**/account/service/**")
    wait_until_usable(page)
    return page


def service_of(page: Page) -> UUID:
    """Which service a page is about."""
    return UUID(parse_qs(urlsplit(page.url).query)["id"][0])
