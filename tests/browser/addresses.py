"""The address of every page there is, taken from the route tables, and of which thing where a page shows one thing."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from ezscale.pages import routes
from ezscale.pages.routes import Route
from tests.browser.chrome import open_context, open_page, sign_in, wait_until_usable
from tests.browser.company import Company

FOR_ONE = ("/admin/offer/new/", "/admin/draft/")  # forms that are reached from the customer they are for
NOBODY = "/no-such-page/"
LOGINS = {"visitor": "", "customer": "customer", "staff": "administrator"}
TABLES = {
    "visitor": (*routes.MARKETING, *routes.SIGNING_IN),
    "customer": routes.ACCOUNT,
    "staff": routes.ADMIN,
}


class AddressBook:
    """The addresses of somebody's pages. A page about one thing is found by the first link to it on another page."""

    def __init__(self, who: str) -> None:
        self.routes = TABLES[who]
        self._things: dict[str, str] = {}

    def learn(self, page: Page) -> None:
        """Remember where the page on the screen is, and what it leads to."""
        hrefs = page.locator("a[href*='?id='], a[href*='?customer=']").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        for href in (page.url, *hrefs):
            address = urlsplit(href)
            if address.query.startswith("id=") or (address.path in FOR_ONE and address.query):
                self._things.setdefault(address.path, f"{address.path}?{address.query}")

    def address(self, route: Route) -> str:
        """Where to go for a page."""
        return NOBODY if route.path == "404" else self._things.get(route.path, route.path)


def come_in(page: Page, company: Company, who: str) -> None:
    """Be a visitor, a customer or staff."""
    open_page(page, "/login/")
    if LOGINS[who]:
        login = company.login(LOGINS[who])
        sign_in(page, login.email, login.password)
        page.wait_for_url("**/admin/" if who == "staff" else "**/account/")


def put_into_an_order(page: Page) -> None:
    """Order a server, look at the gateway's page, and come back without paying: there is an order to look at."""
    open_page(page, "/order/?plan=vps-1")
    page.get_by_label("What the server is called").fill("spare.example.com")
    page.get_by_label("may keep my card").check()
    page.get_by_role("button", name="Order and pay").click()
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url("**/account/order/**")


def receive_an_offer(browser: Browser, company: Company) -> None:
    """Have staff put an offer together for the customer, in a window of their own: there is an offer to look at."""
    with open_context(browser, company.url) as office:
        page = office.new_page()
        come_in(page, company, "staff")
        open_page(page, f"/admin/customers/?q={company.login('customer').email}")
        page.get_by_role("main").locator("a[href*='/admin/customer/?id=']").first.click()
        page.get_by_role("link", name="Make an offer").click()
        page.wait_for_url("**/admin/offer/new/**")
        wait_until_usable(page)
        page.get_by_label("Host name").fill("spare.example.com")
        page.get_by_role("button", name="Put it into the offer").click()
        page.get_by_label("Words for the customer").fill("As we said on the telephone.")
        page.get_by_role("button", name="Make the offer").click()
        page.wait_for_url("**/admin/offer/?id=**")
