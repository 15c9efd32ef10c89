"""What customers agree to: that their credit is topped up by itself, from their default method and within limits.

It is off until they say so, and who said so is kept. What fails once pauses: nobody's card is tried again and again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_CARDS, MANAGE_INVOICES, PAY_INVOICES, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.cards import usable_card
from ezscale.billing.credit import lock_customers
from ezscale.billing.events import AutoTopUpAgreed, AutoTopUpHalted, CreditSpent
from ezscale.billing.top_up_rules import Limits, limits
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import AutoTopUp, Customer
from ezscale.models.top_up import AutoTopUpStatus


@dataclass(frozen=True, slots=True)
class Terms:
    """With less credit than `below`, `each` is taken, and no more than `monthly_most` in a calendar month."""

    below: Money
    each: Money
    monthly_most: Money


def agreement(work: Work, customer_id: UUID | None = None) -> AutoTopUp | None:
    """What a customer has agreed to, if ever they have: one's own, or anybody's for staff."""
    if customer_id is None or not work.actor.may(SEE_EVERYTHING):
        work.actor.require(SEE_BILLING)
        customer_id = work.actor.own_customer()
    return work.session.exec(select(AutoTopUp).where(AutoTopUp.customer_id == customer_id)).first()


def agree_to_top_ups(work: Work, terms: Terms) -> AutoTopUp:
    """Let one's credit be topped up by itself from now on, and at once if it is low. Asked again, it is as said last.

    Only the customer's own people can: a colleague who acts as one of them cannot agree for them.
    """
    customer = _own_customer(work)
    _require_possible(limits(work, customer.currency), terms)
    if usable_card(work, customer.id) is None:
        raise BusinessError("Please add a payment method first: there is none that can be charged.")
    with _held(work, customer.id) as known:
        agreed = known or AutoTopUp(
            customer_id=customer.id,
            currency=customer.currency,
            below_minor=terms.below.minor,
            amount_minor=terms.each.minor,
            monthly_most_minor=terms.monthly_most.minor,
            agreed_at=work.now,
            agreed_by=work.actor.name[:120],
        )
        agreed.agree(terms.below, terms.each, terms.monthly_most, work.actor.name[:120], work.now)
    work.session.add(agreed)
    work.session.flush()
    work.emit(AutoTopUpAgreed(agreed.id, customer.id, work.now))
    work.emit(CreditSpent(customer.id))
    return agreed


def go_on_with_top_ups(work: Work) -> AutoTopUp:
    """Let automatic top-ups that pause go on, as they were agreed to."""
    customer = _own_customer(work)
    with _held(work, customer.id) as agreed:
        if agreed is None:
            raise NotFound("You have not agreed to automatic top-ups.")
        if usable_card(work, customer.id) is None:
            raise BusinessError("Please add a payment method first: there is none that can be charged.")
        agreed.go_on()
    work.emit(CreditSpent(customer.id))
    return agreed


def stop_top_ups(work: Work, customer_id: UUID | None = None, why: str = "") -> AutoTopUp:
    """Let nothing be taken by itself any more: a customer's own, or anybody's by staff, who say why."""
    by_staff = customer_id is not None and customer_id != work.actor.customer_id
    if by_staff:
        work.actor.require(SEE_EVERYTHING)
        work.actor.require(MANAGE_INVOICES)
        if not why.strip():
            raise Invalid("Please say why: the customer reads it.", field="why")
    else:
        work.actor.require(PAY_INVOICES)
    with _held(work, customer_id or work.actor.own_customer()) as agreed:
        if agreed is None or agreed.status is AutoTopUpStatus.OFF:
            raise BusinessError("Credit is not topped up by itself.")
        agreed.stop(work.actor.name[:120], why.strip(), work.now)
    if by_staff:
        work.emit(AutoTopUpHalted(agreed.id, agreed.customer_id, work.now))
    return agreed


def pause_top_ups(work: Work, customer_id: UUID, because: str) -> None:
    """Take nothing by itself until the customer lets it go on, or leaves a new card; they are told, and why."""
    with _held(work, customer_id) as agreed:
        if agreed is None or not agreed.is_on:
            return
        agreed.pause(because, work.now)
    work.emit(AutoTopUpHalted(agreed.id, customer_id, work.now))


def resume_with_new_card(work: Work, customer_id: UUID) -> None:
    """A new card is here: what pauses goes on."""
    with _held(work, customer_id) as agreed:
        if agreed is None or agreed.status is not AutoTopUpStatus.PAUSED:
            return
        agreed.go_on()
    work.emit(CreditSpent(customer_id))


@contextmanager
def _held(work: Work, customer_id: UUID) -> Iterator[AutoTopUp | None]:
    """A customer's agreement, if there is one, with their credit held still; what is done to it is kept."""
    lock_customers(work, [customer_id])
    wanted = select(AutoTopUp).where(AutoTopUp.customer_id == customer_id).with_for_update()
    agreed = work.session.exec(wanted.execution_options(populate_existing=True)).first()
    yield agreed
    if agreed is not None:
        work.session.add(agreed)


def _own_customer(work: Work) -> Customer:
    work.actor.require(PAY_INVOICES)
    work.actor.require(MANAGE_CARDS)
    if work.actor.behind_id is not None:
        raise NotAllowed("This is the customer's own to agree to: it is closed to whoever acts for them.")
    customer = work.session.get_one(Customer, work.actor.own_customer())
    if customer.suspended_at is not None:
        raise NotAllowed("This account is suspended: its credit cannot be topped up.")
    return customer


def _require_possible(possible: Limits, terms: Terms) -> None:
    possible.require(terms.each, "each")
    if terms.below.currency != terms.each.currency or terms.below.minor <= 0:
        raise Invalid("More than nothing, please.", field="below")
    if (terms.below + terms.each).minor > possible.most_held.minor:
        raise Invalid(f"Together with what is topped up that is more than {possible.most_held}.", field="below")
    if terms.monthly_most.currency != terms.each.currency or terms.monthly_most < terms.each:
        raise Invalid("At least as much as is topped up once.", field="monthly_most")
