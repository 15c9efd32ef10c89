"""Holds: a deed of the night that staff let nobody do for a while, to a subscription or about an invoice."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, exists, select

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_EVERYTHING
from ezscale.billing.events import DeedHeld, HoldLifted
from ezscale.billing.invoicing import invoice
from ezscale.billing.policy import StepKind
from ezscale.billing.subscriptions import subscriptions_on, visible_subscriptions
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer, Hold, Invoice, Subscription
from ezscale.models.hold import Deed

PAGE = 200
OF_SUBSCRIPTIONS = (Deed.INVOICE, Deed.END)
NEVER_HELD = (Deed.CHANGE, Deed.GO_ON, Deed.TOP_UP)  # what was agreed with the customer happens
DEEDS = {
    StepKind.CHARGE: Deed.CHARGE,
    StepKind.REMIND: Deed.REMIND,
    StepKind.WARN: Deed.WARN,
    StepKind.SUSPEND: Deed.SUSPEND,
    StepKind.TERMINATE: Deed.END,
}


def hold(work: Work, deed: Deed, subject_id: UUID, reason: str, until: date | None = None) -> Hold:
    """Let a deed not be done: to a subscription (invoicing, ending), or about an invoice (everything else).

    `until` is the first day on which it is done again.
    """
    work.actor.require(MANAGE_INVOICES)
    if deed in NEVER_HELD:
        raise BusinessError("This was agreed with the customer, and cannot be held.")
    words = reason.strip()
    if not words or len(words) > 500:
        raise Invalid("Please say in a few words why.", field="reason")
    if until is not None and until <= work.today:
        raise Invalid("Please choose a day that is still to come.", field="until")
    customer_id = _owner(work, deed, subject_id)
    held = Hold(
        deed=deed,
        reason=words,
        held_by=work.actor.name[:120],
        until=until,
        created_at=work.now,
        customer_id=customer_id,
        subscription_id=subject_id if deed in OF_SUBSCRIPTIONS else None,
        invoice_id=None if deed in OF_SUBSCRIPTIONS else subject_id,
        live_key=_key(deed, subject_id),
    )
    before = work.session.exec(select(Hold).where(Hold.live_key == held.live_key).with_for_update()).first()
    if before is not None:
        if before.until is None or before.until > work.today:
            raise BusinessError("This is held already.")
        _lift(work, before, "its day")
        work.session.flush()
    work.session.add(held)
    work.session.flush()
    work.emit(DeedHeld(held.id, held.customer_id))
    return held


def lift(work: Work, hold_id: UUID) -> None:
    """Let the deed be done again, by the next run. Lifting twice is lifting once."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(MANAGE_INVOICES)
    held = work.session.get(Hold, hold_id, with_for_update=True)
    if held is None:
        raise NotFound("We could not find this hold.")
    _lift(work, held, work.actor.name)


def lift_those_over(work: Work) -> int:
    """Note of the holds whose day has come that they are lifted; they have held nothing since that day began."""
    over = select(Hold).where(col(Hold.lifted_at).is_(None), col(Hold.until) <= work.today)
    found = list(work.session.exec(over.order_by(col(Hold.id)).with_for_update(skip_locked=True)))
    for held in found:
        _lift(work, held, "its day")
    return len(found)


def standing_holds(
    work: Work, *, customer_id: UUID | None = None, before: UUID | None = None, limit: int = PAGE
) -> list[tuple[Hold, Customer, str]]:
    """What is held, newest first, with whose it is and the number of its subscription or invoice. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    rows = (
        select(Hold, Customer, Subscription.number, Invoice.number)
        .join(Customer, col(Customer.id) == Hold.customer_id)
        .outerjoin(Subscription, col(Subscription.id) == Hold.subscription_id)
        .outerjoin(Invoice, col(Invoice.id) == Hold.invoice_id)
        .where(stands_on(work.today))
    )
    if customer_id is not None:
        rows = rows.where(Hold.customer_id == customer_id)
    if before is not None:
        rows = rows.where(col(Hold.id) < before)
    found = work.session.execute(rows.order_by(col(Hold.id).desc()).limit(limit)).all()
    return [(held, customer, subscription or invoice or "") for held, customer, subscription, invoice in found]


def holds_on_invoice(work: Work, invoice_id: UUID) -> list[Hold]:
    """What is held about an invoice, or about what it bills. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    billed = [subscription.id for subscription in subscriptions_on(work, invoice_id)]
    about = or_(col(Hold.invoice_id) == invoice_id, col(Hold.subscription_id).in_(billed))
    return list(work.session.exec(select(Hold).where(about, stands_on(work.today)).order_by(col(Hold.id))))


def held_deeds(work: Work, invoice_id: UUID) -> frozenset[Deed]:
    """What is not to be done about an invoice now. Its subscriptions do not end while the end of one is held."""
    of_invoice = select(Hold.deed).where(Hold.invoice_id == invoice_id, stands_on(work.today))
    held = {Deed(deed) for deed in work.session.exec(of_invoice)}
    billed = [subscription.id for subscription in subscriptions_on(work, invoice_id)]
    if billed and Deed.END not in held and _any_end_held(work, billed):
        held.add(Deed.END)
    return frozenset(held)


def is_held(deed: Deed, today: date) -> ColumnElement[bool]:
    """For queries: whether a deed to a subscription is held."""
    return exists().where(col(Hold.subscription_id) == col(Subscription.id), col(Hold.deed) == deed, stands_on(today))


def is_held_about(deed: Deed, today: date) -> ColumnElement[bool]:
    """For queries: whether a deed about an invoice is held."""
    return exists().where(col(Hold.invoice_id) == col(Invoice.id), col(Hold.deed) == deed, stands_on(today))


def stands_on(today: date) -> ColumnElement[bool]:
    """For queries: whether a hold stands on a day."""
    return and_(col(Hold.lifted_at).is_(None), or_(col(Hold.until).is_(None), col(Hold.until) > today))


def _any_end_held(work: Work, subscription_ids: Sequence[UUID]) -> bool:
    held = select(Hold.id).where(
        col(Hold.subscription_id).in_(subscription_ids), Hold.deed == Deed.END, stands_on(work.today)
    )
    return work.session.exec(held.limit(1)).first() is not None


def _owner(work: Work, deed: Deed, subject_id: UUID) -> UUID:
    work.actor.require(SEE_EVERYTHING)
    if deed not in OF_SUBSCRIPTIONS:
        return invoice(work, subject_id).customer_id
    found = work.session.exec(visible_subscriptions(work.actor).where(Subscription.id == subject_id)).first()
    if found is None:
        raise NotFound("We could not find this subscription.")
    return found.customer_id


def _key(deed: Deed, subject_id: UUID) -> str:
    return f"{deed}:{subject_id.hex}"


def _lift(work: Work, held: Hold, by: str) -> None:
    if held.lifted_at is None:
        held.lift(by, work.now)
        work.session.add(held)
        work.emit(HoldLifted(held.id, held.customer_id))
