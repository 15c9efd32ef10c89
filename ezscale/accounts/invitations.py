"""Asking people by mail to join a customer, and their coming."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from ezscale.accounts.events import MemberJoined, PersonInvited
from ezscale.accounts.members import choose_customer, lock_customer, people_to_change, themself
from ezscale.accounts.passwords import hash_password, require_strong
from ezscale.accounts.permissions import MANAGE_PEOPLE
from ezscale.accounts.signing_in import end_sessions
from ezscale.accounts.signing_up import clean_email, clean_name
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound, TooMany
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Delegation, Invitation, Membership, Service, User
from ezscale.models.customer import MemberRole
from ezscale.models.service import ServiceStatus

LASTS = timedelta(days=7)
STILL_SHOWN = timedelta(days=30)  # one that nobody has accepted in time can be sent again
AT_MOST_A_DAY = 30
GONE = (ServiceStatus.TERMINATING, ServiceStatus.TERMINATED)
STALE = "This invitation does not exist, or it is no longer open. Please ask for a new one."


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers, for whoever holds its link. `server` is empty unless it is about a single one."""

    email: str
    role: MemberRole
    customer: str
    invited_by: str
    server: str
    has_account: bool


def invite(work: Work, email: str, role: MemberRole, service_id: UUID | None = None) -> Invitation:
    """Somebody is asked to join: in a role, or (with a service) as a delegate for it. An earlier one like it is over."""
    people = people_to_change(work)
    address = clean_email(email)
    if (role is MemberRole.DELEGATE) != (service_id is not None):
        raise Invalid("Access to a single server is given on the page of that server.", field="role")
    people.require_rank(role)
    if service_id is not None:
        own_service(work, people.customer.id, service_id)
    _require_stranger(work, people.customer.id, address, service_id)
    _require_few(work, people.customer.id)
    like_it = (col(Invitation.customer_id) == people.customer.id, col(Invitation.email) == address)
    same_service = (
        col(Invitation.service_id).is_(None) if service_id is None else col(Invitation.service_id) == service_id
    )
    unused = (col(Invitation.accepted_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    work.session.execute(update(Invitation).where(*like_it, same_service, *unused).values(withdrawn_at=work.now))
    invitation = Invitation(
        customer_id=people.customer.id,
        email=address,
        role=role,
        service_id=service_id,
        token_hash=_nobodys(),
        invited_by=work.actor.name,
        invited_at=work.now,
        expires_at=work.now + LASTS,
    )
    work.session.add(invitation)
    work.session.flush()
    work.emit(PersonInvited(invitation.id, invitation.customer_id, work.now))
    return invitation


def send_invitation_again(work: Work, invitation_id: UUID) -> Invitation:
    """Another mail, whose link works for seven days from now; the one before is of no use any more."""
    people = people_to_change(work)
    invitation = _unused_invitation(work, people.customer.id, invitation_id)
    people.require_rank(invitation.role)
    _require_few(work, people.customer.id)
    invitation.send_again(work.now, work.now + LASTS, _nobodys())
    work.emit(PersonInvited(invitation.id, invitation.customer_id, work.now))
    return invitation


def withdraw_invitation(work: Work, invitation_id: UUID) -> None:
    """Whoever was invited is not any more, even if they have the mail already."""
    people = people_to_change(work)
    _unused_invitation(work, people.customer.id, invitation_id).withdraw(work.now)


def unused_invitations(work: Work, service_id: UUID | None = None) -> list[Invitation]:
    """Whom the customer has invited who has not come, newest first: to everything, or to one service."""
    work.actor.require(MANAGE_PEOPLE)
    wanted = select(Invitation).where(
        Invitation.customer_id == work.actor.own_customer(),
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
        Invitation.expires_at > work.now - STILL_SHOWN,
    )
    if service_id is not None:
        wanted = wanted.where(Invitation.service_id == service_id)
    return list(work.session.exec(wanted.order_by(col(Invitation.id).desc())))


def new_invitation_secret(work: Work, invitation: Invitation) -> str:
    """The secret part of a fresh link, for the mail that is being written; earlier ones stop working."""
    secret = new_secret()
    invitation.token_hash = fingerprint(secret)
    work.session.add(invitation)
    return secret


def offer_behind(work: Work, secret: str) -> Offer | None:
    """What the link of an invitation offers; nothing for one that is unknown, used, taken back or too old alike."""
    invitation = work.session.exec(select(Invitation).where(Invitation.token_hash == fingerprint(secret))).first()
    if invitation is None or not _is_open(work, invitation):
        return None
    customer = work.session.get_one(Customer, invitation.customer_id)
    service = work.session.get(Service, invitation.service_id) if invitation.service_id else None
    known = work.session.exec(select(User.id).where(User.email == invitation.email)).first()
    return Offer(
        email=invitation.email,
        role=invitation.role,
        customer=customer.company or customer.name,
        invited_by=invitation.invited_by,
        server=service.hostname if service else "",
        has_account=known is not None,
    )


def accept_invitation(work: Work, secret: str, session_token: str = "") -> Membership:
    """The signed-in person joins, and their session acts for the customer from now on.

    Only somebody whose proven address is the invited one can. Invalid, in the same words, for every link that is not open.
    """
    user = themself(work)
    invitation = _open_invitation(work, secret)
    if user.email != invitation.email:
        raise NotAllowed("This invitation is for another address. Log in with the address to which it was sent.")
    if user.email_verified_at is None:
        raise BusinessError(
            "Please confirm your address first, by the link that we have mailed you, and then come back."
        )
    member = _join(work, invitation, user, session_token)
    if session_token:
        choose_customer(work, session_token, member.customer_id)
    return member


def sign_up_invited(open_work: OpenWork, secret: str, name: str, password: str) -> User:
    """Somebody new makes an account by the link of an invitation, and joins. The link came by mail: it proves the address.

    They belong to whoever has invited them, and have no customer of their own.
    """
    with open_work() as work:
        offer = offer_behind(work, secret)
    if offer is None:
        raise Invalid(STALE)
    name = clean_name(name)
    require_strong(password, name, offer.email)
    password_hash = hash_password(password)
    with open_work() as work:
        invitation = _open_invitation(work, secret)
        user = User(
            email=invitation.email,
            name=name,
            password_hash=password_hash,
            email_verified_at=work.now,
            created_at=work.now,
        )
        work.session.add(user)
        try:
            work.session.flush()
        except IntegrityError:
            raise Invalid("There is an account with this address already: log in with it.") from None
        _join(work, invitation, user)
        return user


def own_service(work: Work, customer_id: UUID, service_id: UUID) -> Service:
    """A service that can be shared; NotFound when it is another customer's, or gone."""
    wanted = select(Service).where(Service.id == service_id, Service.customer_id == customer_id)
    found = work.session.exec(wanted).first()
    if found is None or found.status in GONE:
        raise NotFound("We could not find this service.")
    return found


def _join(work: Work, invitation: Invitation, user: User, session_token: str = "") -> Membership:
    """Expects the invitation's customer to be locked."""
    own = select(Membership).where(Membership.customer_id == invitation.customer_id, Membership.user_id == user.id)
    member = work.session.exec(own.execution_options(populate_existing=True)).first()
    if member is not None and member.role is not MemberRole.DELEGATE:
        raise BusinessError("You belong to this account already.")
    if member is None:
        member = Membership(
            user_id=user.id, customer_id=invitation.customer_id, role=invitation.role, created_at=work.now
        )
        work.session.add(member)
        work.session.flush()
    elif invitation.role is not MemberRole.DELEGATE:
        work.session.execute(delete(Delegation).where(col(Delegation.membership_id) == member.id))
        member.take_role(invitation.role)
        end_sessions(work, user.id, except_token=session_token)
    if invitation.service_id is not None:
        _entrust(work, member, invitation.service_id)
    invitation.accept(work.now)
    work.session.flush()
    work.emit(MemberJoined(user.id, invitation.customer_id, invitation.service_id, work.now))
    return member


def _entrust(work: Work, member: Membership, service_id: UUID) -> None:
    known = select(Delegation.id).where(Delegation.membership_id == member.id, Delegation.service_id == service_id)
    if work.session.exec(known).first() is None:
        work.session.add(Delegation(membership_id=member.id, service_id=service_id, created_at=work.now))


def _open_invitation(work: Work, secret: str) -> Invitation:
    """The invitation behind a link, with its customer locked: of several who come with it at once, the first gets in."""
    behind_it = select(Invitation).where(Invitation.token_hash == fingerprint(secret))
    found = work.session.exec(behind_it).first()
    if found is None:
        raise Invalid(STALE)
    lock_customer(work, found.customer_id)
    found = work.session.exec(behind_it.execution_options(populate_existing=True)).first()
    if found is None or not _is_open(work, found):
        raise Invalid(STALE)
    return found


def _is_open(work: Work, invitation: Invitation) -> bool:
    """Whether it can be accepted: a suspended customer gets no new people, and a server that is gone is not shared."""
    if not invitation.is_open(work.now):
        return False
    customer = work.session.get_one(Customer, invitation.customer_id)
    if customer.suspended_at is not None:
        return False
    service = work.session.get(Service, invitation.service_id) if invitation.service_id else None
    return service is None or (service.customer_id == customer.id and service.status not in GONE)


def _nobodys() -> str:
    """The fingerprint of a secret that nobody has, until the mail is written."""
    return fingerprint(new_secret())


def _unused_invitation(work: Work, customer_id: UUID, invitation_id: UUID) -> Invitation:
    wanted = select(Invitation).where(
        Invitation.id == invitation_id,
        Invitation.customer_id == customer_id,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
    )
    found = work.session.exec(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this invitation.")
    return found


def _require_stranger(work: Work, customer_id: UUID, email: str, service_id: UUID | None) -> None:
    """Refuse to invite somebody to what they have already."""
    belonging = (
        select(Membership)
        .join(User, col(User.id) == Membership.user_id)
        .where(User.email == email, Membership.customer_id == customer_id)
    )
    member = work.session.exec(belonging).first()
    if member is None:
        return
    if member.role is not MemberRole.DELEGATE:
        raise Invalid("This person belongs to your account already.", field="email")
    if service_id is None:
        return
    entrusted = select(Delegation.id).where(Delegation.membership_id == member.id, Delegation.service_id == service_id)
    if work.session.exec(entrusted).first() is not None:
        raise Invalid("This person can use this server already.", field="email")


def _require_few(work: Work, customer_id: UUID) -> None:
    """Refuse to be used for sending mail to many strangers."""
    lately = select(func.count()).where(
        Invitation.customer_id == customer_id, Invitation.invited_at > work.now - timedelta(days=1)
    )
    if work.session.exec(lately).one() >= AT_MOST_A_DAY:
        raise TooMany("Too many invitations for one day. Please go on tomorrow.")
