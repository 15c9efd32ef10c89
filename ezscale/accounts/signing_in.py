"""Sessions: who is behind a cookie, and how they got it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from ezscale.accounts.actors import live_session
from ezscale.accounts.history import note_failure, note_sign_in
from ezscale.accounts.lockouts import SIGNING_IN, count_try, forgive
from ezscale.accounts.passwords import check_password
from ezscale.accounts.signing_up import clean_email
from ezscale.accounts.steps import Purpose, begin_step
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid, NotAllowed, NotSignedIn
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import OpenWork, Work
from ezscale.models import LoginSession, User

SESSION_LASTS = timedelta(days=14)
USER = table_of(User).name
PASSWORD = "password"  # noqa: S105  # what the history says, not one
WRONG = "This e-mail address and password do not belong together."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: `token` goes into the cookie and is kept nowhere else."""

    token: str
    user_id: UUID
    is_staff: bool


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The password was right, and a second factor is asked for next: `token` goes into a cookie of its own."""

    token: str
    user_id: UUID


def sign_in(
    open_work: OpenWork, email: str, password: str, *, address: str = "", device: str = ""
) -> SignedIn | HalfWay:
    """A session for whoever knows the password, or half of the way for whoever has a second factor.

    Invalid says the same, and takes as long, for a wrong password and an unknown address.
    """
    try:
        account = clean_email(email)
    except Invalid:
        raise Invalid(WRONG, field="password") from None
    with open_work() as work:
        count_try(work, SIGNING_IN, account, address)
        user = work.session.exec(select(User).where(User.email == account)).first()
    right, renewed_hash = check_password(password, user.password_hash if user else None)
    if user is None or not right or user.suspended_at is not None:
        with open_work() as work:
            note_failure(work, user, PASSWORD, address=address, device=device)
        raise Invalid(WRONG, field="password")
    with open_work() as work:
        forgive(work, SIGNING_IN, account, address)
        known = work.session.get_one(User, user.id)
        if renewed_hash:
            known.password_hash = renewed_hash
        if known.second_factor_since is not None:
            return HalfWay(begin_step(work, Purpose.SECOND_FACTOR, known.id), known.id)
        return begin_session(work, known, address=address, device=device)


def begin_session(work: Work, user: User, *, address: str = "", device: str = "", how: str = PASSWORD) -> SignedIn:
    """A session for somebody who has just proven who they are; `how` is what the history says of it."""
    token = new_secret()
    note_sign_in(work, user, how, address=address, device=device)
    work.record("signed in", (USER, user.id), by=how)
    work.session.add(
        LoginSession(
            user_id=user.id,
            token_hash=fingerprint(token),
            created_at=work.now,
            last_seen_at=work.now,
            confirmed_at=work.now,
            expires_at=work.now + SESSION_LASTS,
            address=address[:64],
            device=device[:255],
            how=how[:40],
        )
    )
    return SignedIn(token, user.id, user.staff_role_id is not None)


def sign_out(work: Work, token: str) -> None:
    """End the session behind a cookie, if there is one."""
    session = live_session(work, token)
    if session is not None:
        session.end(work.now)
        work.record("signed out", (USER, session.user_id))


def end_sessions(work: Work, user_id: UUID, *, except_token: str = "") -> None:
    """End all sessions of a person, but for the one they are using."""
    work.session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.user_id) == user_id,
            col(LoginSession.ended_at).is_(None),
            col(LoginSession.token_hash) != (fingerprint(except_token) if except_token else ""),
        )
        .values(ended_at=work.now)
    )


def take_sessions_along(work: Work, by: timedelta) -> None:
    """Before the time machine goes ahead: whoever is signed in stays so for as long as they would have been."""
    for session in work.session.exec(select(LoginSession).where(col(LoginSession.expires_at) > work.now)):
        session.expires_at += by


def confirm_password(open_work: OpenWork, token: str, password: str, *, address: str = "") -> str:
    """The person enters their password again; dangerous steps are open to this session for a quarter of an hour.

    Returns the session's new secret: whoever has learned the old one holds nothing any more.
    """
    with open_work() as work:
        session = live_session(work, token)
        user = work.session.get(User, session.user_id) if session else None
        count_try(work, SIGNING_IN, user.email if user else "", address)
    right, _ = check_password(password, user.password_hash if user else None)
    if session is None or user is None or not right:
        raise Invalid("This is not your password.", field="password")
    with open_work() as work:
        forgive(work, SIGNING_IN, user.email, address)
        return confirm(work, token)


def confirm(work: Work, token: str) -> str:
    """The person behind a session has just proven that it is still them: it goes on, confirmed, under a new secret."""
    session = live_session(work, token)
    if session is None:
        raise NotSignedIn
    if session.impersonation_id is not None:
        raise NotAllowed("Whoever acts as somebody else cannot prove to be them.")
    session.confirmed_at = work.now
    return renew(session)


def renew(session: LoginSession) -> str:
    """A new secret for the same session; the old one opens nothing any more."""
    token = new_secret()
    session.token_hash = fingerprint(token)
    return token
