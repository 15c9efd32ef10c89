"""Topping up account credit: a sum that a customer wants to pay, on the gateway's page or from a kept method."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import PAY_INVOICES, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.cards import is_tried_out, usable_card
from ezscale.billing.checkout import AlreadyPaying, close_page_of
from ezscale.billing.collecting import live_attempt, new_attempt
from ezscale.billing.credit import credit_balance, lock_customers
from ezscale.billing.events import ChargeRequested
from ezscale.billing.gateways import Gateways
from ezscale.billing.to_pay import top_up_to_change
from ezscale.billing.top_up_rules import limits
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed
from ezscale.kit.money import Money
from ezscale.kit.numbering import take_number
from ezscale.kit.paging import page_of
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.payment import ON_A_PAGE, AttemptTrigger
from ezscale.models.top_up import TopUpStatus

PAGE = 25
OPEN_FOR = timedelta(days=1)  # so long a top-up that nobody pays can be paid
BATCH = 200
CAME_IN = "Your payment has come in meanwhile: please look at your credit first."


def visible_top_ups(work: Work, customer_id: UUID | None = None) -> SelectOfScalar[TopUp]:
    """A customer's own top-ups; for staff those of one customer, or all."""
    if work.actor.may(SEE_EVERYTHING):
        return select(TopUp).where(TopUp.customer_id == customer_id) if customer_id else select(TopUp)
    if not work.actor.may(SEE_BILLING) or customer_id not in (None, work.actor.own_customer()):
        raise NotAllowed
    return select(TopUp).where(TopUp.customer_id == work.actor.own_customer())


def top_ups(
    work: Work, customer_id: UUID | None = None, *, before: UUID | None = None, limit: int = PAGE
) -> list[TopUp]:
    """What was put into credit, or was to be, newest first. `before` is the last id of a page."""
    page = page_of(visible_top_ups(work, customer_id), col(TopUp.id), before=before, limit=limit)
    return list(work.session.exec(page))


def ask_for_top_up(work: Work, amount: Money) -> TopUp:
    """Want to pay a sum into one's credit. One at a time: asking again changes the sum of what is not paid yet.

    Invalid, beside the field `amount`, for what cannot be topped up; AlreadyPaying while a kept method is charged for it.
    """
    customer = _own_customer(work)
    waiting = _waiting(work, customer.id)
    if waiting is not None and (live := live_attempt(work, waiting.id)) and live.trigger not in ON_A_PAGE:
        raise AlreadyPaying("A top-up is being paid. Please look again in a minute.")
    require_room(work, customer, amount, beside=waiting)
    if waiting is None:
        return new_top_up(work, customer.id, amount)
    if waiting.amount != amount:
        waiting.ask_for(amount, work.actor.name[:120], work.now)
        work.session.add(waiting)
    return waiting


def top_up_from_card(open_work: OpenWork, gateways: Gateways, amount: Money, form_key: str) -> TopUp:
    """Pay a sum into one's credit from the method that is charged by default. The same form is one top-up."""
    with open_work() as work:
        customer = _own_customer(work)
        if (known := _of_form(work, customer.id, form_key)) is not None:
            return known
        waiting = _waiting(work, customer.id)
    if waiting is not None:
        close_page_of(open_work, gateways, waiting.id)
    with open_work() as work:
        if waiting is not None and not top_up_to_change(work, waiting.id).is_asked:
            raise BusinessError(CAME_IN)
        customer = _own_customer(work)
        if (known := _of_form(work, customer.id, form_key)) is not None:
            return known
        card = usable_card(work, customer.id)
        if card is None or is_tried_out(work, card):
            raise BusinessError("There is no payment method that can be charged now. Please pay on the page instead.")
        top_up = ask_for_top_up(work, amount)
        if live_attempt(work, top_up.id) is not None:
            raise AlreadyPaying("A top-up is being paid. Please look again in a minute.")
        top_up.form_key = form_key
        charge_top_up(work, top_up, card, AttemptTrigger.TOP_UP)
    return top_up


