"""Cases: something about money that a person must look at."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_EVERYTHING
from ezscale.billing.events import CaseClosed
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import Invalid, NotFound
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
    insert_new(work.session, table_of(BillingCase), [row])


def is_case(work: Work, kind: str, about: str) -> bool:
    """Whether a person was told of this already, and perhaps has seen to it."""
    told = select(BillingCase.id).where(BillingCase.once_key == f"{kind}:{about}")
    return work.session.exec(told).first() is not None


def open_cases(work: Work, limit: int = 50, customer_id: UUID | None = None) -> list[BillingCase]:
    """What waits for a person, newest first: about everybody, or about one customer. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    waiting = select(BillingCase).where(col(BillingCase.closed_at).is_(None))
    if customer_id is not None:
        waiting = waiting.where(BillingCase.customer_id == customer_id)
    return list(work.session.exec(waiting.order_by(col(BillingCase.id).desc()).limit(limit)))


def close_by_itself(work: Work, kind: str, about: str, done: str) -> None:
    """What a person was told is over without them: every open case of a kind whose subject begins so."""
    begins = col(BillingCase.once_key).startswith(f"{kind}:{about}", autoescape=True)
    over = select(BillingCase).where(begins, col(BillingCase.closed_at).is_(None)).with_for_update()
    for case in list(work.session.exec(over)):
        case.close(done, work.now)
        work.session.add(case)
        work.emit(CaseClosed(case.id, case.customer_id))


def close_case(work: Work, case_id: UUID, done: str) -> None:
    """A person has looked at it. `done` says what they did; closing twice keeps the first answer."""
    work.actor.require(MANAGE_INVOICES)
    words = done.strip()
    if not words or len(words) > 500:
        raise Invalid("Please say in a few words what was done.", field="done")
    case = work.session.get(BillingCase, case_id, with_for_update=True)
    if case is None:
        raise NotFound("We could not find this case.")
    if case.closed_at is None:
        case.close(f"{words} ({work.actor.name})", work.now)
        work.emit(CaseClosed(case.id, case.customer_id))
