"""Starting workers, and bringing the company through whatever happens to them."""

import multiprocessing
import signal
from collections.abc import Callable
from datetime import datetime
from multiprocessing.context import ForkServerProcess

from tests.reliability.worker import Fate, LiveOn, Workplace, renew, work_until

LIVE_ON = LiveOn()
LONGEST_LIFE = 120  # seconds
WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["pytest", "tests.reliability.worker"])  # a new worker is there in milliseconds


def a_life(place: Workplace, until: datetime, fate: Fate = LIVE_ON) -> bool:
    """One worker's life: True when it has done all there was to do, False when it was killed."""
    return ended_well(started(work_until, place, until, fate))


def a_night(place: Workplace, block: int, fate: Fate) -> bool:
    """One worker's renewal run: True when it came to its end."""
    return ended_well(started(renew, place, block, fate))


def started(work: Callable[..., None], *how: object) -> ForkServerProcess:
    """A worker at work."""
    worker = WORKERS.Process(target=work, args=how)
    worker.start()
    return worker


def ended_well(worker: ForkServerProcess) -> bool:
    """Whether a worker went home by itself. Anything but that or a violent death is a failure."""
    worker.join(LONGEST_LIFE)
    assert worker.exitcode in (0, -signal.SIGKILL), f"a worker ended with {worker.exitcode}"
    done = worker.exitcode == 0
    worker.close()
    return done
