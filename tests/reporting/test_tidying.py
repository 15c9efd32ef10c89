from datetime import timedelta

import pytest
from sqlmodel import Session, SQLModel, select

from ezscale.accounts.history import history
from ezscale.accounts.lockouts import TRIES_OF_STRANGERS
from ezscale.accounts.signing_in import SignedIn, sign_in
from ezscale.accounts.steps import Purpose, begin_step
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid, TooMany
from ezscale.kit.jobs import Job, JobStatus, job_row
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt, OneTimeToken, SignIn, SignInStep
from ezscale.models.sign_in import TokenPurpose
from ezscale.reporting.tidying import KEPT, SIGN_INS_KEPT, WRONG_TRIES_KEPT, tidy
from tests.company import PASSWORD

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


@pytest.mark.all_databases
def test_sign_in_history_is_kept_for_a_year_and_wrong_tries_for_a_quarter(at):
    ada = at.signs_up("Ada Moreno")
    old, young = timedelta(seconds=1), -timedelta(seconds=1)
    with at.robot() as work:
        for ok, kept in ((True, SIGN_INS_KEPT), (False, WRONG_TRIES_KEPT)):
            for name, moment in (("old", work.now - kept - old), ("young", work.now - kept - young)):
                work.session.add(SignIn(user_id=ada.user.id, at=moment, ok=ok, how=name))

    with at.robot() as work:
        tidy(work)

    assert [(line.how, line.ok) for line in ada.does(history)] == [("young", False), ("young", True)]


def test_an_owner_is_still_known_where_they_signed_in_when_their_history_is_gone(at):
    ada, home = at.signs_up("Ada Moreno"), "198.51.100.7"
    visitor = at.house.database.opener(ANONYMOUS)
    sign_in(visitor, ada.user.email, PASSWORD, address=home)
    at.works()
    at.clock.move(SIGN_INS_KEPT + timedelta(days=1))
    with at.robot() as work:
        tidy(work)
        assert work.session.exec(select(SignIn)).all() == []
    for number in range(TRIES_OF_STRANGERS):
        with pytest.raises(Invalid):
            sign_in(visitor, ada.user.email, "a guess", address=f"203.0.113.{number}")
    with pytest.raises(TooMany):
        sign_in(visitor, ada.user.email, PASSWORD, address="203.0.113.200")

    assert isinstance(sign_in(visitor, ada.user.email, PASSWORD, address=home), SignedIn)
