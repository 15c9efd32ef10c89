"""A customer's people: who belongs to it, in which role, and for whom somebody acts who belongs to several."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, false, update
from sqlmodel import col, func, select

from ezscale.accounts.actors import actor_for, live_session
from ezscale.accounts.api_tokens import revoke_tokens
from ezscale.accounts.events import MemberLeft, MemberRemoved, RoleChanged
from ezscale.accounts.permissions import MANAGE_PEOPLE, MEMBER_PERMISSIONS
from ezscale.accounts.signing_in import end_sessions
from ezscale.kit.actor import Actor, ActorKind, Permission
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.work import Work
from ezscale.models import Customer, Delegation, Invitation, LoginSession, Membership, Service, User
from ezscale.models.customer import MemberRole

LAST_OWNER = "This is the last owner. Make somebody else an owner first."


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a customer, and the services that a delegate may use."""

    membership: Membership
    user: User
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """A customer whose people may be changed: locked, so that others who want the same come one after the other.

    `permissions` are those of whoever changes them, at this very moment.
    """

    customer: Customer
    permissions: frozenset[Permission]

    def require_rank(self, *roles: MemberRole) -> None:
        """Go on only when these roles include nothing that the person themself may not do."""
        if any(not MEMBER_PERMISSIONS[role] <= self.permissions for role in roles):
            raise NotAllowed("This role includes more than you may do yourself.")


def members(work: Work) -> list[Member]:
    """Who belongs to the actor's customer, longest first; whoever may not manage people sees themself alone."""
    customer_id = work.actor.own_customer()
    belonging = (
        select(Membership, User)
        .join(User, col(User.id) == Membership.user_id)
        .where(Membership.customer_id == customer_id)
        .order_by(col(Membership.created_at), col(Membership.id))
    )
    if not work.actor.may(MANAGE_PEOPLE):
        own_id = work.actor.user_id
        belonging = belonging.where(Membership.user_id == own_id if own_id else false())
    found = work.session.exec(belonging).all()
    entrusted = _entrusted(work, [membership.id for membership, _ in found])
    return [Member(membership, user, tuple(entrusted.get(membership.id, ()))) for membership, user in found]


def change_role(work: Work, membership_id: UUID, role: MemberRole) -> Membership:
    """Somebody may do something else from now on: their sessions end, and so do their keys for this customer."""
    people = people_to_change(work)
    member = membership_of(work, people.customer.id, membership_id)
    if role is MemberRole.DELEGATE:
        raise Invalid("Access to a single server is given on the page of that server.", field="role")
    people.require_rank(member.role, role)
    if role is member.role:
        return member
    _require_another_owner(work, member)
    if member.role is MemberRole.DELEGATE:
        work.session.execute(delete(Delegation).where(col(Delegation.membership_id) == member.id))
    member.take_role(role)
    work.session.flush()
    end_sessions(work, member.user_id)
    revoke_tokens(work, member.user_id, customer_id=member.customer_id)
    work.emit(RoleChanged(member.user_id, member.customer_id))
    return member


def remove_member(work: Work, membership_id: UUID) -> None:
    """Somebody does not belong to the customer any more, from this moment on and wherever they are signed in."""
    people = people_to_change(work)
    member = membership_of(work, people.customer.id, membership_id)
    people.require_rank(member.role)
    _require_another_owner(work, member)
    end_membership(work, member)
    work.emit(MemberRemoved(member.user_id, member.customer_id, None, work.now))


def leave(work: Work) -> None:
    """The person themself does not want to belong to the customer any more. The last owner stays."""
    user = themself(work)
    work.actor.require_confirmed()
    customer = lock_customer(work, work.actor.own_customer())
    if customer.suspended_at is not None:
        raise NotAllowed("This account is suspended. Please ask us.")
    own = select(Membership).where(Membership.customer_id == customer.id, Membership.user_id == user.id)
    member = work.session.exec(own.execution_options(populate_existing=True)).first()
    if member is None:
        raise NotFound("You do not belong to this account.")
    _require_another_owner(work, member)
    end_membership(work, member)
    work.emit(MemberLeft(member.user_id, member.customer_id))


def own_customers(work: Work) -> list[tuple[Membership, Customer]]:
    """The customers that the person belongs to, longest first; for a colleague who acts as them, that one alone."""
    if work.actor.user_id is None or work.actor.kind is not ActorKind.USER:
        return []
    belonging = (
        select(Membership, Customer)
        .join(Customer, col(Customer.id) == Membership.customer_id)
        .where(Membership.user_id == work.actor.user_id)
        .order_by(col(Membership.created_at), col(Membership.id))
    )
    if work.actor.behind_id is not None:
        belonging = belonging.where(Membership.customer_id == work.actor.customer_id)
    return [(membership, customer) for membership, customer in work.session.exec(belonging)]


