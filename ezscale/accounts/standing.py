"""What the sessions of open pages still stand for: asked every other second, in one query for all of them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Work
from ezscale.models import Customer, Delegation, Impersonation, LoginSession, Membership, StaffRole, User

AT_ONCE = 500


def standings(work: Work, sessions: Collection[str]) -> dict[str, str]:
    """For each of these sessions that is still somebody's, a text that changes when what they may do could have changed.

    Sessions are named by the fingerprint of their secret. Those that have ended are missing.
    """
    found: dict[str, set[str]] = {}
    wanted = sorted(sessions)
    for start in range(0, len(wanted), AT_ONCE):
        for session, *facts in work.session.execute(_facts(work, wanted[start : start + AT_ONCE])):
            found.setdefault(session, set()).add(repr(facts))
    return {session: fingerprint("\n".join(sorted(facts))) for session, facts in found.items()}


def secrets_now(work: Work, sessions: Collection[UUID]) -> dict[UUID, str]:
    """The fingerprint of the secret that each of these sessions has by now. Those that have ended are missing."""
    found: dict[UUID, str] = {}
    wanted = sorted(sessions)
    for start in range(0, len(wanted), AT_ONCE):
        live = select(col(LoginSession.id), col(LoginSession.token_hash)).where(
            col(LoginSession.id).in_(wanted[start : start + AT_ONCE]),
            col(LoginSession.ended_at).is_(None),
            col(LoginSession.expires_at) > work.now,
        )
        found.update((row.id, row.token_hash) for row in work.session.execute(live))
    return found


def _facts(work: Work, sessions: Collection[str]) -> Select[Any]:
    """Everything that the rights behind these sessions come from; several rows where there are several memberships."""
    colleague: Any = aliased(User)
    colleagues_role: Any = aliased(StaffRole)
    acting = col(LoginSession.impersonation_id).is_not(None)
    facts: tuple[Any, ...] = (
        *(col(LoginSession.customer_id), col(LoginSession.impersonation_id)),
        *(col(User.id), col(User.second_factor_since), col(StaffRole.name), col(StaffRole.permissions)),
        *(col(Membership.customer_id), col(Membership.role), col(Customer.suspended_at), col(Delegation.service_id)),
        *(colleague.second_factor_since, colleagues_role.name, colleagues_role.permissions),
    )
    return (
        select(col(LoginSession.token_hash), *facts)
        .outerjoin(Impersonation, col(Impersonation.id) == col(LoginSession.impersonation_id))
        .outerjoin(colleague, colleague.id == Impersonation.staff_id)
        .outerjoin(colleagues_role, colleagues_role.id == colleague.staff_role_id)
        .join(User, or_(col(User.id) == Impersonation.user_id, and_(~acting, col(User.id) == LoginSession.user_id)))
        .outerjoin(StaffRole, col(StaffRole.id) == col(User.staff_role_id))
        .outerjoin(Membership, col(Membership.user_id) == User.id)
        .outerjoin(Customer, col(Customer.id) == Membership.customer_id)
        .outerjoin(Delegation, col(Delegation.membership_id) == Membership.id)
        .where(
            col(LoginSession.token_hash).in_(sessions),
            col(LoginSession.ended_at).is_(None),
            col(LoginSession.expires_at) > work.now,
            col(User.suspended_at).is_(None),
            or_(
                ~acting,
                and_(
                    col(Impersonation.ended_at).is_(None),
                    col(Impersonation.ends_at) > work.now,
                    colleague.suspended_at.is_(None),
                ),
            ),
        )
    )
