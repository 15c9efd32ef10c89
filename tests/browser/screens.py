"""Photographs every page in both themes and at two widths into docs/screens/, with the data of the demo company."""

import base64
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from ezscale.cli.surroundings import ROOT
from ezscale.pages.routes import Route
from tests.browser.addresses import LOGINS, AddressBook, come_in, put_into_an_order, receive_an_offer
from tests.browser.chrome import HEIGHTS, NARROW, THEMES, WIDE, be_at_rest, open_chromium, open_context, open_page
from tests.browser.company import Company, running_company
from tests.machine import first_program

SCREENS = ROOT / "docs" / "screens"
WIDTHS = {WIDE: "wide", NARROW: "narrow"}
TALLEST = 1200  # pixels of a page that are shown
LARGEST = 60_000  # bytes of a picture
QUALITIES = (75, 60, 45, 30)


def photograph_everything() -> None:
    """One picture for each page, theme and width."""
    program = first_program(("chromium", "chromium-browser", "google-chrome"))
    if program is None:
        sys.exit("There is no Chromium here (Debian: apt-get install chromium fonts-liberation).")
    SCREENS.mkdir(parents=True, exist_ok=True)
    for leftover in SCREENS.glob("*.webp"):
        leftover.unlink()
    with (
        tempfile.TemporaryDirectory(prefix="ezscale-screens-") as folder,
        running_company(Path(folder, "data"), story="full") as company,
        open_chromium(program) as browser,
    ):
        for who in LOGINS:
            for name in photographs(browser, company, who):
                sys.stdout.write(f"docs/screens/{name}\n")


def photographs(browser: Browser, company: Company, who: str) -> Iterator[str]:
    """The names of the pictures of somebody's pages, as they are taken."""
    book = AddressBook(who)
    with open_context(browser, company.url) as context:
        page = context.new_page()
        come_in(page, company, who)
        if who == "customer":
            receive_an_offer(browser, company)
            put_into_an_order(page)
            book.learn(page)
        for route in book.routes:
            open_page(page, book.address(route))
            book.learn(page)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                for width, word in WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                    page.wait_for_timeout(300)  # charts follow a change of width a little later
                    be_at_rest(page)
                    name = f"{name_of(route)}-{theme}-{word}.webp"
                    (SCREENS / name).write_bytes(picture(page, width))
                    yield name


def picture(page: Page, width: int) -> bytes:
    """The page from its top, as a file that is small enough to be kept with the source."""
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    line = page.context.new_cdp_session(page)
    image = b""
    for quality in QUALITIES:
        taken = line.send(
            "Page.captureScreenshot",
            {
                "format": "webp",
                "quality": quality,
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
            },
        )
        image = base64.b64decode(taken["data"])
        if len(image) <= LARGEST:
            break
    line.detach()
    return image


def name_of(route: Route) -> str:
    """A page's name as a file has it: home, account-services, admin-clock."""
    return re.sub(r"\W+", "-", route.path).strip("-") or "home"


if __name__ == "__main__":
    photograph_everything()
