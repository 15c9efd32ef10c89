from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from tests.company import Company, Person, Rounds


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path, rounds: Rounds) -> Iterator[Company]:
    """A company, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path, rounds=rounds)
    yield company
    assert company.complaints() == {}


@pytest.fixture
def ada(at: Company) -> Person:
    """Ada, who since 2 March has a server for 11.00 a month, with 23 % VAT."""
    ada = at.signs_up("Ada Moreno", country="IE")
    ada.buys("vps-2")
    return ada
