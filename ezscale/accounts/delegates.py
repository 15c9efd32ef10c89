"""Sharing one service: a delegate uses it, and sees nothing else of its owner."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.events import MemberRemoved
from ezscale.accounts.invitations import invite, own_service
from ezscale.accounts.members import end_membership, membership_of, people_to_change
from ezscale.accounts.permissions import MANAGE_PEOPLE
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import Delegation, Invitation, Membership, User
from ezscale.models.customer import MemberRole


def share_service(work: Work, service_id: UUID, email: str) -> Invitation:
    """Somebody is asked by mail to use one of the customer's services: its power and its console, and no money."""
    return invite(work, email, MemberRole.DELEGATE, service_id)


def delegates(work: Work, service_id: UUID) -> list[tuple[Delegation, User]]:
    """With whom a service is shared, longest first."""
    work.actor.require(MANAGE_PEOPLE)
    own_service(work, work.actor.own_customer(), service_id)
    shared = (
        select(Delegation, User)
        .join(Membership, col(Membership.id) == Delegation.membership_id)
        .join(User, col(User.id) == Membership.user_id)
        .where(Delegation.service_id == service_id, Membership.customer_id == work.actor.own_customer())
        .order_by(col(Delegation.created_at), col(Delegation.id))
    )
    return [(delegation, user) for delegation, user in work.session.exec(shared)]


def end_delegation(work: Work, delegation_id: UUID) -> None:
    """Somebody may not use a service any more. With their last one they belong to the customer no more."""
    people = people_to_change(work)
    delegation = work.session.get(Delegation, delegation_id, populate_existing=True)
    if delegation is None:
        raise NotFound("We could not find this person.")
    member = membership_of(work, people.customer.id, delegation.membership_id)
    work.session.delete(delegation)
    work.session.flush()
    if work.session.exec(select(Delegation.id).where(Delegation.membership_id == member.id)).first() is None:
        end_membership(work, member)
    work.emit(MemberRemoved(member.user_id, member.customer_id, delegation.service_id, work.now))
