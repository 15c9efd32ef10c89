"""What a person sees of their sessions, and how they end them."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.sessions import SEEN_EVERY, end_other_sessions, end_session, is_long_unseen, is_of, see, sessions
from ezscale.accounts.signing_in import SESSION_LASTS, begin_session
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.audit import AuditEntry
from ezscale.kit.errors import NotFound
from ezscale.models import LoginSession, User
from tests.builders import OFFERED


@pytest.fixture
def begins(visitor, ada):
    def begins(device="Firefox") -> str:
        with visitor() as work:
            return begin_session(work, work.session.get_one(User, ada.id), device=device).token

    return begins


def test_live_sessions_are_listed_the_last_used_first(visitor, as_ada, begins, clock):
    begins("long over")
    clock.move(SESSION_LASTS)
    first = begins("first")
    begins("second")
    clock.move(SEEN_EVERY)
    with visitor() as work:
        see(work, first)

    with as_ada()() as work:
        listed = sessions(work)
    assert [session.device for session in listed] == ["first", "second"]
    assert [is_of(session, first) for session in listed] == [True, False]


def test_one_session_is_ended_and_no_other(as_ada, begins, whoever_holds):
    here, there = begins("here"), begins("there")

    with as_ada()() as work:
        [other] = [session for session in sessions(work) if session.device == "there"]
        end_session(work, other.id)

    assert whoever_holds(there) == ANONYMOUS
    assert whoever_holds(here).is_signed_in


def test_all_others_are_ended(as_ada, begins, whoever_holds):
    here, *others = begins(), begins(), begins()

    with as_ada()() as work:
        end_other_sessions(work, here)

    assert whoever_holds(here).is_signed_in
    assert [whoever_holds(token) for token in others] == [ANONYMOUS, ANONYMOUS]


def test_a_session_of_somebody_else_does_not_exist(database, visitor, begins, whoever_holds):
    token = begins()
    eve = sign_up(visitor, NewPerson("Eve Lang", "eve@example.com", "plum orchard lantern 42", "IE", "EUR"), OFFERED)
    with visitor() as work:
        theirs, actor = work.session.exec(select(LoginSession)).one(), actor_for(work, eve.id, confirmed=True)

    with database.opener(actor)() as work, pytest.raises(NotFound):
        end_session(work, theirs.id)

    assert whoever_holds(token).is_signed_in


@pytest.mark.parametrize(("later", "is_written"), [(SEEN_EVERY - timedelta(seconds=1), False), (SEEN_EVERY, True)])
def test_when_a_session_was_last_seen_is_written_once_a_minute_at_most(visitor, begins, clock, later, is_written):
    token, before = begins(), clock.now
    clock.move(later)

    with visitor() as work:
        unseen = is_long_unseen(work, work.session.exec(select(LoginSession)).one())
        see(work, token)

    with visitor() as work:
        assert work.session.exec(select(LoginSession.last_seen_at)).one() == (clock.now if is_written else before)
    assert unseen is is_written


def test_being_seen_is_nothing_for_the_audit_trail(visitor, begins, clock):
    token = begins()
    with visitor() as work:
        before = len(work.session.exec(select(AuditEntry)).all())
    clock.move(SEEN_EVERY)

    with visitor() as work:
        see(work, token)

    with visitor() as work:
        assert len(work.session.exec(select(AuditEntry)).all()) == before
