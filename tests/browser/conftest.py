"""A running company and a Chromium for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chrome import PATIENCE, open_chromium
from tests.browser.company import Company, running_company
from tests.machine import run_folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stories take the company ahead by months: its pages are looked at before."""
    stories = Path(__file__).with_name("test_families.py")
    items.sort(key=lambda item: item.path == stories)


@pytest.fixture(scope="session")
def company(chromium: str) -> Iterator[Company]:
    """The one company of this run: it is only started where there is a Chromium to walk through it."""
    folder = run_folder() / "company"
    folder.mkdir()  # another worker that has one already would mean that tests were not kept together
    with running_company(folder) as company:
        yield company


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium for the tests of one file; while it is open, its thread cannot run asynchronous tests."""
    expect.set_options(timeout=PATIENCE)
    with open_chromium(chromium) as browser:
        yield browser
