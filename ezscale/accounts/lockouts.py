"""Too many tries: counted for each account and each network address, in our own table."""

from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select

from ezscale.kit.errors import TooMany
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50


def count_try(work: Work, what: str, account: str, address: str) -> None:
    """Note a try, or refuse it (TooMany) when there were too many of the same kind lately.

    An account counts per network address too, so that a stranger's guesses do not lock its owner out at once.
    """
    for subject, limit in (
        (f"{what}:{fingerprint(account)[:32]}@{address}", TRIES_PER_ACCOUNT),
        (f"{what}:{fingerprint(account)[:32]}", TRIES_PER_ACCOUNT * 5),
        (f"{what}:@{address}", TRIES_PER_ADDRESS),
    ):
        _count(work, subject, limit)


def count_visit(work: Work, what: str, address: str) -> None:
    """Note a try that names no account, or refuse it (TooMany) when there were too many from this address lately."""
    _count(work, f"{what}:@{address}", TRIES_PER_ADDRESS)


def unlock(work: Work, what: str, account: str) -> None:
    """The account's owner is proven: whoever guessed before no longer locks them out, wherever they are."""
    tries = col(LoginAttempt.subject).startswith(f"{what}:{fingerprint(account)[:32]}", autoescape=True)
    work.session.execute(delete(LoginAttempt).where(tries))


def forgive(work: Work, what: str, account: str, address: str) -> None:
    """The right person came in: their own earlier slips no longer count."""
    subject = f"{what}:{fingerprint(account)[:32]}@{address}"
    work.session.execute(delete(LoginAttempt).where(col(LoginAttempt.subject) == subject))


def _count(work: Work, subject: str, limit: int) -> None:
    lately = select(func.count()).where(LoginAttempt.subject == subject, LoginAttempt.at > work.now - WINDOW)
    if work.session.exec(lately).one() >= limit:
        raise TooMany("Too many tries. Please wait a quarter of an hour, or reset your password.")
    work.session.add(LoginAttempt(subject=subject, at=work.now))
