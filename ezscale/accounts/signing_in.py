"""Sessions: who is behind a cookie, and how they got it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from ezscale.accounts.actors import live_session
from ezscale.accounts.lockouts import count_try, forgive
from ezscale.accounts.passwords import check_password
from ezscale.accounts.signing_up import clean_email
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import OpenWork, Work
from ezscale.models import LoginSession, User

SESSION_LASTS = timedelta(days=14)
WRONG = "This e-mail address and password do not belong together."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: `token` goes into the cookie and is kept nowhere else."""

    token: str
    user_id: UUID
    is_staff: bool


def sign_in(open_work: OpenWork, email: str, password: str, *, address: str = "", device: str = "") -> SignedIn:
    """A session for whoever knows the password. Invalid says the same for a wrong password and an unknown address."""
    try:
        account = clean_email(email)
    except Invalid:
        raise Invalid(WRONG, field="password") from None
    with open_work() as work:
        count_try(work, "sign-in", account, address)
        user = work.session.exec(select(User).where(User.email == account)).first()
    right, renewed_hash = check_password(password, user.password_hash if user else None)
    if user is None or not right or user.suspended_at is not None:
        raise Invalid(WRONG, field="password")
    with open_work() as work:
        forgive(work, "sign-in", account, address)
        if renewed_hash:
            known = work.session.get_one(User, user.id)
            known.password_hash = renewed_hash
        return begin_session(work, user, address=address, device=device)


def begin_session(work: Work, user: User, *, address: str = "", device: str = "") -> SignedIn:
    """A session for somebody who has just proven who they are."""
    token = new_secret()
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
        )
    )
    return SignedIn(token, user.id, user.staff_role_id is not None)


def sign_out(work: Work, token: str) -> None:
    """End the session behind a cookie, if there is one."""
    session = live_session(work, token)
    if session is not None:
        session.end(work.now)


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


def confirm_password(open_work: OpenWork, token: str, password: str, *, address: str = "") -> None:
    """The person enters their password again; dangerous steps are open to this session for a quarter of an hour."""
    with open_work() as work:
        session = live_session(work, token)
        user = work.session.get(User, session.user_id) if session else None
        count_try(work, "confirm", user.email if user else "", address)
    right, _ = check_password(password, user.password_hash if user else None)
    if session is None or not right:
        raise Invalid("This is not your password.", field="password")
    with open_work() as work:
        work.session.get_one(LoginSession, session.id).confirmed_at = work.now
