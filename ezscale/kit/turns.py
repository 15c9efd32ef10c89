"""Who may write next, of the many threads of a worker: one at a time, and those who collect money before the others."""

import os
import threading
from collections import deque
from enum import IntEnum
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from types import TracebackType

MOST_IN_A_ROW = 3  # turns of one rank while somebody behind it waits


class Rank(IntEnum):
    """Who goes before whom."""

    MONEY = 0
    HOUSE = 1
    BULK = 2


_this_thread = threading.local()


def stand(rank: Rank) -> None:
    """This thread has this rank from now on; without one it is HOUSE."""
    _this_thread.rank = rank


class Turns:
    """One thread at a time, by rank and in the order in which they came; who has the turn may have it again.

    Each rank leaves every fourth turn to those behind it, so that nobody waits for ever. All processes that name the same
    file are one line: the operating system wakes the next, and lets go what a process that is killed held.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._file = os.open(shared, os.O_WRONLY | os.O_CREAT, 0o600) if shared else None
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._depth = 0
        self._waiting: list[deque[Waiting]] = [deque() for _ in Rank]
        self._in_a_row = [0 for _ in Rank]

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return
        gate = self._queue_up(me)
        if gate is not None:
            gate.acquire()  # until whoever has the turn hands it on
        if self._file is not None:
            flock(self._file, LOCK_EX)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._depth:
            self._depth -= 1
            return
        if self._file is not None:
            flock(self._file, LOCK_UN)
        with self._lock:
            self._owner, gate = self._next()
            if gate is not None:
                gate.release()

    def _queue_up(self, me: int) -> "threading.Lock | None":
        """None when it is our turn already."""
        with self._lock:
            if self._owner is None:
                self._owner = me
                return None
            gate = threading.Lock()
            gate.acquire()
            self._waiting[getattr(_this_thread, "rank", Rank.HOUSE)].append((me, gate))
            return gate

    def _next(self) -> "Waiting | tuple[None, None]":
        ranks = [rank for rank in Rank if self._waiting[rank]]
        for rank in ranks:
            if rank is ranks[-1] or self._in_a_row[rank] < MOST_IN_A_ROW:
                self._in_a_row[rank] += 1
                return self._waiting[rank].popleft()
            self._in_a_row[rank] = 0
        return None, None


Waiting = tuple[int, "threading.Lock"]