def new_top_up(work: Work, customer_id: UUID, amount: Money, *, is_automatic: bool = False) -> TopUp:
    """A top-up that can be paid from now on. The database knows one of each kind for a customer, and no second."""
    top_up = TopUp(
        number=f"TU-{take_number(work.session, 'top-up'):06}",
        customer_id=customer_id,
        live_for=customer_id,
        is_automatic=is_automatic,
        currency=amount.currency,
        amount_minor=amount.minor,
        asked_by=work.actor.name[:120],
        asked_at=work.now,
    )
    work.session.add(top_up)
    work.session.flush()
    return top_up


def charge_top_up(work: Work, top_up: TopUp, card: PaymentMethod, trigger: AttemptTrigger) -> PaymentAttempt:
    """Write down that a top-up shall be charged to a kept method."""
    attempt = new_attempt(work, top_up, trigger, card.gateway, card)
    work.session.add(top_up)
    work.emit(ChargeRequested(attempt.id, top_up.customer_id))
    return attempt


def require_room(work: Work, customer: Customer, amount: Money, *, beside: TopUp | None = None) -> None:
    """Go on only where a customer may top up so much: alone, and with the credit they have and what is under way."""
    possible = limits(work, customer.currency)
    possible.require(amount)
    coming = select(func.coalesce(func.sum(TopUp.amount_minor), 0)).where(
        TopUp.live_for == customer.id, TopUp.currency == amount.currency
    )
    if beside is not None:
        coming = coming.where(TopUp.id != beside.id)
    held = credit_balance(work, customer.id, amount.currency) + Money(
        int(work.session.exec(coming).one()), amount.currency
    )
    if held + amount > possible.most_held:
        left = max(possible.most_held - held, Money.zero(amount.currency))
        raise Invalid(f"Your credit may be {possible.most_held} in all: {left} more.", field="amount")


def unpaid_top_ups(work: Work, limit: int = BATCH) -> list[UUID]:
    """Those that were asked for so long ago that nobody is waited for any longer, and whose payment is not on its way."""
    charged = select(PaymentAttempt.live_for).where(
        col(PaymentAttempt.live_for).is_not(None), col(PaymentAttempt.trigger).not_in(ON_A_PAGE)
    )
    waiting = select(TopUp.id).where(
        TopUp.status == TopUpStatus.ASKED,
        TopUp.asked_at < work.now - OPEN_FOR,
        col(TopUp.id).not_in(charged),
    )
    return list(work.session.exec(waiting.order_by(col(TopUp.id)).limit(limit)))


def abandon_top_up(open_work: OpenWork, gateways: Gateways, top_up_id: UUID) -> None:
    """Close the page of a top-up that nobody has paid, and book what became of it; without any money it is over."""
    close_page_of(open_work, gateways, top_up_id)
    with open_work() as work:
        top_up = top_up_to_change(work, top_up_id)
        if top_up.is_asked and live_attempt(work, top_up_id) is None:
            top_up.abandon(work.now)
            work.session.add(top_up)


def _own_customer(work: Work) -> Customer:
    """Who tops up, with their credit held still: what they have and what is under way does not change meanwhile."""
    work.actor.require(PAY_INVOICES)
    customer_id = work.actor.own_customer()
    lock_customers(work, [customer_id])
    customer = work.session.get_one(Customer, customer_id, populate_existing=True)
    if customer.suspended_at is not None:
        raise NotAllowed("This account is suspended: its credit cannot be topped up.")
    return customer


def _waiting(work: Work, customer_id: UUID) -> TopUp | None:
    asked = select(TopUp).where(TopUp.live_for == customer_id, col(TopUp.is_automatic).is_(False)).with_for_update()
    return work.session.exec(asked.execution_options(populate_existing=True)).first()


def _of_form(work: Work, customer_id: UUID, form_key: str) -> TopUp | None:
    known = select(TopUp).where(TopUp.form_key == form_key, TopUp.customer_id == customer_id)
    return work.session.exec(known).first()
