"""A vendor that does not answer is left alone, by all processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ezscale.kit.clock import FixedClock
from ezscale.kit.vendor_lines import LOOK_AGAIN, MOST_FAILURES, Breaker, Standing, silent_lines
from ezscale.kit.work import Database, Work
from tests.databases import statements_on

pytestmark = pytest.mark.all_databases


@pytest.fixture
def here(database: Database) -> Breaker:
    """A vendor's line as one process sees it."""
    return Breaker(database, "stripe")


@pytest.fixture
def there(database: Database) -> Breaker:
    """The same line, seen from another process."""
    return Breaker(database, "stripe")


def falls_silent(breaker: Breaker) -> None:
    """It fails as often as it takes."""
    for _ in range(MOST_FAILURES):
        breaker.failed("ReadTimeout")


def test_failures_in_a_row_end_the_calls_everywhere(here: Breaker, there: Breaker, work: Work) -> None:
    for breaker in [here, there] * MOST_FAILURES:
        breaker.failed("ReadTimeout")
        if breaker.look().wait is not None:
            break

    line = silent_lines(work)[0]
    assert (line.name, line.silent_since, line.failures) == ("stripe", work.now, MOST_FAILURES)
    assert here.look().wait == there.look().wait == LOOK_AGAIN


def test_a_line_without_failures_is_trusted_until_one_is_met(here: Breaker, database: Database) -> None:
    with statements_on(database.engine) as sent:
        standings = {here.look() for _ in range(20)}
    assert (standings, len(sent)) == ({Standing()}, 2)  # BEGIN, and one look

    falls_silent(here)

    assert here.look().wait == LOOK_AGAIN


def test_an_answer_in_between_forgives_what_was_before(here: Breaker, there: Breaker) -> None:
    for _ in range(MOST_FAILURES):
        here.failed("ReadTimeout")
        assert there.look().is_in_doubt
        there.answered()

    assert here.look().wait is None


def test_one_call_finds_out_whether_it_answers_again(here: Breaker, database: Database, clock: FixedClock) -> None:
    falls_silent(here)
    clock.move(LOOK_AGAIN)

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda _: Breaker(database, "stripe").look(), range(20)))

    assert [standing.wait for standing in seen].count(None) == 1


def test_a_try_in_vain_leaves_it_alone_for_as_long_again(here: Breaker, there: Breaker, clock: FixedClock) -> None:
    falls_silent(here)
    since = clock.now
    clock.move(LOOK_AGAIN)
    assert here.look().wait is None

    here.failed("ReadTimeout")

    assert there.look().wait == LOOK_AGAIN
    assert there.look().since == since


def test_one_answer_is_enough(here: Breaker, there: Breaker, clock: FixedClock, work: Work) -> None:
    falls_silent(here)
    clock.move(LOOK_AGAIN)
    assert here.look().wait is None

    here.answered()

    assert there.look().wait is None
    assert silent_lines(work) == []
