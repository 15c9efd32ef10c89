"""What every address must have."""

from collections.abc import Iterator

import pytest
from reflex_base.components.component import BaseComponent

from ezscale.cli.surroundings import ROOT
from ezscale.pages.menus import ADMIN_MENU
from ezscale.pages.routes import ALL, MARKETING

FOUND = [route for route in ALL if route.found]
by_path = pytest.mark.parametrize("route", ALL, ids=lambda route: route.path)


def parts(component: BaseComponent) -> Iterator[BaseComponent]:
    """A component and everything in it."""
    yield component
    for child in component.children:
        yield from parts(child)


def test_no_two_pages_share_an_address_or_a_title():
    paths, titles = [route.path for route in ALL], [route.title for route in ALL]

    assert len(set(paths)) == len(paths)
    assert len(set(titles)) == len(titles)


def test_the_handbook_says_what_each_page_of_sales_and_billing_is_for():
    handbook = (ROOT / "docs" / "operating.md").read_text("utf-8")
    pages = [entry.text for group in ADMIN_MENU if group.text in ("Sales", "Billing") for entry in group.entries]

    assert [page for page in pages if f"\n| {page} | " not in handbook] == []


@pytest.mark.parametrize("route", FOUND, ids=lambda route: route.path)
def test_what_search_engines_show_of_a_page_fits_their_space(route):
    assert 10 <= len(route.title) <= 60
    assert 20 <= len(route.description) <= 160


@by_path
def test_no_page_uses_a_themed_component_that_would_load_its_stylesheet_everywhere(route):
    libraries = {str(part.library) for part in parts(route.page()) if part.library}

    assert not [name for name in libraries if "@radix-ui/themes" in name]


@pytest.mark.parametrize("route", MARKETING, ids=lambda route: route.path)
def test_a_public_page_has_one_title_and_one_main_part(route):
    tags = [str(part.tag).strip('"') for part in parts(route.page()) if part.tag]

    assert tags.count("h1") == 1
    assert tags.count("main") == 1
