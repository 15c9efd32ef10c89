"""Too many tries: counted for each account and each network address, in our own table."""

from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select

from ezscale.kit.errors import TooMany
from ezscale.kit.ids import fingerprint
from ezscale.kit.numbering import take_number
from ezscale.kit.rates import network_of
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt, LoginSession, User

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10  # from one address
TRIES_OF_STRANGERS = 15  # at one account, from all addresses together that have never come in there
TRIES_PER_ADDRESS = 50
SIGNING_IN = "sign-in"  # what is counted wherever the password is asked: one budget, so that two forms are not two
REMEMBERED = 200  # of the addresses from which somebody has come in


def count_try(work: Work, what: str, account: str, address: str) -> None:
    """Note a try, or refuse it (TooMany) when there were too many of the same kind lately.

    An account counts per network address; and strangers, from wherever they come, have a budget of their own, so that
    nobody's guesses lock out its owner where they have signed in before. At most 100 tries an hour are looked at.
    """
    name, place = f"{what}:{fingerprint(account)[:32]}", network_of(address)
    take_number(work.session, f"tries {name[-2:]}")  # one after the other: those who come at once must see each other
    _count(work, f"{name}@{place}", TRIES_PER_ACCOUNT)
    if not _has_come_in(work, account, place):
        _count(work, name, TRIES_OF_STRANGERS)
    _count(work, f"{what}:@{place}", TRIES_PER_ADDRESS)


def count_visit(work: Work, what: str, address: str) -> None:
    """Note a try that names no account, or refuse it (TooMany) when there were too many from this address lately."""
    _count(work, f"{what}:@{network_of(address)}", TRIES_PER_ADDRESS)


def unlock(work: Work, what: str, account: str) -> None:
    """The account's owner is proven: whoever guessed before no longer locks them out, wherever they are."""
    tries = col(LoginAttempt.subject).startswith(f"{what}:{fingerprint(account)[:32]}", autoescape=True)
    work.session.execute(delete(LoginAttempt).where(tries))


def forgive(work: Work, what: str, account: str, address: str) -> None:
    """The right person came in: their own earlier slips no longer count."""
    subject = f"{what}:{fingerprint(account)[:32]}@{network_of(address)}"
    work.session.execute(delete(LoginAttempt).where(col(LoginAttempt.subject) == subject))


def _count(work: Work, subject: str, limit: int) -> None:
    lately = select(func.count()).where(LoginAttempt.subject == subject, LoginAttempt.at > work.now - WINDOW)
    if work.session.exec(lately).one() >= limit:
        raise TooMany(
            "Too many tries. Please wait a quarter of an hour, or reset your password.",
            wait=int(WINDOW.total_seconds()),
        )
    work.session.add(LoginAttempt(subject=subject, at=work.now))


def _has_come_in(work: Work, account: str, place: str) -> bool:
    """Whether somebody has signed in to this account from there before."""
    places = (
        select(LoginSession.address)
        .join(User, col(User.id) == LoginSession.user_id)
        .where(User.email == account)
        .order_by(col(LoginSession.id).desc())
        .limit(REMEMBERED)
    )
    return place in {network_of(address) for address in work.session.exec(places)}
