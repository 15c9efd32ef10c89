from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from ezscale.tasks import billing, provisioning
from tests.company import Company, Rounds


@pytest.fixture
def rounds() -> Rounds:
    """Whoever has ordered, or would like to, may have to wait, or never pay."""
    return frozenset(
        {
            provisioning.warn_of_reserved,
            provisioning.tend_waitlist,
            provisioning.look_for_room,
            provisioning.expire_orders,
            billing.find_lost_answers,
        }
    )


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path, rounds: Rounds) -> Iterator[Company]:
    """A company, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path, rounds=rounds)
    yield company
    assert company.complaints() == {}
