"""Somebody who buys one of everything we sell."""

from playwright.sync_api import Page, expect

from ezscale.models.plan import Family
from tests.browser.chrome import open_page, wait_until_usable
from tests.browser.people import GOOD, enters_card, registers, types_address

SOLD_AS = {
    Family.VPS: "VPS",
    Family.HOSTING: "Web hosting",
    Family.GAME: "Game servers",
    Family.DEDICATED: "Dedicated servers",
}
NAMES = {
    Family.VPS: "web1.grove.example",
    Family.HOSTING: "grove.example",
    Family.GAME: "play.grove.example",
    Family.DEDICATED: "metal.grove.example",
}
THINGS = {Family.VPS: "server", Family.HOSTING: "hosting", Family.GAME: "game server", Family.DEDICATED: "server"}
LOGINS = {
    Family.VPS: "root password",
    Family.GAME: "password for the panel and SFTP",
    Family.DEDICATED: "root password",
}


class Household:
    """A home in which somebody wants everything."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.name, self.email = "Gwen Grove", "gwen@grove.example"
        self.addresses: dict[Family, str] = {}

    def comes(self) -> None:
        """With an account, but without having told where they live."""
        open_page(self.page, "/register/")
        registers(self.page, self.name, self.email)
        self.page.wait_for_url("**/account/")

    def orders(self, *families: Family) -> None:
        """One of each in one order, paid by card."""
        page = self.page
        open_page(page, "/order/")
        for place, family in enumerate(families):
            if place:
                page.get_by_role("button", name="Add another server").click()
                expect(page.get_by_role("heading", name="Also in this order")).to_be_visible()
            press = page.get_by_role("group", name="What to order").get_by_role("button", name=SOLD_AS[family])
            if press.is_enabled():
                press.click()
                expect(press).to_be_disabled()
            page.locator("[name=hostname]").fill(NAMES[family])
        if page.get_by_label("Street and number").count():
            types_address(page)
        page.get_by_label("may keep my card").check()
        page.get_by_role("button", name="Order and pay").click()
        enters_card(page, GOOD, self.name)
        page.wait_for_url("**/account/order/**")
        wait_until_usable(page)

    def opens(self, family: Family) -> Page:
        """The page of one of its things."""
        open_page(self.page, "/account/services/")
        self.page.get_by_role("link", name=NAMES[family], exact=True).click()
        expect(self.page.get_by_role("heading", name=NAMES[family], level=1)).to_be_visible()
        wait_until_usable(self.page)
        return self.page
