"""Half-way in: what has been proven so far, and the challenge that a passkey must sign. Each works once, for a while."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from ezscale.kit.database import claimed
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import Work
from ezscale.models import SignInStep, User

STEP_LASTS = timedelta(minutes=10)
TRIES = 10
OVER = "This took too long. Please begin again."


class Purpose(StrEnum):
    """What somebody is half-way through."""

    SECOND_FACTOR = "second factor"  # the password was right
    PASSKEY_ALONE = "passkey alone"
    CONFIRMING = "confirming"
    REGISTERING = "registering a passkey"


class StepOver(Invalid):
    """The step has been used, has run out, or never was: it begins again from its first page."""

    def __init__(self) -> None:
        super().__init__(OVER)


def begin_step(work: Work, purpose: Purpose, user_id: UUID | None = None, challenge: str = "") -> str:
    """The secret of a new step, for a short-lived cookie."""
    secret = new_secret()
    work.session.add(
        SignInStep(
            token_hash=fingerprint(secret),
            user_id=user_id,
            purpose=purpose,
            challenge=challenge,
            created_at=work.now,
            expires_at=work.now + STEP_LASTS,
        )
    )
    return secret


def live_step(work: Work, secret: str, purpose: Purpose) -> SignInStep:
    """The step behind a cookie's secret. StepOver when it is over, or is one of another kind."""
    known = select(SignInStep).where(SignInStep.token_hash == fingerprint(secret), SignInStep.purpose == purpose)
    step = work.session.exec(known).first() if secret else None
    if step is None or step.used_at is not None or work.now >= step.expires_at or step.tries >= TRIES:
        raise StepOver
    return step


def person_half_way(work: Work, secret: str) -> User:
    """Whose password was right, and who must still show a second factor."""
    step = live_step(work, secret, Purpose.SECOND_FACTOR)
    user = work.session.get_one(User, step.user_id)
    if user.suspended_at is not None:
        raise StepOver
    return user


def use_step(work: Work, secret: str) -> None:
    """The step is done, and never again: of two at the same time, one gets StepOver."""
    open_step = update(SignInStep).where(
        col(SignInStep.token_hash) == fingerprint(secret), col(SignInStep.used_at).is_(None)
    )
    if not claimed(work.session.execute(open_step.values(used_at=work.now))):
        raise StepOver


def miss(work: Work, secret: str) -> None:
    """A wrong try: too many of them end the step. A challenge that was answered wrongly is not asked again."""
    this = update(SignInStep).where(col(SignInStep.token_hash) == fingerprint(secret))
    work.session.execute(this.values(tries=SignInStep.tries + 1, challenge=""))
