from datetime import timedelta

from sqlmodel import Session, SQLModel, select

from ezscale.accounts.steps import Purpose, begin_step
from ezscale.kit.actor import robot
from ezscale.kit.database import table_of
from ezscale.kit.jobs import Job, JobStatus, job_row
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt, OneTimeToken, SignInStep
from ezscale.models.sign_in import TokenPurpose
from ezscale.reporting.tidying import KEPT, tidy

THROWN_AWAY: tuple[type[SQLModel], ...] = (Job, OutboxEvent, LoginAttempt, OneTimeToken, SignInStep)


def rows(at):
    with at.robot() as work:
        tables = SQLModel.metadata.sorted_tables
        return {table.name: len(work.session.connection().execute(table.select()).all()) for table in tables}


def test_only_what_nobody_will_ask_for_again_is_thrown_away(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    with at.robot() as work:
        begin_step(work, Purpose.PASSKEY_ALONE)
    before = rows(at)
    at.clock.move(KEPT + timedelta(days=8))

    with at.robot() as work:
        tidy(work)

    after = rows(at)
    names = {table_of(model).name for model in THROWN_AWAY}
    assert {name: count for name, count in after.items() if count != before[name]} == dict.fromkeys(names, 0)
    assert all(before[name] for name in names)


def test_what_is_young_or_unfinished_is_kept(at, engine):
    ada = at.signs_up("Ada Moreno")
    with Session(engine) as session:
        work = Work(session, at.clock.now, robot("housekeeping"))
        old, young = work.now - KEPT - timedelta(seconds=1), work.now - KEPT + timedelta(seconds=1)
        for key, status, finished_at in (
            ("old", JobStatus.DONE, old),
            ("young", JobStatus.DONE, young),
            ("given up", JobStatus.FAILED, old),
            ("waiting", JobStatus.READY, None),
        ):
            session.add(Job(**job_row("a", {}, key, old) | {"status": status, "finished_at": finished_at}))
        for name, relayed_at in (("old", old), ("young", young), ("waiting", None)):
            session.add(OutboxEvent(name=name, happened_at=old, relayed_at=relayed_at))
        for name, moment in (("old", old), ("young", young)):
            session.add(LoginAttempt(subject=name, at=moment))
            link = {"user_id": ada.user.id, "purpose": TokenPurpose.VERIFY_EMAIL}
            session.add(OneTimeToken(**link, token_hash=name, expires_at=moment))

        tidy(work)

        assert set(session.exec(select(Job.once_key))) == {"young", "given up", "waiting"}
        assert set(session.exec(select(OutboxEvent.name))) == {"young", "waiting", "UserSignedUp"}
        assert "old" not in session.exec(select(LoginAttempt.subject)).all()
        assert session.exec(select(OneTimeToken.token_hash)).all() == ["young"]
