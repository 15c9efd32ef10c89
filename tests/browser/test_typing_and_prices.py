"""What stands on a page is today's, and what somebody types there stays."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from ezscale.models import Plan, Price
from tests.browser.chrome import open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company

NOTE_NEW_BOXES = """() => {
  window.boxes = []
  const note = node => node.querySelectorAll?.('input[type=search]').forEach(box => window.boxes.push(box.value))
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(note)))
    .observe(document.body, {childList: true, subtree: true})
}"""
pytestmark = pytest.mark.browser


@pytest.fixture
def page(company: Company, browser: Browser) -> Iterator[Page]:
    with open_context(browser, company.url) as context:
        yield context.new_page()


@pytest.fixture
def dearer(company: Company) -> Iterator[None]:
    """The smallest plan costs a cent more a month in dollars than when the pages were built."""
    changes(company, 1)
    yield
    changes(company, -1)


def changes(company: Company, cents: int) -> None:
    with company.books() as books:
        smallest = select(Price).join(Plan).where(Plan.slug == "vps-1", Price.currency == "USD", Price.months == 1)
        books.exec(smallest).one().amount_minor += cents


@pytest.mark.usefixtures("dearer")
@pytest.mark.parametrize("path", ["/", "/vps/", "/pricing/"])
def test_a_price_that_has_changed_since_the_build_is_shown_to_whoever_comes(page: Page, path: str) -> None:
    open_page(page, path)

    expect(page.get_by_text("$6.01")).to_have_count(1)


def test_the_search_box_belongs_to_whoever_types(company: Company, page: Page) -> None:
    staff = company.login("administrator")
    open_page(page, "/admin/")
    sign_in(page, staff.email, staff.password)
    page.wait_for_url("**/admin/")
    wait_until_usable(page)
    menu = page.get_by_role("navigation").first
    box = page.get_by_role("searchbox", name="Name, company, e-mail or number")

    menu.get_by_role("link", name="Customers", exact=True).click()
    page.wait_for_url("**/admin/customers/")
    box.press_sequentially("fjord")  # while the list is being read
    page.wait_for_url("**/admin/customers/?q=fjord")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(box).to_have_value("fjord")

    page.evaluate(NOTE_NEW_BOXES)
    menu.get_by_role("link", name="Services", exact=True).click()
    page.wait_for_url("**/admin/services/")
    expect(page.get_by_role("searchbox", name="Host name, number or address")).to_have_value("")
    menu.get_by_role("link", name="Customers", exact=True).click()
    page.wait_for_url("**/admin/customers/")
    box.press_sequentially("whit")  # in a box that knows nothing of what was looked for before
    page.wait_for_url("**/admin/customers/?q=whit")
    expect(box).to_have_value("whit")
    assert page.evaluate("window.boxes") == ["", ""]

    page.go_back()
    page.go_back()
    page.wait_for_url("**/admin/customers/?q=fjord")
    expect(box).to_have_value("fjord")