def choose_customer(work: Work, token: str, customer_id: UUID) -> None:
    """The session acts for another customer that its person belongs to. NotFound when they do not."""
    session = live_session(work, token)
    if session is None:
        raise NotSignedIn
    if session.impersonation_id is not None:
        raise NotAllowed("You act as somebody for this one customer.")
    belongs = select(Membership.id).where(Membership.user_id == session.user_id, Membership.customer_id == customer_id)
    if work.session.exec(belongs).first() is None:
        raise NotFound("You do not belong to this account.")
    session.choose(customer_id)


def people_to_change(work: Work) -> People:
    """The actor's customer, locked, for whoever may manage its people now and has proven that it is them.

    What the actor may do was found out before the lock; somebody may have removed them meanwhile, so it is asked again.
    """
    work.actor.require(MANAGE_PEOPLE)
    work.actor.require_confirmed()
    customer = lock_customer(work, work.actor.own_customer())
    allowed = work.actor.permissions & _allowed_now(work, customer.id)
    if MANAGE_PEOPLE not in allowed:
        raise NotAllowed
    return People(customer, allowed)


def lock_customer(work: Work, customer_id: UUID) -> Customer:
    """A customer's row, locked until the transaction ends: whoever changes its people takes it first."""
    locked = select(Customer).where(Customer.id == customer_id).with_for_update()
    return work.session.exec(locked.execution_options(populate_existing=True)).one()


def membership_of(work: Work, customer_id: UUID, membership_id: UUID) -> Membership:
    """One of a customer's memberships as it is now; NotFound when it is another customer's."""
    wanted = select(Membership).where(Membership.id == membership_id, Membership.customer_id == customer_id)
    found = work.session.exec(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this person.")
    return found


def end_membership(work: Work, member: Membership) -> None:
    """They belong to the customer no more: their keys for it are revoked, no session acts for it, no invitation waits."""
    email = select(User.email).where(User.id == member.user_id).scalar_subquery()
    waiting = (col(Invitation.customer_id) == member.customer_id, col(Invitation.accepted_at).is_(None))
    work.session.execute(
        update(Invitation)
        .where(*waiting, col(Invitation.withdrawn_at).is_(None), col(Invitation.email) == email)
        .values(withdrawn_at=work.now)
    )
    work.session.execute(
        update(LoginSession)
        .where(col(LoginSession.user_id) == member.user_id, col(LoginSession.customer_id) == member.customer_id)
        .values(customer_id=None)
    )
    revoke_tokens(work, member.user_id, customer_id=member.customer_id)
    work.session.execute(delete(Delegation).where(col(Delegation.membership_id) == member.id))
    work.session.delete(member)
    work.session.flush()


def themself(work: Work) -> User:
    """The signed-in person, who is a customer's and does this with their own hands."""
    actor = work.actor
    if not actor.is_signed_in:
        raise NotSignedIn
    if actor.kind is not ActorKind.USER or actor.user_id is None or actor.behind_id is not None:
        raise NotAllowed("Only a customer's own people can do this, each for themself.")
    return work.session.get_one(User, actor.user_id)


def _allowed_now(work: Work, customer_id: UUID) -> frozenset[Permission]:
    if work.actor.user_id is None:
        return frozenset()
    now: Actor = actor_for(work, work.actor.user_id, customer_id=customer_id)
    return now.permissions if now.customer_id == customer_id else frozenset()


def _require_another_owner(work: Work, member: Membership) -> None:
    """Go on only when somebody else who can sign in is an owner too. Expects the customer to be locked."""
    if member.role is not MemberRole.OWNER:
        return
    others = (
        select(func.count())
        .select_from(Membership)
        .join(User, col(User.id) == Membership.user_id)
        .where(
            Membership.customer_id == member.customer_id,
            Membership.role == MemberRole.OWNER,
            Membership.id != member.id,
            col(User.suspended_at).is_(None),
        )
    )
    if work.session.exec(others).one() == 0:
        raise BusinessError(LAST_OWNER)


def _entrusted(work: Work, membership_ids: Iterable[UUID]) -> dict[UUID, list[Service]]:
    entrusted: dict[UUID, list[Service]] = {}
    wanted = (
        select(Delegation.membership_id, Service)
        .join(Service, col(Service.id) == Delegation.service_id)
        .where(col(Delegation.membership_id).in_(list(membership_ids)))
    )
    for membership_id, service in work.session.exec(wanted.order_by(col(Service.hostname))):
        entrusted.setdefault(membership_id, []).append(service)
    return entrusted
