from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from sqlalchemy import Engine

from ezscale.kit.actor import robot
from ezscale.kit.clock import FixedClock
from ezscale.kit.numbering import take_number, take_numbers
from ezscale.kit.work import Database


@pytest.mark.all_databases
def test_a_number_that_was_rolled_back_is_used_again(open_work):
    def take_and_fail():
        with open_work() as work:
            take_number(work.session, "invoice-2026")
            raise RuntimeError("no invoice after all")

    taken = []
    for attempt in range(6):
        if attempt % 2:
            with pytest.raises(RuntimeError):
                take_and_fail()
        else:
            with open_work() as work:
                taken.append(take_number(work.session, "invoice-2026"))

    assert taken == [1, 2, 3]


@pytest.mark.all_databases
def test_a_block_of_numbers_follows_the_last_and_each_series_counts_for_itself(open_work):
    with open_work() as work:
        first = take_number(work.session, "order")
        block = take_numbers(work.session, "order", 3)
        other = take_number(work.session, "service")

    assert (first, list(block), other) == (1, [2, 3, 4], 1)


@pytest.mark.all_databases
def test_a_series_begins_though_the_first_who_want_it_fail(engine: Engine, clock: FixedClock):
    opener = Database(engine, clock).opener(robot("test"))
    writers, failing, start = 8, 3, Barrier(8)

    def write(series: int, writer: int) -> list[int]:
        start.wait()
        with suppress(ArithmeticError), opener() as work:
            number = take_number(work.session, f"new {series}")
            if writer < failing:
                raise ArithmeticError
            return [number]
        return []

    with ThreadPoolExecutor(writers) as threads:
        for series in range(12):
            answers = list(threads.map(write, [series] * writers, range(writers)))

            assert sorted(number for numbers in answers for number in numbers) == list(range(1, writers - failing + 1))
