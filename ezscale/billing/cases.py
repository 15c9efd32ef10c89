"""Cases: something about money that a person must look at."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.database import insert_new
from ezscale.kit.ids import new_id
from ezscale.kit.work import Work
from ezscale.models import BillingCase


def open_case(work: Work, kind: str, about: str, customer_id: UUID | None, facts: dict[str, str]) -> None:
    """Put something before a person, once for each kind and subject."""
    row = {
        "id": new_id(),
        "kind": kind,
        "once_key": f"{kind}:{about}",
        "customer_id": customer_id,
        "facts": facts,
        "opened_at": work.now,
        "closed_at": None,
    }
    insert_new(work.session, BillingCase.__table__, [row])  # type: ignore[attr-defined]  # SQLModel hides its table


def open_cases(work: Work, limit: int = 50) -> list[BillingCase]:
    """What waits for a person, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    waiting = select(BillingCase).where(col(BillingCase.closed_at).is_(None))
    return list(work.session.exec(waiting.order_by(col(BillingCase.id).desc()).limit(limit)))
