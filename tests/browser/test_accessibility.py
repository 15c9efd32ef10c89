"""Every page can be read and used by everybody: axe finds nothing serious, and nothing hangs out of a narrow screen."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.addresses import LOGINS, AddressBook, come_in, put_into_an_order, receive_an_offer
from tests.browser.chrome import HEIGHTS, NARROW, THEMES, WIDE, be_at_rest, open_context, open_page
from tests.browser.company import Company
from tests.sizes import SOAK

pytestmark = pytest.mark.browser

OPTIONS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
COLOURS = (
    "color-contrast",
    "link-in-text-block",
)  # which alone can differ from theme to theme, and take most of the time
BUT_COLOURS = {**OPTIONS, "rules": {name: {"enabled": False} for name in COLOURS}}
ONLY_COLOURS = {**OPTIONS, "runOnly": {"type": "rule", "values": COLOURS}}
WHOLE = {"include": [["html"]]}
WITHIN = {"include": [["main"]], "exclude": [["tr:nth-child(n+4)"], ["li:nth-child(n+4)"]]}  # more of the same
FINDINGS = """async ([context, options]) => (await axe.run(context, options)).violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.help}: ${found.nodes.map(node => node.target[0]).join(', ')}`)"""
AT_ONCE = "*, ::before, ::after { transition: none !important }"  # a theme's colours do not fade into the other's
HANGS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("who", LOGINS)
def test_every_page_can_be_used_by_everybody(company: Company, browser: Browser, who: str) -> None:
    book, problems, titles = AddressBook(who), list[str](), dict[str, str]()
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
            is_first = not titles  # the menu around it is that of the others, too
            titles[route.path] = page.title()
            problems += [f"{route.path} {problem}" for problem in what_is_wrong(page, WHOLE if is_first else WITHIN)]

    assert problems == []
    assert titles == {route.path: route.title for route in book.routes}
    assert len(set(titles.values())) == len(titles)


def what_is_wrong(page: Page, colours_of: dict[str, list[list[str]]] = WHOLE) -> Iterator[str]:
    """The serious findings about the page on the screen, in both themes; and at both widths, whether it hangs out.

    The colours are looked at where `colours_of` says, or everywhere in a soak.
    """
    page.evaluate(AXE_SCRIPT)
    page.add_style_tag(content=AT_ONCE)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        be_at_rest(page)
        if page.evaluate(HANGS_OUT):
            yield f"{width}: hangs out of the screen"
        if width == WIDE or SOAK:  # what stands on a page is the same at any width
            yield from (f"{width}: {finding}" for finding in page.evaluate(FINDINGS, [WHOLE, BUT_COLOURS]))
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                page.locator(f"html.{theme}").wait_for(state="attached")
                be_at_rest(page)
                where = WHOLE if SOAK else colours_of
                yield from (f"{theme} {width}: {finding}" for finding in page.evaluate(FINDINGS, [where, ONLY_COLOURS]))
