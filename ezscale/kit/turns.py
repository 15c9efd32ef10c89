"""Who may write next, where only one can or only one should: by rank, and in the order in which they came."""

import os
import threading
import time
from collections import deque
from enum import IntEnum
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from types import TracebackType
from weakref import WeakSet

import structlog

log = structlog.get_logger()

MOST_IN_A_ROW = 3  # turns of one rank while somebody behind it waits
LONGEST = 30.0  # seconds that a thread stands in line
LOOK_EVERY = 0.0005  # seconds, while another process has the turn


class Rank(IntEnum):
    """Who goes before whom."""

    MONEY = 0
    HOUSE = 1
    BULK = 2


class TooLong(Exception):
    """Nobody has handed on the turn for a long time."""


_this_thread = threading.local()


def stand(rank: Rank) -> None:
    """This thread has this rank from now on; without one it is HOUSE."""
    _this_thread.rank = rank


class Turns:
    """One thread at a time; who has the turn may have it again. TooLong after half a minute in line.

    Each rank leaves every fourth turn to those behind it, so that nobody waits for ever. All processes that name the same
    file are one line. What a process that was killed held is free, and nobody waits long for one that hangs: the file is
    a courtesy among processes, and whatever they write to guards itself.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._owner: int | None = None
        self._depth = 0
        self._begin()
        _all.add(self)

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return
        gate = self._queue_up(me)
        if gate is not None and not gate.acquire(timeout=LONGEST):  # until whoever has the turn hands it on
            self._leave(me, gate)
        self._wait_for_other_processes()

    def __exit__(
        self,
        _kind: type[BaseException] | None = None,
        _error: BaseException | None = None,
        _trace: TracebackType | None = None,
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

    def _begin(self) -> None:
        self._file: int | None = None
        self._lock = threading.Lock()
        self._owner, self._depth = None, 0
        self._waiting: list[deque[Waiting]] = [deque() for _ in Rank]
        self._in_a_row = [0 for _ in Rank]

    def begin_anew(self) -> None:
        """In a forked process none of the threads is left that stood here."""
        if self._file is not None:
            os.close(self._file)  # the parent's turn, if it has it, stays the parent's
        self._begin()

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

    def _leave(self, me: int, gate: "threading.Lock") -> None:
        """Unless it has become our turn at this very moment."""
        with self._lock:
            for queue in self._waiting:
                if (me, gate) in queue:
                    queue.remove((me, gate))
                    raise TooLong

    def _next(self) -> "Waiting | tuple[None, None]":
        ranks = [rank for rank in Rank if self._waiting[rank]]
        for rank in ranks:
            if rank is ranks[-1] or self._in_a_row[rank] < MOST_IN_A_ROW:
                self._in_a_row[rank] += 1
                return self._waiting[rank].popleft()
            self._in_a_row[rank] = 0
        return None, None

    def _wait_for_other_processes(self) -> None:
        if self._file is None and self._shared is not None:
            try:
                self._file = os.open(self._shared, os.O_WRONLY | os.O_CREAT, 0o600)
            except OSError as error:  # somebody else's, say: then each process has a line of its own
                log.warning("line_not_shared", file=str(self._shared), reason=str(error))
                self._shared = None
        if self._file is None:
            return
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            try:
                flock(self._file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK_EVERY)
            else:
                return


Waiting = tuple[int, "threading.Lock"]
_all: WeakSet[Turns] = WeakSet()


def _begin_all_anew() -> None:
    for turns in _all:
        turns.begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)
