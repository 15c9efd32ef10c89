from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import SQLModel, select

from ezscale.kit import outbox
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind, Permission, robot
from ezscale.kit.clock import ClockShift, FixedClock, ShiftedClock, move_ahead, world_now
from ezscale.kit.database import open_engine
from ezscale.kit.errors import NotAllowed, NotSignedIn, TemporaryFailure
from ezscale.kit.events import Event, revive
from ezscale.kit.ids import new_id
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Database, Work


@dataclass(frozen=True, slots=True)
class LanternLit(Event):
    lantern_id: UUID
    on: date
    at: datetime
    by: str
    times: int
    keeper_id: UUID | None = None


def a_lantern() -> LanternLit:
    return LanternLit(new_id(), date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC), "Ada", 3)


@pytest.mark.parametrize("keeper", [None, new_id()], ids=["nobody", "somebody"])
def test_an_event_comes_back_from_storage_as_it_was(keeper):
    event = LanternLit(new_id(), date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC), "Ada", 3, keeper)

    assert revive("LanternLit", event.to_plain()) == event


def test_an_event_is_stored_with_the_change_that_caused_it(database):
    lit = a_lantern()
    with database.opener(robot("test"))() as work:
        work.emit(lit)

    with database.opener(robot("test"))() as work:
        [stored] = outbox.waiting(work.session)
    assert stored.event() == lit
    assert stored.happened_at == work.now


def test_work_that_fails_tells_nobody_anything(engine, clock):
    rung: list[float] = []
    database = Database(engine, clock, ring=rung.append)

    def light_and_stumble():
        with database.opener(robot("test"))() as work:
            work.emit(a_lantern())
            raise RuntimeError("stumbled")

    with pytest.raises(RuntimeError):
        light_and_stumble()

    with database.opener(robot("test"))() as work:
        assert work.session.exec(select(OutboxEvent)).all() == []
    assert rung == []


def test_the_bell_rings_after_a_commit_with_news_and_only_then(engine, clock):
    rung: list[float] = []
    database = Database(engine, clock, ring=rung.append)

    with database.opener(robot("test"))() as work:
        move_ahead(work.session, timedelta(seconds=1))
    with database.opener(robot("test"))() as work:
        work.emit(a_lantern())
        assert rung == []

    assert rung == [0]


def test_reading_changes_nothing(database):
    with database.reader(robot("test"))() as work:
        work.session.add(ClockShift(seconds=5))

    with database.opener(robot("test"))() as work:
        assert work.session.get(ClockShift, 1) is None


@pytest.mark.parametrize(
    ("moment", "zone", "today"),
    [
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "UTC", date(2026, 3, 2)),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 3, 3)),
        (datetime(2026, 3, 2, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 1)),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 3, 30)),  # on summer time already
    ],
)
def test_a_billing_day_ends_at_the_sellers_midnight(work, moment, zone, today):
    assert Work(work.session, moment, ANONYMOUS, ZoneInfo(zone)).today == today


def test_the_companys_clock_is_ahead_by_what_was_travelled_and_never_goes_back(database):
    ahead = Database(database.engine, ShiftedClock())
    with ahead.opener(robot("test"))() as work:
        move_ahead(work.session, timedelta(days=30))
        with pytest.raises(ValueError, match="only moves ahead"):
            move_ahead(work.session, timedelta(seconds=-1))

    with ahead.opener(robot("test"))() as work:
        assert timedelta(0) <= world_now() + timedelta(days=30) - work.now < timedelta(minutes=1)


def test_a_moment_without_a_zone_is_refused(database, clock):
    naive = Database(database.engine, FixedClock(clock.now.replace(tzinfo=None)))

    def light():
        with naive.opener(robot("test"))() as work:
            outbox.store(work.session, [a_lantern()], work.now)

    with pytest.raises(Exception, match="needs a time zone"):
        light()


def test_an_actor_does_what_they_may_and_a_stranger_is_asked_to_sign_in():
    reading = Permission("read")
    reader = Actor(ActorKind.USER, "Ada", permissions=frozenset({reading}))

    reader.require(reading)
    robot("test").require(Permission("anything"))
    with pytest.raises(NotAllowed):
        reader.require(Permission("write"))
    with pytest.raises(NotSignedIn):
        ANONYMOUS.require(reading)
    with pytest.raises(NotAllowed):
        reader.own_customer()


def test_who_does_not_get_the_one_write_lock_of_sqlite_gives_way(tmp_path):
    url = f"sqlite:///{tmp_path}/one.db"
    first, second = (Database(open_engine(url), FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))) for _ in range(2))
    SQLModel.metadata.create_all(first.engine)
    with second.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")  # not half a minute

    with first.opener(ANONYMOUS)() as work:
        work.session.connection()
        with pytest.raises(TemporaryFailure), second.opener(ANONYMOUS)() as too_late:
            too_late.session.connection()


def test_who_stands_in_line_for_too_long_gives_way_and_may_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr("ezscale.kit.turns.LONGEST", 0.05)
    database = Database(open_engine(f"sqlite:///{tmp_path}/one.db"), FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
    SQLModel.metadata.create_all(database.engine)

    def write() -> None:
        with database.opener(ANONYMOUS)() as work:
            work.session.connection()

    with ThreadPoolExecutor(1) as somebody:
        with database.opener(ANONYMOUS)() as work:
            work.session.connection()
            with pytest.raises(TemporaryFailure):
                somebody.submit(write).result()

        somebody.submit(write).result()
