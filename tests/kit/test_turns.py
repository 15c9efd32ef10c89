"""Turns of those who write."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from time import sleep

import pytest

from ezscale.kit.turns import Rank, TooLong, Turns, stand
from tests.patience import eventually


def test_one_at_a_time_however_many_there_are() -> None:
    turns, inside, most = Turns(), 0, 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns, turns:  # whoever has it may have it again
                inside += 1
                most = max(most, inside)
                sleep(0)
                inside -= 1

    together(write, 8)

    assert most == 1


def test_money_goes_first_and_leaves_each_fourth_turn_to_the_others() -> None:
    turns, order = Turns(), list[Rank]()

    def write(rank: Rank) -> None:
        stand(rank)
        with turns:
            order.append(rank)

    with turns:
        threads = [threading.Thread(target=write, args=(rank,)) for rank in [*Rank] * 8]
        for thread in threads:
            thread.start()
        eventually(lambda: sum(len(queue) for queue in turns._waiting) == len(threads))
    for thread in threads:
        thread.join()

    in_short = "".join(rank.name[0] for rank in order)
    assert in_short == "MMMHMMMHMMHBHHHBHHBBBBBB"


def test_processes_that_name_the_same_file_are_one_line_and_the_dead_hold_nobody_up(tmp_path: Path) -> None:
    file = tmp_path / "books.db-turn"
    spawn = multiprocessing.get_context("spawn")
    has_it = spawn.Event()
    other = spawn.Process(target=keep, args=(file, has_it))
    other.start()
    assert has_it.wait(60)
    got_it = threading.Event()

    def write() -> None:
        with Turns(file):
            got_it.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not got_it.wait(0.2)

    os.kill(other.pid or 0, signal.SIGKILL)

    assert got_it.wait(60)
    waiting.join()
    other.join()


def test_nobody_stands_in_line_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ezscale.kit.turns.LONGEST", 0.05)
    turns, gave_up = Turns(), threading.Event()

    def write() -> None:
        with pytest.raises(TooLong), turns:
            pass
        gave_up.set()

    with turns:
        together(write, 1)
    with turns:  # it is handed on to nobody who has left
        pass

    assert gave_up.is_set()


def test_who_cannot_open_the_file_has_a_line_of_their_own(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "somebody" / "else's.db-turn")

    for _ in range(2):
        with turns:
            pass


def test_a_forked_process_does_not_wait_for_threads_that_it_has_not() -> None:
    turns = Turns()
    has_it, goes_on = threading.Event(), threading.Event()

    def keep_it() -> None:
        with turns:
            has_it.set()
            goes_on.wait(60)

    keeping = threading.Thread(target=keep_it)
    keeping.start()
    has_it.wait(60)
    child = multiprocessing.get_context("fork").Process(target=turns.__enter__)
    child.start()
    child.join(60)
    goes_on.set()
    keeping.join()

    assert child.exitcode == 0


def keep(file: Path, has_it: Event) -> None:
    """Have the turn, until killed."""
    with Turns(file):
        has_it.set()
        sleep(600)


def together(deed: Callable[[], None], count: int) -> None:
    """As many threads do it at the same time."""
    threads = [threading.Thread(target=deed) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
