"""Waiting for what other threads do."""

from collections.abc import Callable
from time import monotonic, sleep


def eventually(is_so: Callable[[], bool]) -> None:
    """It is so within a while."""
    end = monotonic() + 10
    while not is_so():
        assert monotonic() < end
        sleep(0.01)
