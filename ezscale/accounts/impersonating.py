"""A colleague acts as one of a customer's people: for a reason, for half an hour, and under both names."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from ezscale.accounts.actors import actor_for, live_session
from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import CHANGE_AS_CUSTOMER, IMPERSONATE
from ezscale.accounts.suspending import clean_reason
from ezscale.kit.actor import ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import Customer, Impersonation, LoginSession, Membership, SignIn, SignInStep, User

LASTS = timedelta(minutes=30)
LINK_LASTS = timedelta(seconds=60)
PURPOSE = "impersonation"
HOW = "staff"  # in the person's own sign-in history


@dataclass(frozen=True, slots=True)
class ActingAs:
    """Whom a colleague is at the moment, for how long, and whether they may change anything."""

    person: str
    customer: str
    may_write: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class PastImpersonation:
    """One line of a customer's history: who was whom, why and when."""

    row: Impersonation
    colleague: str
    person: str
    is_live: bool


def begin_impersonation(
    work: Work, own_token: str, customer_id: UUID, user_id: UUID, reason: str, *, may_write: bool = False
) -> str:
    """The secret of a link, good once within a minute, by which the colleague's browser becomes that person's.

    `own_token` is the colleague's own session: when it ends, so does the impersonation.
    """
    work.actor.require(IMPERSONATE)
    if may_write:
        work.actor.require(CHANGE_AS_CUSTOMER)
    work.actor.require_confirmed()
    why, own = clean_reason(reason), live_session(work, own_token)
    if own is None or own.user_id != work.actor.user_id or own.impersonation_id is not None:
        raise NotSignedIn
    person = _person(work, customer_id, user_id)
    _end_those_of(work, own.id)
    impersonation = Impersonation(
        session_id=own.id,
        staff_id=own.user_id,
        user_id=person.id,
        customer_id=customer_id,
        reason=why,
        may_write=may_write,
        began_at=work.now,
        ends_at=work.now + LASTS,
    )
    secret = new_secret()
    step = SignInStep(
        token_hash=fingerprint(secret),
        user_id=own.user_id,
        purpose=PURPOSE,
        challenge=str(impersonation.id),
        created_at=work.now,
        expires_at=work.now + LINK_LASTS,
    )
    seen = f"{work.actor.name}, {settings().company_name} staff"
    history = SignIn(user_id=person.id, at=work.now, how=HOW, device=seen[:255])
    work.session.add_all((impersonation, step, history))
    work.record("impersonation begun", ("impersonation", impersonation.id), reason=why, may_write=may_write)
    return secret


def take_over(work: Work, secret: str, *, address: str = "", device: str = "") -> str:
    """The secret of a session that acts as the person, for the browser that brings a fresh link. Works once."""
    known = select(SignInStep).where(
        SignInStep.token_hash == fingerprint(secret),
        SignInStep.purpose == PURPOSE,
        col(SignInStep.used_at).is_(None),
        SignInStep.expires_at > work.now,
    )
    step = work.session.exec(known.with_for_update()).first()
    impersonation = work.session.get(Impersonation, UUID(step.challenge)) if step else None
    if step is None or impersonation is None or not impersonation.is_live(work.now):
        raise Invalid("This link has been used or is too old. Please begin again from the customer's file.")
    step.used_at = work.now
    token = new_secret()
    work.session.add(
        LoginSession(
            user_id=impersonation.staff_id,
            token_hash=fingerprint(token),
            created_at=work.now,
            last_seen_at=work.now,
            expires_at=impersonation.ends_at,
            address=address[:64],
            device=device[:255],
            how=HOW,
            customer_id=impersonation.customer_id,
            impersonation_id=impersonation.id,
        )
    )
    return token


def end_impersonation(work: Work, acting_token: str) -> UUID | None:
    """The colleague is themself again; the customer whose file they came from, if this was an impersonation."""
    session = _acting_session(work, acting_token)
    impersonation = work.session.get(Impersonation, session.impersonation_id) if session else None
    if session is None or impersonation is None:
        return None
    if impersonation.ended_at is None and impersonation.is_live(work.now):
        work.record("impersonation ended", ("impersonation", impersonation.id))
    session.end(work.now)
    impersonation.end(min(work.now, impersonation.ends_at))
    return impersonation.customer_id


def acting_as(work: Work, acting_token: str) -> ActingAs | None:
    """Whom the colleague behind a session is at the moment; None for everybody who is themself."""
    session = _acting_session(work, acting_token)
    if session is None or not session.is_live(work.now):
        return None
    found = work.session.exec(
        select(Impersonation, User.name, Customer)
        .join(User, col(User.id) == Impersonation.user_id)
        .join(Customer, col(Customer.id) == Impersonation.customer_id)
        .where(Impersonation.id == session.impersonation_id)
    ).one()
    row, person, owner = found
    return ActingAs(person, owner.company or owner.name, row.may_write, row.ends_at)


def impersonations(work: Work, customer_id: UUID, limit: int = 10) -> list[PastImpersonation]:
    """Who of us was one of a customer's people, newest first. For whoever may see the customer's file, as staff."""
    customer(work, customer_id)
    if work.actor.kind not in (ActorKind.STAFF, ActorKind.ROBOT):
        raise NotAllowed
    found = work.session.exec(
        select(Impersonation)
        .where(Impersonation.customer_id == customer_id)
        .order_by(col(Impersonation.began_at).desc(), col(Impersonation.id).desc())
        .limit(limit)
    ).all()
    people = {row.staff_id for row in found} | {row.user_id for row in found}
    named = select(User.id, User.name).where(col(User.id).in_(people))
    names = dict(work.session.exec(named).all())
    return [
        PastImpersonation(row, names[row.staff_id], names[row.user_id], is_live=row.is_live(work.now)) for row in found
    ]


def _person(work: Work, customer_id: UUID, user_id: UUID) -> User:
    customer(work, customer_id)
    belongs = select(Membership.id).where(Membership.customer_id == customer_id, Membership.user_id == user_id)
    if work.session.exec(belongs).first() is None:
        raise NotFound("We could not find this person.")
    person, actor = work.session.get_one(User, user_id), actor_for(work, user_id, customer_id=customer_id)
    if person.staff_role_id is not None:
        raise NotAllowed("Nobody acts as a colleague.")
    if not actor.is_signed_in or person.erased_at is not None:
        raise NotAllowed(f"{person.name} is suspended: there is nothing to see as them.")
    return person


def _end_those_of(work: Work, session_id: UUID) -> None:
    earlier = update(Impersonation).where(
        col(Impersonation.session_id) == session_id, col(Impersonation.ended_at).is_(None)
    )
    work.session.execute(earlier.values(ended_at=work.now))


def _acting_session(work: Work, token: str) -> LoginSession | None:
    if not token:
        return None
    acting = select(LoginSession).where(
        LoginSession.token_hash == fingerprint(token), col(LoginSession.impersonation_id).is_not(None)
    )
    return work.session.exec(acting).first()
