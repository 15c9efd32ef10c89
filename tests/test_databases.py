"""The tests' own databases can be trusted."""

from datetime import timedelta

import pytest

from ezscale.kit.clock import ClockShift, move_ahead, shift
from ezscale.kit.work import OpenWork, Work


@pytest.mark.all_databases
@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_starts_with_an_empty_database(work: Work, open_work: OpenWork, time: str) -> None:
    assert work.session.get(ClockShift, 1) is None, time

    with open_work() as other:
        move_ahead(other.session, timedelta(days=1))

    assert shift(work.session) == timedelta(days=1)


@pytest.mark.all_databases
def test_what_was_set_up_is_seen_by_real_transactions(work: Work, open_work: OpenWork) -> None:
    row = ClockShift(seconds=7)
    work.session.add(row)

    with open_work() as other:
        move_ahead(other.session, timedelta(seconds=3))

    assert row.seconds == 10


@pytest.mark.all_databases
def test_work_that_fails_leaves_nothing(work: Work, open_work: OpenWork) -> None:
    def fail_half_way() -> None:
        with open_work() as other:
            move_ahead(other.session, timedelta(seconds=3))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()

    assert shift(work.session) == timedelta(0)
