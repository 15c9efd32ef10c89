"""The bell that wakes a worker. It rings in the background: whoever has committed never waits for the broker."""

import os
import threading
from collections.abc import Callable
from time import sleep

PAUSE = 0.05  # seconds after it has rung: whoever comes meanwhile is heard together


class Bell:
    """Rings once for however many commits came while it was ringing. Works again in a forked process."""

    def __init__(self, pull: Callable[[], None]) -> None:
        self._pull = pull
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._ringing_in = 0

    def ring(self) -> None:
        """Somebody should look at what waits; returns at once."""
        self._wanted.set()
        with self._lock:
            if self._ringing_in != os.getpid():
                self._ringing_in = os.getpid()
                threading.Thread(target=self._keep_ringing, name="bell", daemon=True).start()

    def _keep_ringing(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._pull()
            sleep(PAUSE)
