"""Background work in several processes, of which one may be killed every second, against Celery alone on the same machine."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import perf_counter, sleep

from celery import Celery
from sqlmodel import Session

from benchmarks.charges import broker, new_database
from benchmarks.jobs import waiting
from benchmarks.measuring import Place, Result, peak_mb
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.kit.clock import WorldClock, world_now
from ezscale.kit.collector import calm_collector
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import Vault
from ezscale.kit.events import Event
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Lane, enqueue, job_row
from ezscale.kit.work import Database
from ezscale.tasks import company
from ezscale.tasks.crew import Crew
from ezscale.tasks.registry import KNOWN
from ezscale.wiring import House

SIZES = (1_000, 10_000, 100_000)
MOST_LASTING = 2_000  # of those that take their time
LASTING = 0.05  # seconds
HANDS = {Lane.HOUSE: 4, Lane.BULK: 1, Lane.GATEWAY: 1, Lane.VENDORS: 1}
TASK = "benchmark.note"
A_SECOND = 1.0
AS_LONG_AT_MOST = 1 / 0.8
BLOCK = 1_000
WARM = 50  # jobs before the watch runs
PLACE = "EZSCALE_BENCH_FOLDER"


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something to note, after so many seconds."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Site:
    """Where the workers of one company find their jobs, and where they note what they have done."""

    database_url: str
    folder: str

    def house(self) -> House:
        """The company, as one process sees it."""
        KNOWN[TASK] = lambda _house, event: note(self.folder, event.number, event.seconds)
        database = Database(open_engine(self.database_url), WorldClock())
        return House(database, {}, {}, KeptMail(Path(self.folder)), Vault({"k1": bytes(32)}))


def measure(place: Place, size: int) -> Iterator[Result]:
    """Jobs that do nothing and jobs that take their time, with two and with eight workers, and with one killed a second."""
    for seconds in (0.0, LASTING):
        count = min(size, MOST_LASTING) if seconds else size
        what = f"{1000 * seconds:.0f} ms" if seconds else "no-op"
        for workers in (2, 8):
            with tempfile.TemporaryDirectory() as folder:
                bare = celery_alone(Path(folder), count, seconds, workers)
            ours, _ = run(place, count, seconds, workers, is_deadly=False)
            name, against = f"crew, {what}, {workers} workers", "Celery alone"
            yield Result(name, count, place.kind, ours, bare, "s", peak_mb(), against, AS_LONG_AT_MOST)
            deadly, killed = run(place, count, seconds, workers, is_deadly=True)
            yield Result(f"{name}, {killed} killed", count, place.kind, deadly, ours, "s", peak_mb(), "none killed")


def run(place: Place, count: int, seconds: float, workers: int, *, is_deadly: bool) -> tuple[float, int]:
    """All jobs are done by so many workers: in how many seconds, and how many of them died of it."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(new_database(place), folder)
        house = site.house()
        crew = [begin(site) for _ in range(workers)]
        killed, chance = 0, random.Random(count)
        try:
            fill(house, range(count, count + WARM), 0)
            while waiting(house.database.engine):
                sleep(0.05)
            began = perf_counter()
            fill(house, range(count), seconds)
            while waiting(house.database.engine):
                sleep(A_SECOND if is_deadly else 0.05)
                if is_deadly and waiting(house.database.engine):
                    unlucky = chance.randrange(workers)
                    end(crew[unlucky])
                    crew[unlucky] = begin(site)
                    killed += 1
            took = perf_counter() - began
        finally:
            for worker in crew:
                end(worker)
        check(folder, count, killed)
    return took, killed


def begin(site: Site) -> BaseProcess:
    """A worker."""
    worker = multiprocessing.get_context("fork").Process(target=work, args=(site,))
    worker.start()
    return worker


def end(worker: BaseProcess) -> None:
    """Kill a worker."""
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()


def work(site: Site) -> None:
    """One worker, as it is in production, and a beat that makes it look."""
    calm_collector()
    house = site.house()
    house.database.take_turns()
    company.take_over(house)
    crew = Crew(lambda: house, HANDS)
    while True:
        crew.look()
        sleep(0.5)


def fill(house: House, numbers: range, seconds: float) -> None:
    """Jobs with these numbers are due."""
    now = world_now()
    for start in range(0, len(numbers), BLOCK):
        rows = [
            job_row(
                TASK, {"event": Noted.__name__, "payload": {"number": number, "seconds": seconds}}, new_id().hex, now
            )
            for number in numbers[start : start + BLOCK]
        ]
        with Session(house.database.engine) as session:
            enqueue(session, rows)
            session.commit()


def note(folder: str, number: int, seconds: float) -> None:
    """The effect of a job: a line that says so."""
    sleep(seconds)
    notes = os.open(Path(folder, "notes"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(notes, f"{number}\n".encode())
    os.close(notes)


def check(folder: str, count: int, killed: int) -> None:
    """Everything was done; and twice only what was in the hands of those who were killed."""
    done = Counter(Path(folder, "notes").read_text("utf-8").split())
    assert len(done) == count + WARM
    assert done.total() - count - WARM <= killed * sum(HANDS.values())


app = Celery("alone", broker=f"redis+socket://{os.environ.get(PLACE, '')}/valkey.sock")
app.conf.update(task_ignore_result=True)


@app.task(name="note")
def note_alone(folder: str, number: int, seconds: float) -> None:
    """The same effect."""
    note(folder, number, seconds)


def celery_alone(folder: Path, count: int, seconds: float, workers: int) -> float:
    """In how many seconds Celery does it, from the first message to the last line."""
    with broker(folder) as address, celery_workers(folder, workers), Celery("sender", broker=address) as sender:
        sender.send_task("note", (str(folder), -1, 0))
        wait_for_lines(folder, 1)
        began = perf_counter()
        for number in range(count):
            sender.send_task("note", (str(folder), number, seconds))
        wait_for_lines(folder, count + 1)
        return perf_counter() - began


@contextmanager
def celery_workers(folder: Path, workers: int) -> Iterator[None]:
    """As many processes as ours, with as many hands."""
    quietly = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    options = ("worker", "-P", "threads", "-c", str(HANDS[Lane.HOUSE]), *quietly)
    with (folder / "celery.log").open("wb") as log, ExitStack() as ended:
        for number in range(workers):
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", f"{__name__}:app", *options, "-n", f"worker{number}"],
                cwd=Path(__file__).parents[1],
                env={**os.environ, PLACE: str(folder)},
                stdout=log,
                stderr=log,
            )
            ended.callback(worker.wait)
            ended.callback(worker.kill)
        yield


def wait_for_lines(folder: Path, count: int) -> None:
    """Go on when so much was done."""
    notes = folder / "notes"
    while not notes.exists() or notes.read_bytes().count(b"\n") < count:
        sleep(0.05)
