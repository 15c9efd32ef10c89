"""How a console is opened from the page of what it belongs to, and whether our side has closed it again."""

import time

from playwright.sync_api import Page
from sqlmodel import select

from ezscale.models import ConsoleSession
from ezscale.models.console import ConsoleStatus
from tests.browser.chrome import wait_until_usable
from tests.browser.company import Company

CLOSING = 180  # seconds: there are ten of grace, and a busy worker looks again less often


def opens_console(page: Page) -> Page:
    """The console of the service on the screen, in a tab of its own."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Console").click()
    wait_until_usable(opened.value)
    return opened.value


def closes(company: Company) -> bool:
    """Whether every console is closed before long."""
    deadline = time.monotonic() + CLOSING
    while time.monotonic() < deadline:
        with company.books() as session:
            still_open = select(ConsoleSession.id).where(ConsoleSession.status == ConsoleStatus.OPEN)
            if session.exec(still_open).first() is None:
                return True
        time.sleep(0.2)
    return False
