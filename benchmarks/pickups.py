"""How long a job waits that is entered while nothing else is done: until a worker of Celery has heard the bell and taken it."""

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import cast
from uuid import UUID

from sqlalchemy import Engine, select
from sqlmodel import Session

from benchmarks.charges import broker, new_database
from benchmarks.measuring import Place, Result, peak_mb
from ezscale.cli.processes import Tree
from ezscale.cli.programs import worker
from ezscale.kit.clock import world_now
from ezscale.kit.database import open_engine, table_of
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus, enqueue, job_row
from ezscale.kit.settings import settings

SIZES = (200,)
SLOWEST = 300.0  # milliseconds, the 99th percentile
TASK = "billing.learn_tax_places"  # has nothing to do here
PAUSE = 0.05  # seconds, about
PATIENCE = 60.0  # seconds


def measure(place: Place, size: int) -> Iterator[Result]:
    """One job after the other, each entered and rung for by this process, and taken by the worker's."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)):
        url, chance = new_database(place), random.Random(size)
        os.environ.update(EZSCALE_DATABASE_URL=url, EZSCALE_DATA_DIR=folder)
        settings.cache_clear()
        from ezscale.tasks.app import wake_a_worker  # noqa: PLC0415  # it reads where the broker is as it is imported

        engine = open_engine(url)
        with one_worker():
            waits = list[float]()
            for number in range(size + 1):
                with Session(engine) as session:
                    row = job_row(TASK, {}, new_id().hex, world_now())
                    enqueue(session, [row])
                    session.commit()
                wake_a_worker()
                taken_at = when_taken(engine, row["id"])
                if number:  # the first one waits for the worker to start
                    waits.append(1000 * (taken_at - row["run_at"]).total_seconds())
                sleep(PAUSE * chance.uniform(0.5, 1.5))
    slowest = sorted(waits)[int(0.99 * len(waits))]
    yield Result("pick-up when idle, p99", size, place.kind, slowest, SLOWEST, "ms", peak_mb(), "300 ms", 1.0)


def when_taken(engine: Engine, job_id: UUID) -> datetime:
    """The moment at which it was taken, when it is done."""
    jobs, end = table_of(Job), monotonic() + PATIENCE
    done = select(jobs.c.finished_at).where(jobs.c.id == job_id, jobs.c.status == JobStatus.DONE)
    while monotonic() < end:
        with engine.connect() as connection:
            if (taken_at := connection.scalar(done)) is not None:
                return cast("datetime", taken_at)
        sleep(0.01)
    raise TimeoutError("no worker has taken it")


@contextmanager
def one_worker() -> Iterator[None]:
    """A worker as `ezscale run` starts it."""
    tree = Tree(lambda _sentence: None)
    tree.start([worker(settings())])
    try:
        yield
    finally:
        tree.stop()
