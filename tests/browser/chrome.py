"""A Chromium, and what goes wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDE, NARROW = 1280, 360
HEIGHTS = {WIDE: 800, NARROW: 740}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PATIENCE = 30_000  # milliseconds


@contextmanager
def open_chromium(program: str) -> Iterator[Browser]:
    """A browser without any window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def open_context(browser: Browser, url: str, *, theme: Theme = "light", width: int = WIDE) -> Iterator[BrowserContext]:
    """A person's browser: nothing is known in it yet."""
    size = {"width": width, "height": HEIGHTS[width]}
    context = browser.new_context(
        base_url=url,
        color_scheme=theme,
        viewport=size,  # type: ignore[arg-type]  # a TypedDict of Playwright's own
        locale="en-IE",
        timezone_id="Europe/Dublin",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def open_page(page: Page, address: str) -> None:
    """Open one of our pages, and wait until it can be used: clicks before that are lost."""
    page.goto(address)
    wait_until_usable(page)


def wait_until_usable(page: Page) -> None:
    """Wait until the page has heard from the server, and shows what it has heard."""
    page.locator("#ready").wait_for(state="attached")
    expect(page.get_by_label("Loading", exact=True)).to_have_count(0)


def be_at_rest(page: Page) -> None:
    """Wait until nothing moves any more and everything is painted, charts included, which follow a change of width."""
    page.evaluate("""async () => {
        const frames = n => new Promise(done => (function next() { n-- ? requestAnimationFrame(next) : done() })())
        await frames(2)
        await Promise.allSettled(document.getAnimations().map(animation => animation.finished))
        await frames(2)
    }""")


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the login form, which must be on the screen."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


class Mishaps:
    """Collects what a developer would see in red: errors in the console, failed requests, answers of 400 and more."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")  # said once more by _answered, with its address
        if message.type in ("error", "warning") and not refused:
            self.seen.append(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the person has gone on before it was there
            self.seen.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not is_declined_card(response):
            self.seen.append(f"{response.status}: {response.url}")


def is_declined_card(response: Response) -> bool:
    """The gateway shows its form again with this status when a card was declined."""
    return response.status == 402 and urlsplit(response.url).path.startswith("/stripe/pay/")
