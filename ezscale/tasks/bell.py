"""The bell that wakes a worker. It rings in the background: whoever has committed never waits for the broker."""

import os
import threading
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic, sleep

import structlog

log = structlog.get_logger()

PAUSE = 0.05  # seconds after it has rung: whoever comes meanwhile is heard together
AFTER_TROUBLE = 1.0  # seconds until it rings again when nobody could be woken
MOST_SET = 1000  # moments it is set for; what is due at others is found by the next sweep


class Bell:
    """Rings once for however many commits came while it was ringing. Works again in a forked process."""

    def __init__(self, pull: Callable[[], None]) -> None:
        self._pull = pull
        self._set_for: list[float] = []  # moments, as a heap
        self._called = threading.Condition()
        self._ringing_in = 0

    def ring(self, after: float = 0) -> None:
        """Somebody should look at what waits, now or in so many seconds; returns at once."""
        moment = monotonic() + after
        with self._called:
            is_set = bool(self._set_for) and self._set_for[0] <= moment
            if not is_set or (after and len(self._set_for) < MOST_SET):
                heappush(self._set_for, moment)
            if self._ringing_in != os.getpid():
                self._ringing_in = os.getpid()
                threading.Thread(target=self._keep_ringing, name="bell", daemon=True).start()
            self._called.notify_all()

    def _keep_ringing(self) -> None:
        while True:
            self._wait_for_the_next()
            try:
                self._pull()
            except Exception:  # the database is away, say; nobody else would start this thread again
                log.exception("bell_stuck")
                self.ring(AFTER_TROUBLE)
            sleep(PAUSE)

    def _wait_for_the_next(self) -> None:
        with self._called:
            while not self._set_for or self._set_for[0] > monotonic():
                self._called.wait(self._set_for[0] - monotonic() if self._set_for else None)
            while self._set_for and self._set_for[0] <= monotonic():
                heappop(self._set_for)
