"""Customers who owe no tax, because of a certificate that somebody here has looked at."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_TAX, SEE_EVERYTHING
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import TaxExemption

LONGEST_REASON = 150


def exempt(work: Work, customer_id: UUID, reason: str, since: date, until: date | None) -> TaxExemption:
    """From a day on a customer owes no tax, for a reason that is printed on their invoices. Issued ones stay."""
    work.actor.require(MANAGE_TAX)
    who = customer(work, customer_id)
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_REASON:
        raise Invalid("Please say why, as it is printed on their invoices.", field="reason")
    if until is not None and until < since:
        raise Invalid("The last day is before the first.", field="until")
    if any(_meets(known, since, until) for known in exemptions(work, customer_id)):
        raise Invalid("They are exempt on some of these days already.", field="since")
    granted = TaxExemption(
        customer_id=who.id,
        reason=words,
        since=since,
        until=until,
        granted_by=work.actor.name[:120],
        granted_at=work.now,
    )
    work.session.add(granted)
    work.session.flush()
    return granted


def withdraw_exemption(work: Work, exemption_id: UUID) -> None:
    """They owe tax again, from now on."""
    work.actor.require(MANAGE_TAX)
    found = work.session.get(TaxExemption, exemption_id, with_for_update=True)
    if found is None:
        raise NotFound("We could not find this exemption.")
    found.withdraw(work.now)
    work.session.add(found)


def exemptions(work: Work, customer_id: UUID, *, with_past: bool = False) -> list[TaxExemption]:
    """A customer's exemptions, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    theirs = select(TaxExemption).where(TaxExemption.customer_id == customer_id)
    if not with_past:
        theirs = theirs.where(col(TaxExemption.withdrawn_at).is_(None))
    return list(work.session.exec(theirs.order_by(col(TaxExemption.id).desc())))


def _meets(known: TaxExemption, since: date, until: date | None) -> bool:
    begins_in_time = until is None or known.since <= until
    ends_too_late = known.until is None or known.until >= since
    return begins_in_time and ends_too_late
