from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from ezscale.tasks import messaging
from tests.company import Company, Rounds


@pytest.fixture
def rounds() -> Rounds:
    """A letter may have to be sent once more."""
    return frozenset({messaging.send_what_was_left})


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path, rounds: Rounds) -> Iterator[Company]:
    """A company, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path, rounds=rounds)
    yield company
    assert company.complaints() == {}
