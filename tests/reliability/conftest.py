"""A company whose vendors and workers are processes of their own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from tests.company import Company
from tests.reliability.vendors import lines_to, vendors_on_loopback
from tests.reliability.worker import FiledClock, Workplace


@pytest.fixture(scope="session")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the stand-ins are served."""
    with vendors_on_loopback(tmp_path_factory.mktemp("vendors")) as url:
        yield url


@pytest.fixture
def place(engine: Engine, clock: FixedClock, vendors: str, tmp_path: Path) -> Workplace:
    """Where workers work."""
    place = Workplace(engine.url.render_as_string(hide_password=False), lines_to(vendors, tmp_path.name), tmp_path)
    FiledClock(place.clock, clock.now)
    return place


@pytest.fixture
def at(engine: Engine, place: Workplace) -> Iterator[Company]:
    """The company, seen from here."""
    clock = FiledClock(place.clock)
    with httpx.HTTPTransport(verify=False) as line:
        lines = replace(place.lines, stripe=line, panel=line)
        yield Company(Database(engine, clock), clock, place.folder, lines=lines)
