from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from tests.company import Company, Rounds


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path, rounds: Rounds) -> Iterator[Company]:
    """A company, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path, rounds=rounds)
    yield company
    assert company.complaints() == {}
