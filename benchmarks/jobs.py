"""Background work that does nothing, against taking and ending the same jobs with the bare driver."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from benchmarks.measuring import Place, Result, Watch, peak_mb
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import table_of
from ezscale.kit.encryption import Vault
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus, enqueue, job_row
from ezscale.kit.work import Database
from ezscale.tasks import company
from ezscale.tasks.registry import KNOWN
from ezscale.wiring import House

SIZES = (1_000, 10_000)
ROUNDS = 9
MOST = 3.0  # times as long as the bare driver
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOTHING = "benchmark.nothing"
TAKE = """
UPDATE job SET lease_until = {0}, tries = tries + 1
WHERE id = {0} AND status = 'ready' AND (lease_until IS NULL OR lease_until < {0})
"""
LOOK, END = (
    "SELECT task, arguments FROM job WHERE id = {0}",
    "UPDATE job SET status = 'done', lease_until = NULL WHERE id = {0}",
)


def measure(place: Place, size: int) -> Iterator[Result]:
    """Rounds of both, on the same table."""
    KNOWN[NOTHING] = lambda _house: None
    engine = place.database()
    gateway = open_gateway(key="sk_test_benchmark", webhook_secret="", base_url="http://127.0.0.1:9")
    vault = Vault({"k1": bytes(32)})
    house = House(Database(engine, FixedClock(NOW)), {"stripe": gateway}, {}, KeptMail(Path("unused")), vault)
    ours, bare = Watch(place.kind), Watch(place.kind)
    fill(engine, 50)
    company.drain(house)  # warm up
    for _ in range(ROUNDS):
        fill(engine, size)
        with ours.running():
            company.drain(house)
        assert waiting(engine) == 0
        fill(engine, size)
        with_driver(engine, bare)
        assert waiting(engine) == 0
        ours.next_round()
        bare.next_round()
    yield Result("jobs", size, place.kind, ours.best, bare.best, "s", peak_mb(), "bare driver", MOST)


def fill(engine: Engine, count: int) -> None:
    """So many jobs are due."""
    with Session(engine) as session:
        enqueue(session, [job_row(NOTHING, {}, new_id().hex, NOW) for _ in range(count)])
        session.commit()


def waiting(engine: Engine) -> int:
    """How many jobs are not done."""
    jobs = table_of(Job)
    with engine.connect() as connection:
        return int(
            connection.execute(select(func.count()).select_from(jobs).where(jobs.c.status != JobStatus.DONE)).scalar()
            or 0
        )


def with_driver(engine: Engine, watch: Watch) -> None:
    """Two transactions for each job: it is taken, and it is ended."""
    mark, begin = ("?", "BEGIN IMMEDIATE") if engine.dialect.name == "sqlite" else ("%s", "BEGIN")
    take, look, end = (statement.format(mark) for statement in (TAKE, LOOK, END))
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("SELECT id FROM job WHERE status = 'ready'")
    ids = [row[0] for row in cursor.fetchall()]
    raw.commit()
    late, early = NOW.replace(tzinfo=None).isoformat(" "), NOW.replace(year=2025, tzinfo=None).isoformat(" ")
    with watch.running():
        for job_id in ids:
            cursor.execute(begin) if mark == "?" else None
            cursor.execute(take, (late, job_id, early))
            cursor.execute(look, (job_id,))
            cursor.fetchone()
            raw.commit()
            cursor.execute(begin) if mark == "?" else None
            cursor.execute(end, (job_id,))
            raw.commit()
    raw.close()
