"""Links that prove an address: verify it, or set a new password. Each works once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from ezscale.accounts.api_tokens import revoke_tokens
from ezscale.accounts.events import PasswordChanged, PasswordResetAsked, UnknownAddressTried
from ezscale.accounts.lockouts import SIGNING_IN, count_try, unlock
from ezscale.accounts.passwords import hash_password, require_strong
from ezscale.accounts.signing_in import end_sessions
from ezscale.accounts.signing_up import clean_email
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import OpenWork, Work
from ezscale.models import OneTimeToken, User
from ezscale.models.sign_in import TokenPurpose

LASTS = {
    TokenPurpose.VERIFY_EMAIL: timedelta(days=7),
    TokenPurpose.CHANGE_EMAIL: timedelta(days=1),
    TokenPurpose.RESET_PASSWORD: timedelta(hours=1),
}
STALE = "This link has been used or is too old. Please ask for a new one."


def new_link_secret(work: Work, user_id: UUID, purpose: TokenPurpose, *, lasts: timedelta | None = None) -> str:
    """The secret part of a fresh link; earlier ones for the same purpose stop working."""
    void_links(work, user_id, purpose)
    secret = f"{user_id.hex}.{new_secret()}"  # names its person, so that guesses count as theirs
    work.session.add(
        OneTimeToken(
            user_id=user_id,
            purpose=purpose,
            token_hash=fingerprint(secret),
            expires_at=work.now + (lasts or LASTS[purpose]),
        )
    )
    return secret


def void_links(work: Work, user_id: UUID, *purposes: TokenPurpose) -> None:
    """Links of a person that were mailed and not used: those for these purposes, or all, no longer work."""
    unused = update(OneTimeToken).where(col(OneTimeToken.user_id) == user_id, col(OneTimeToken.used_at).is_(None))
    if purposes:
        unused = unused.where(col(OneTimeToken.purpose).in_(purposes))
    work.session.execute(unused.values(used_at=work.now))


def verify_email(work: Work, secret: str) -> User:
    """The address behind a mailed link is proven."""
    user = use_link(work, secret, TokenPurpose.VERIFY_EMAIL)
    user.verify_email(work.now)
    return user


def ask_for_reset(open_work: OpenWork, email: str, *, address: str = "") -> None:
    """A mail with a link goes to the owner of an account. Nothing tells the asker whether there is one."""
    account = clean_email(email)
    with open_work() as work:
        count_try(work, "reset", account, address)
        user = work.session.exec(select(User).where(User.email == account)).first()
        if user is not None and user.suspended_at is None:
            work.emit(PasswordResetAsked(user.id, work.now))
        else:
            work.emit(UnknownAddressTried(work.now))  # asking takes as long as for an address that we know


def reset_password(open_work: OpenWork, secret: str, password: str, *, address: str = "") -> None:
    """Set a new password by a mailed link: every session and API token of the person ends, and so does a lock."""
    with open_work() as work:
        count_guess(work, secret, address)
    require_strong(password)
    password_hash = hash_password(password)
    with open_work() as work:
        user = use_link(work, secret, TokenPurpose.RESET_PASSWORD)
        user.password_hash, user.new_email = password_hash, ""
        user.verify_email(work.now)
        void_links(work, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.CHANGE_EMAIL)
        unlock(work, SIGNING_IN, user.email)
        unlock(work, "link", user.email)
        end_sessions(work, user.id)
        revoke_tokens(work, user.id)
        work.emit(PasswordChanged(user.id, work.now))


def count_guess(work: Work, secret: str, address: str) -> None:
    """Note that a mailed link is tried, at the account whose link it is or would be; TooMany after too many."""
    named = secret.partition(".")[0]
    try:
        user = work.session.get(User, UUID(hex=named))
    except ValueError:
        user = None
    count_try(work, "link", user.email if user else named[:64], address)


def use_link(work: Work, secret: str, purpose: TokenPurpose) -> User:
    """Whose link it is; it never works again. Invalid for one that was used, has grown old, or never was."""
    known = select(OneTimeToken).where(
        OneTimeToken.token_hash == fingerprint(secret),
        OneTimeToken.purpose == purpose,
        col(OneTimeToken.used_at).is_(None),
        OneTimeToken.expires_at > work.now,
    )
    token = work.session.exec(known.with_for_update()).first()
    if token is None:
        raise Invalid(STALE)
    token.used_at = work.now
    return work.session.get_one(User, token.user_id)
