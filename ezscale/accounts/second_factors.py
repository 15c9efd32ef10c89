"""What a second factor is good for: the second step of signing in, and what follows when factors come and go."""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from ezscale.accounts.events import SecondFactorChanged
from ezscale.accounts.oneself import oneself_confirmed
from ezscale.accounts.recovery import forget_codes, fresh_codes
from ezscale.accounts.signing_in import end_sessions
from ezscale.accounts.signing_up import clean_email, clean_line
from ezscale.kit.actor import ActorKind
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.work import Work
from ezscale.models import Authenticator, Passkey, User


def factors_changed(work: Work, user: User, what: str, *, token: str) -> bool:
    """What follows when a factor comes or goes: the person is told, other sessions end, and we know whether one is left.

    Whether it is the first one. Without any factor recovery codes are of no use: they are forgotten.
    """
    work.session.flush()
    work.session.refresh(user, with_for_update=True)  # of two changes at once, the later one counts both
    has_one = _has_factor(work, user.id)
    is_first = has_one and user.second_factor_since is None
    if is_first:
        user.second_factor_since = work.now
    elif not has_one:
        user.second_factor_since = None
        forget_codes(work, user.id)
    end_sessions(work, user.id, except_token=token)
    work.emit(SecondFactorChanged(user.id, what, work.now))
    return is_first


def renew_recovery_codes(work: Work, *, token: str) -> list[str]:
    """Ten new codes in the place of the old ones; all sessions but the one of `token` end."""
    user = oneself_confirmed(work)
    if user.second_factor_since is None:
        raise BusinessError("Recovery codes stand in for a second factor: set one up first.")
    codes = fresh_codes(work, user.id)
    factors_changed(work, user, "New recovery codes were made", token=token)
    return codes


def reset_second_factor(work: Work, email: str) -> User:
    """Help somebody who is locked out: every factor of theirs is gone, and every session ends. Robots only."""
    if work.actor.kind is not ActorKind.ROBOT:
        raise NotAllowed
    user = work.session.exec(select(User).where(User.email == clean_email(email))).first()
    if user is None:
        raise NotFound("There is no account with this address.")
    for table in (Authenticator, Passkey):
        work.session.execute(delete(table).where(col(table.user_id) == user.id))
    factors_changed(work, user, "Our staff removed your second factor, as you had asked", token="")
    return user


def clean_factor_name(typed: str) -> str:
    """What a person calls a device of theirs."""
    name = clean_line(typed, "name", 80)
    if not name:
        raise Invalid("Please give it a name that you will recognise.", field="name")
    return name


def _has_factor(work: Work, user_id: UUID) -> bool:
    app = select(Authenticator.id).where(Authenticator.user_id == user_id, col(Authenticator.confirmed_at).is_not(None))
    key = select(Passkey.id).where(Passkey.user_id == user_id)
    return any(work.session.exec(factor.limit(1)).first() is not None for factor in (app, key))
