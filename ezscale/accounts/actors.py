"""Who is behind a session or a key right now, and what that leaves them to do."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, bindparam
from sqlmodel import col, select

from ezscale.accounts.permissions import (
    CHANGE_AS_CUSTOMER,
    IMPERSONATE,
    LOOKING,
    MEMBER_PERMISSIONS,
    PAYING_ONLY,
    THEIR_OWN,
    staff_permissions,
)
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind, Permission
from ezscale.kit.ids import fingerprint
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import ApiToken, Customer, Delegation, Impersonation, LoginSession, Membership, StaffRole, User
from ezscale.models.customer import MemberRole

KEY_MARK = "ezs_"
LONGEST_NAME = 120  # of what is stored beside what somebody did


def actor_of(work: Work, token: str) -> Actor:
    """Who is behind a session's secret: somebody signed in, or ANONYMOUS. Two queries, three for a few."""
    session = live_session(work, token)
    return actor_in(work, session) if session else ANONYMOUS


def actor_in(work: Work, session: LoginSession) -> Actor:
    """Who is behind a live session."""
    if session.impersonation_id is not None:
        return _acting(work, session.impersonation_id)
    confirmed = session.is_confirmed(work.now)
    return actor_for(work, session.user_id, customer_id=session.customer_id, confirmed=confirmed)


def actor_for(work: Work, user_id: UUID, *, customer_id: UUID | None = None, confirmed: bool = False) -> Actor:
    """A person with what they may do: colleagues by their role, others for a customer that they belong to.

    For `customer_id` when they belong to it, otherwise for the one they have belonged to longest. A colleague without a
    second factor may do nothing where one is required.
    """
    found = work.session.execute(
        _person(chosen=customer_id is not None), {"user": user_id, "chosen": customer_id}
    ).first()
    if found is None:
        return ANONYMOUS
    user, role, member, customer = found
    if role is not None:
        ready = may_work(user)
        allowed = staff_permissions(role) if ready else frozenset()
        return Actor(ActorKind.STAFF, user.name, user.id, None, allowed, confirmed, lacks_second_factor=not ready)
    if member is None or customer is None:
        return Actor(ActorKind.USER, user.name, user.id, None, frozenset(), confirmed)
    return Actor(
        ActorKind.USER,
        user.name,
        user.id,
        customer.id,
        _left_by_suspension(MEMBER_PERMISSIONS[member.role], customer),
        confirmed,
        _entrusted(work, member),
    )


def actor_of_key(work: Work, text: str) -> Actor:
    """Who is behind an API token right now; ANONYMOUS for one that is unknown, revoked or run out.

    A key is never confirmed: what needs a person's proof cannot be done with it.
    """
    if not text.startswith(KEY_MARK):
        return ANONYMOUS
    key = work.session.exec(select(ApiToken).where(ApiToken.token_hash == fingerprint(text))).first()
    if key is None or not key.is_live(work.now):
        return ANONYMOUS
    owner = _owner_of(work, key)
    if not owner.is_signed_in or not key.scopes:
        return owner
    return replace(owner, permissions=owner.permissions & {Permission(scope) for scope in key.scopes})


def live_session(work: Work, token: str) -> LoginSession | None:
    """The session behind a cookie's secret, as long as it lasts."""
    if not token:
        return None
    session = work.session.scalars(_session(), {"hash": fingerprint(token)}).first()
    return session if session and session.is_live(work.now) else None


def may_work(colleague: User) -> bool:
    """Whether a colleague has what the company asks of them: a second factor, unless the settings say otherwise."""
    return colleague.second_factor_since is not None or not settings().asks_staff_for_second_factor


@cache
def _session() -> Select[LoginSession]:
    """Every event and every request asks this; putting it together would take longer than the answer."""
    return sqlalchemy.select(LoginSession).where(col(LoginSession.token_hash) == bindparam("hash"))


@cache
def _person(*, chosen: bool) -> Select[User, StaffRole, Membership, Customer]:
    """So does this: a person with their role, and their membership of a chosen customer or of the first."""
    first = (col(Membership.customer_id) != bindparam("chosen"),) if chosen else ()
    return (
        sqlalchemy.select(User, StaffRole, Membership, Customer)
        .outerjoin(StaffRole, col(User.staff_role_id) == col(StaffRole.id))
        .outerjoin(Membership, col(Membership.user_id) == User.id)
        .outerjoin(Customer, col(Customer.id) == Membership.customer_id)
        .where(col(User.id) == bindparam("user"), col(User.suspended_at).is_(None))
        .order_by(*first, col(Membership.created_at), col(Membership.id))
        .limit(1)
    )


def _owner_of(work: Work, key: ApiToken) -> Actor:
    if key.user_id is not None:
        owner = actor_for(work, key.user_id, customer_id=key.customer_id)
        return owner if owner.customer_id == key.customer_id else ANONYMOUS  # they belong to it no more
    customer = work.session.get(Customer, key.customer_id) if key.customer_id else None
    if customer is None:
        return ANONYMOUS
    allowed = _left_by_suspension(MEMBER_PERMISSIONS[MemberRole.OWNER], customer)
    return Actor(ActorKind.TOKEN, f"Token {key.name}", None, customer.id, allowed)


def _acting(work: Work, impersonation_id: UUID) -> Actor:
    """The customer's person as a colleague may be them; ANONYMOUS once the colleague's own right has ended.

    It ends with the session it was begun from, with the colleague's permission, and with the person's membership. Nobody
    is ever confirmed in another's name.
    """
    impersonation = work.session.get(Impersonation, impersonation_id)
    if impersonation is None or not impersonation.is_live(work.now):
        return ANONYMOUS
    own_session = work.session.get(LoginSession, impersonation.session_id)
    if own_session is None or not own_session.is_live(work.now):
        return ANONYMOUS
    colleague = actor_for(work, impersonation.staff_id)
    if not colleague.may(IMPERSONATE) or (impersonation.may_write and not colleague.may(CHANGE_AS_CUSTOMER)):
        return ANONYMOUS
    person = actor_for(work, impersonation.user_id, customer_id=impersonation.customer_id)
    if person.customer_id != impersonation.customer_id:  # suspended, hired, or theirs no more
        return ANONYMOUS
    return replace(
        person,
        name=f"{colleague.name} for {person.name}"[:LONGEST_NAME],
        permissions=person.permissions - THEIR_OWN if impersonation.may_write else person.permissions & LOOKING,
        behind_id=colleague.user_id,
        behind_name=colleague.name,
    )


def _left_by_suspension(allowed: frozenset[Permission], customer: Customer) -> frozenset[Permission]:
    return allowed & PAYING_ONLY if customer.suspended_at is not None else allowed


def _entrusted(work: Work, member: Membership) -> frozenset[UUID] | None:
    if member.role is not MemberRole.DELEGATE:
        return None
    entrusted = select(Delegation.service_id).where(Delegation.membership_id == member.id)
    return frozenset(work.session.exec(entrusted))
