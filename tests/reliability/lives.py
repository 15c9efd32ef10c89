"""Starting workers, and bringing the company through whatever happens to them."""

import multiprocessing
import signal
from datetime import datetime
from multiprocessing.context import ForkServerProcess

from tests.reliability.worker import Fate, LiveOn, Workplace, work_until

LIVE_ON = LiveOn()
LONGEST_LIFE = 120  # seconds
WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["pytest", "tests.reliability.worker"])  # a new worker is there in milliseconds


def a_life(place: Workplace, until: datetime, fate: Fate = LIVE_ON) -> bool:
    """One worker's life: True when it has done all there was to do, False when it was killed."""
    worker = started(place, until, fate)
    worker.join(LONGEST_LIFE)
    return ended_well(worker)


def started(place: Workplace, until: datetime, fate: Fate = LIVE_ON) -> ForkServerProcess:
    """A worker at work."""
    worker = WORKERS.Process(target=work_until, args=(place, until, fate))
    worker.start()
    return worker


def ended_well(worker: ForkServerProcess) -> bool:
    """Whether a worker went home by itself. Anything but that or a violent death is a failure."""
    assert worker.exitcode in (0, -signal.SIGKILL), f"a worker ended with {worker.exitcode}"
    done = worker.exitcode == 0
    worker.close()
    return done
