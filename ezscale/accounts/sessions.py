"""Signed-in browsers: what a person sees of theirs, and how they end."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.oneself import oneself
from ezscale.accounts.signing_in import end_sessions
from ezscale.kit.errors import NotFound
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.models import LoginSession

SEEN_EVERY = timedelta(minutes=1)


def sessions(work: Work) -> list[LoginSession]:
    """One's own live sessions, the last used first."""
    own = _live(work).order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id).desc())
    return list(work.session.exec(own))


def end_session(work: Work, session_id: UUID) -> None:
    """Sign out another browser of one's own."""
    session = work.session.exec(_live(work).where(LoginSession.id == session_id)).first()
    if session is None:
        raise NotFound("We could not find this session.")
    session.end(work.now)


def end_other_sessions(work: Work, token: str) -> None:
    """Sign out every browser of one's own but this one."""
    end_sessions(work, oneself(work).id, except_token=token)


def end_all_sessions(work: Work) -> None:
    """Sign everybody out everywhere; they sign in again. For what none but our own automation may decide."""
    live = col(LoginSession.ended_at).is_(None), col(LoginSession.expires_at) > work.now
    work.session.execute(update(LoginSession).where(*live).values(ended_at=work.now))


def is_long_unseen(work: Work, session: LoginSession) -> bool:
    """Whether it is time to write down again that a session is in use: once a minute is enough."""
    return work.now - session.last_seen_at >= SEEN_EVERY


def see(work: Work, token: str) -> None:
    """The session is in use right now."""
    unseen = update(LoginSession).where(
        col(LoginSession.token_hash) == fingerprint(token), col(LoginSession.last_seen_at) <= work.now - SEEN_EVERY
    )
    work.session.execute(unseen.values(last_seen_at=work.now))


def is_of(session: LoginSession, token: str) -> bool:
    """Whether a session is the one of this secret."""
    return session.token_hash == fingerprint(token)


def _live(work: Work) -> SelectOfScalar[LoginSession]:
    return select(LoginSession).where(
        LoginSession.user_id == oneself(work).id,
        col(LoginSession.ended_at).is_(None),
        LoginSession.expires_at > work.now,
        col(LoginSession.impersonation_id).is_(None),
    )
