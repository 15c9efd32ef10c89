"""People who work here."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from ezscale.accounts.ending import end_access
from ezscale.accounts.events import AccessChanged, ColleagueInvited
from ezscale.accounts.passwords import hash_password, require_strong
from ezscale.accounts.permissions import ADMINISTRATOR, MANAGE_STAFF, STAFF_PERMISSIONS, staff_permissions
from ezscale.accounts.roles import change_staff, holds, known_role, require_rank
from ezscale.accounts.signing_up import clean_email, clean_name
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.work import Work
from ezscale.models import Authenticator, Membership, OneTimeToken, Passkey, RecoveryCode, StaffRole, User

TAKEN = "There is an account with this address already."


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here, and whether whoever looks may change what they may do."""

    user: User
    role: StaffRole
    may_change: bool

    @property
    def is_invited(self) -> bool:
        """They have not followed their link yet."""
        return self.user.email_verified_at is None


def add_staff(work: Work, name: str, email: str, password: str, role_name: str = ADMINISTRATOR) -> User:
    """A new colleague. Only the command line can do this: the first administrator is never made on a page."""
    if work.actor.kind is not ActorKind.ROBOT:
        raise NotAllowed
    email, name = clean_email(email), clean_name(name)
    require_strong(password, name, email)
    if work.session.exec(select(User.id).where(User.email == email)).first():
        raise Invalid(TAKEN, field="email")
    role = work.session.exec(select(StaffRole).where(StaffRole.name == role_name)).first()
    if role is None:
        if role_name != ADMINISTRATOR:
            raise Invalid(f"There is no role called {role_name}.", field="role")
        role = StaffRole(name=ADMINISTRATOR, permissions=sorted(STAFF_PERMISSIONS))
        work.session.add(role)
        work.session.flush()
    user = User(
        email=email,
        name=name,
        password_hash=hash_password(password),
        email_verified_at=work.now,
        staff_role_id=role.id,
        created_at=work.now,
    )
    work.session.add(user)
    return user


def colleagues(work: Work) -> list[Colleague]:
    """Everybody who works here, by name."""
    work.actor.require(MANAGE_STAFF)
    everybody = select(User, StaffRole).join(StaffRole, col(StaffRole.id) == User.staff_role_id)
    return [
        Colleague(user, role, user.id != work.actor.user_id and holds(work.actor, staff_permissions(role)))
        for user, role in work.session.exec(everybody.order_by(col(User.name), col(User.id)))
    ]


def invite_colleague(work: Work, name: str, email: str, role_id: UUID) -> User:
    """A new colleague, who chooses a password by a mailed link. Somebody who worked here before may come back."""
    me = change_staff(work)
    email, name, role = clean_email(email), clean_name(name), known_role(work, role_id)
    require_rank(me, staff_permissions(role))
    user = work.session.exec(select(User).where(User.email == email).with_for_update()).first()
    if user is None:
        user = User(email=email, name=name, password_hash="", created_at=work.now)
    elif not _may_be_hired(work, user):
        raise Invalid(TAKEN, field="email")
    else:
        _start_afresh(work, user)
    user.name, user.staff_role_id = name, role.id
    work.session.add(user)
    work.record("colleague invited", ("user_account", user.id), role=role.name)
    work.emit(ColleagueInvited(user.id, work.now))
    return user


def invite_again(work: Work, user_id: UUID) -> None:
    """Another link for somebody who has not followed theirs; the earlier one no longer works."""
    user, role = _colleague_to_change(work, change_staff(work), user_id)
    if user.email_verified_at is not None or user.suspended_at is not None:
        raise BusinessError(f"{user.name} needs no invitation.")
    work.record("colleague invited", ("user_account", user.id), role=role.name)
    work.emit(ColleagueInvited(user.id, work.now))


def give_role(work: Work, user_id: UUID, role_id: UUID) -> None:
    """Another role for a colleague, who signs in again with it."""
    me = change_staff(work)
    user, before = _colleague_to_change(work, me, user_id)
    role = known_role(work, role_id)
    require_rank(me, staff_permissions(role))
    if role.id == before.id:
        raise BusinessError(f"{user.name} has this role already.")
    _keep_an_administrator(work, user, before)
    user.staff_role_id = role.id
    _changed(work, user, "role_changed", role.name)


def suspend_colleague(work: Work, user_id: UUID) -> None:
    """A colleague cannot sign in until they are brought back."""
    user, role = _colleague_to_change(work, change_staff(work), user_id)
    if user.suspended_at is not None:
        raise BusinessError(f"{user.name} is suspended already.")
    _keep_an_administrator(work, user, role)
    user.suspended_at = work.now
    _changed(work, user, "colleague_suspended")


def bring_back_colleague(work: Work, user_id: UUID) -> None:
    """A suspended colleague may sign in again."""
    user, _ = _colleague_to_change(work, change_staff(work), user_id)
    if user.suspended_at is None:
        raise BusinessError(f"{user.name} is not suspended.")
    user.suspended_at = None
    _changed(work, user, "colleague_back")


def remove_colleague(work: Work, user_id: UUID) -> None:
    """Somebody works here no more. What they did stays under their name."""
    user, role = _colleague_to_change(work, change_staff(work), user_id)
    _keep_an_administrator(work, user, role)
    user.staff_role_id, user.password_hash = None, ""
    _changed(work, user, "colleague_removed")


def _changed(work: Work, user: User, how: str, words: str = "") -> None:
    end_access(work, user.id)
    facts = {"role": words} if words else {}
    work.record(how.replace("_", " "), ("user_account", user.id), **facts)
    work.emit(AccessChanged(user.id, how, words, work.now))


def _colleague_to_change(work: Work, me: Actor, user_id: UUID) -> tuple[User, StaffRole]:
    user = work.session.get(User, user_id, with_for_update=True)
    if user is None or user.staff_role_id is None:
        raise NotFound("We could not find this colleague.")
    if user.id == me.user_id:
        raise NotAllowed("Nobody changes their own access: ask a colleague.")
    role = known_role(work, user.staff_role_id)
    require_rank(me, staff_permissions(role))
    return user, role


def _keep_an_administrator(work: Work, leaving: User, role: StaffRole) -> None:
    """Refuse what would leave nobody who can do everything. Whoever has not followed their link yet does not count."""
    if role.name != ADMINISTRATOR or not _is_active(leaving):
        return
    administrators = select(User).where(User.staff_role_id == role.id, User.id != leaving.id)
    if not any(_is_active(other) for other in work.session.exec(administrators)):
        raise BusinessError("This is the last administrator. Make somebody else one first.")


def _is_active(user: User) -> bool:
    return user.suspended_at is None and user.erased_at is None and user.email_verified_at is not None


def _start_afresh(work: Work, user: User) -> None:
    """Nothing by which somebody got in so far opens the staff's side: only the link to their address does."""
    end_access(work, user.id)
    for kind in (Passkey, Authenticator, RecoveryCode):
        work.session.execute(delete(kind).where(col(kind.user_id) == user.id))
    unused = update(OneTimeToken).where(col(OneTimeToken.user_id) == user.id, col(OneTimeToken.used_at).is_(None))
    work.session.execute(unused.values(used_at=work.now))
    user.password_hash = user.new_email = ""
    user.email_verified_at = user.suspended_at = user.second_factor_since = None


def _may_be_hired(work: Work, user: User) -> bool:
    """Whether a known person can become a colleague: nobody's customer, and no colleague yet."""
    if user.staff_role_id is not None or user.erased_at is not None:
        return False
    return work.session.exec(select(Membership.id).where(Membership.user_id == user.id)).first() is None
