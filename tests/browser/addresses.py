"""The address of every page there is, taken from the route tables, and of which thing where a page shows one thing."""

from urllib.parse import urlsplit

from playwright.sync_api import Page

from ezscale.pages import routes
from ezscale.pages.routes import Route
from tests.browser.chrome import open_page, sign_in
from tests.browser.company import Company

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
        hrefs = page.locator("a[href*='?id=']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        for href in (page.url, *hrefs):
            address = urlsplit(href)
            if address.query.startswith("id="):
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
