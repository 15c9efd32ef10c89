"""Another password, another address: what a person changes about how they sign in."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from ezscale.accounts.actors import live_session
from ezscale.accounts.api_tokens import revoke_tokens
from ezscale.accounts.events import EmailChangeAsked, EmailChanged, PasswordChanged
from ezscale.accounts.lockouts import SIGNING_IN, count_try, forgive
from ezscale.accounts.mailed_links import use_link, void_links
from ezscale.accounts.oneself import oneself, oneself_confirmed
from ezscale.accounts.passwords import check_password, hash_password, require_strong
from ezscale.accounts.signing_in import end_sessions, renew
from ezscale.accounts.signing_up import clean_email
from ezscale.kit.errors import Invalid, NotConfirmed, NotSignedIn
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Membership, User
from ezscale.models.customer import MemberRole
from ezscale.models.sign_in import TokenPurpose

TAKEN = "This address cannot be used: there is an account with it already."


def change_password(open_work: OpenWork, password: str, *, old: str = "", token: str = "", address: str = "") -> str:
    """A new password, for whoever knows the old one or has just confirmed that it is them.

    All other sessions and all personal API tokens end. This session goes on under a new secret, which is returned.
    """
    with open_work() as work:
        user, confirmed = oneself(work), work.actor.confirmed
        if not confirmed and not user.password_hash:
            raise NotConfirmed
        if not confirmed:
            count_try(work, SIGNING_IN, user.email, address)
    if not confirmed and not check_password(old, user.password_hash)[0]:
        raise Invalid("This is not your password.", field="old")
    require_strong(password, user.name, user.email)
    password_hash = hash_password(password)
    with open_work() as work:
        user, session = oneself(work), live_session(work, token)
        if session is None or session.user_id != user.id:
            raise NotSignedIn
        user.password_hash, user.new_email = password_hash, ""
        forgive(work, SIGNING_IN, user.email, address)
        void_links(work, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.CHANGE_EMAIL)
        end_sessions(work, user.id, except_token=token)
        revoke_tokens(work, user.id)
        work.emit(PasswordChanged(user.id, work.now))
        return renew(session)


def ask_for_new_email(work: Work, email: str) -> None:
    """A link goes to the new address, and word of it to the old one. Whether the new one is taken is not told here."""
    user, wanted = oneself_confirmed(work), clean_email(email)
    if wanted == user.email:
        raise Invalid("This is your address already.", field="email")
    count_try(work, "new-email", user.email, work.actor.address)
    user.new_email = wanted
    work.emit(EmailChangeAsked(user.id, work.now))


def keep_email(work: Work) -> None:
    """Take the wish for another address back; its link no longer works."""
    user = oneself(work)
    user.new_email = ""
    void_links(work, user.id, TokenPurpose.CHANGE_EMAIL)


def prove_new_email(work: Work, secret: str) -> User:
    """The new address takes the place of the old one. Links that went to the old address no longer work.

    A customer whom this person owns, and who was billed at the old address, is billed at the new one: it was a copy of
    theirs, and whoever gives up a mailbox does not want their invoices there. An address of its own stays.
    """
    user = use_link(work, secret, TokenPurpose.CHANGE_EMAIL)
    old, new = user.email, user.new_email
    if not new:
        raise Invalid("This address is no longer wanted. Please ask for the change again.")
    if work.session.exec(select(User.id).where(User.email == new)).first() is not None:
        raise Invalid(TAKEN)
    user.change_email(work.now)
    void_links(work, user.id)
    try:
        work.session.flush()
    except IntegrityError as error:  # somebody took it at this very moment
        raise Invalid(TAKEN) from error
    _bill_at(work, user.id, old, new)
    work.emit(EmailChanged(user.id, old, work.now))
    return user


def _bill_at(work: Work, user_id: UUID, old: str, new: str) -> None:
    owned = select(Membership.customer_id).where(Membership.user_id == user_id, Membership.role == MemberRole.OWNER)
    billed_there = update(Customer).where(col(Customer.id).in_(owned), col(Customer.email) == old)
    work.session.execute(billed_there.values(email=new))
