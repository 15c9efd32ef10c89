"""Ending what somebody can get in with, everywhere at once."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, or_

from ezscale.accounts.signing_in import end_sessions
from ezscale.kit.work import Work
from ezscale.models import ApiToken, Impersonation


def end_access(work: Work, user_id: UUID) -> None:
    """Sessions, personal API tokens, and impersonations by and of a person end now."""
    end_sessions(work, user_id)
    work.session.execute(
        update(ApiToken)
        .where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=work.now)
    )
    work.session.execute(
        update(Impersonation)
        .where(
            or_(col(Impersonation.staff_id) == user_id, col(Impersonation.user_id) == user_id),
            col(Impersonation.ended_at).is_(None),
        )
        .values(ended_at=work.now)
    )
