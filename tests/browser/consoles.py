"""How a console is opened from the page of what it belongs to, and whether our side has closed it again."""

import time

from playwright.sync_api import Page
from sqlmodel import col, select

from ezscale.models import ConsoleSession
from ezscale.models.console import ConsoleStatus
from tests.browser.chrome import wait_until_usable
from tests.browser.company import Company

CLOSING = 60  # seconds that a worker may take; ten of them are grace


def opens_console(page: Page) -> Page:
    """The console of the service on the screen, in a tab of its own."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Console").click()
    wait_until_usable(opened.value)
    return opened.value


def closes(company: Company) -> bool:
    """Whether the console that was opened last is closed before long.

    One that was left with its whole browser tells nobody, and is closed when nobody has said for minutes that it is in use.
    """
    deadline = time.monotonic() + CLOSING
    while time.monotonic() < deadline:
        with company.books() as session:
            newest = select(ConsoleSession.status).order_by(col(ConsoleSession.id).desc())
            if session.exec(newest).first() is ConsoleStatus.CLOSED:
                return True
        time.sleep(0.2)
    return False
