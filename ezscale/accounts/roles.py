"""Staff roles: which there are, what each allows, and who may change them.

Nobody gives what they do not have, and nobody touches what is above them or is their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, func, select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.ending import end_access
from ezscale.accounts.events import AccessChanged
from ezscale.accounts.permissions import ADMINISTRATOR, MANAGE_STAFF, STAFF_PERMISSIONS, staff_permissions
from ezscale.accounts.signing_up import clean_line
from ezscale.kit.actor import Actor, Permission
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.work import Work
from ezscale.models import StaffRole, User


@dataclass(frozen=True, slots=True)
class RoleOverview:
    """A role with what it allows, how many people hold it, and whether whoever looks may give it or change it."""

    role: StaffRole
    permissions: frozenset[Permission]
    people: int
    may_give: bool
    may_change: bool


def roles(work: Work) -> list[RoleOverview]:
    """Every role, by name."""
    work.actor.require(MANAGE_STAFF)
    counted = select(User.staff_role_id, func.count()).group_by(col(User.staff_role_id))
    people = dict(work.session.exec(counted).all())
    own = own_role_id(work, work.actor)
    return [
        RoleOverview(
            role,
            allowed := staff_permissions(role),
            people.get(role.id, 0),
            may_give=holds(work.actor, allowed),
            may_change=holds(work.actor, allowed) and role.name != ADMINISTRATOR and role.id != own,
        )
        for role in work.session.exec(select(StaffRole).order_by(col(StaffRole.name)))
    ]


def add_role(work: Work, name: str, chosen: Iterable[str]) -> StaffRole:
    """A new role. Invalid at the field; NotAllowed when it would allow more than the actor may do."""
    me = change_staff(work)
    allowed = known_permissions(chosen)
    require_rank(me, allowed)
    role = StaffRole(name=_free_name(work, name), permissions=sorted(allowed))
    work.session.add(role)
    work.record("role added", ("staff_role", role.id))
    return role


def change_role(work: Work, role_id: UUID, name: str, chosen: Iterable[str]) -> StaffRole:
    """Another name for a role, or other permissions: whoever holds it then signs in again."""
    me = change_staff(work)
    role, allowed = _role_to_change(work, me, role_id), known_permissions(chosen)
    require_rank(me, allowed)
    is_other = allowed != staff_permissions(role)
    role.name, role.permissions = _free_name(work, name, role.id), sorted(allowed)
    work.record("role changed", ("staff_role", role.id))
    if is_other:
        for user_id in work.session.exec(select(User.id).where(User.staff_role_id == role.id)).all():
            end_access(work, user_id)
            work.emit(AccessChanged(user_id, "role_changed", role.name, work.now))
    return role


def delete_role(work: Work, role_id: UUID) -> None:
    """A role that nobody holds is gone."""
    me = change_staff(work)
    role = _role_to_change(work, me, role_id)
    if work.session.exec(select(User.id).where(User.staff_role_id == role.id)).first():
        raise BusinessError(f"Somebody has the role {role.name}. Give them another one first.")
    work.record("role deleted", ("staff_role", role.id))
    work.session.delete(role)


def change_staff(work: Work) -> Actor:
    """The beginning of every change of a role or a colleague: they happen one after the other, by whoever still may.

    Who the actor is now: somebody else may have taken their permissions away while they waited.
    """
    work.actor.require(MANAGE_STAFF)
    work.actor.require_confirmed()
    work.session.exec(select(StaffRole.id).order_by(col(StaffRole.id)).with_for_update()).all()
    if work.actor.user_id is None:
        return work.actor
    me = actor_for(work, work.actor.user_id)
    me.require(MANAGE_STAFF)
    return me


def known_role(work: Work, role_id: UUID) -> StaffRole:
    """A role by its id."""
    role = work.session.get(StaffRole, role_id)
    if role is None:
        raise NotFound("We could not find this role.")
    return role


def require_rank(me: Actor, allowed: Iterable[Permission]) -> None:
    """NotAllowed when somebody lacks one of these permissions."""
    if not holds(me, allowed):
        raise NotAllowed("This goes beyond what you may do yourself.")


def holds(me: Actor, allowed: Iterable[Permission]) -> bool:
    """Whether somebody has all of these permissions."""
    return all(me.may(permission) for permission in allowed)


def own_role_id(work: Work, me: Actor) -> UUID | None:
    """The role of whoever acts, if they have one."""
    user = work.session.get(User, me.user_id) if me.user_id else None
    return user.staff_role_id if user else None


def known_permissions(chosen: Iterable[str]) -> frozenset[Permission]:
    """What was chosen, each one that exists. Invalid when one does not, or none was chosen."""
    allowed = frozenset(Permission(name) for name in chosen)
    if not allowed or not allowed <= STAFF_PERMISSIONS:
        raise Invalid("Please choose what the role allows.", field="permissions")
    return allowed


def _role_to_change(work: Work, me: Actor, role_id: UUID) -> StaffRole:
    role = known_role(work, role_id)
    if role.name == ADMINISTRATOR:
        raise NotAllowed(f"The role {ADMINISTRATOR} is built in and stays as it is.")
    if role.id == own_role_id(work, me):
        raise NotAllowed("Nobody changes their own role: ask a colleague.")
    require_rank(me, staff_permissions(role))
    return role


def _free_name(work: Work, typed: str, own: UUID | None = None) -> str:
    name = clean_line(typed, "name", 60)
    if not name:
        raise Invalid("Please give the role a name.", field="name")
    taken = work.session.exec(select(StaffRole.id).where(func.lower(StaffRole.name) == name.lower())).first()
    if name.casefold() == ADMINISTRATOR.casefold() or (taken and taken != own):
        raise Invalid("There is a role of this name already.", field="name")
    return name
