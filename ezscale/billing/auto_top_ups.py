"""Topping up credit by itself: after credit was spent and once more each night, always by the same function."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.billing.auto_agreements import pause_top_ups
from ezscale.billing.cards import is_tried_out, usable_card
from ezscale.billing.credit import credit_balance, lock_customers
from ezscale.billing.top_up_rules import limits
from ezscale.billing.top_ups import charge_top_up, new_top_up
from ezscale.company.runs import Tally, reported
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import AutoTopUp, Customer, TopUp
from ezscale.models.payment import AttemptTrigger
from ezscale.models.top_up import AutoTopUpStatus, TopUpStatus

BATCH = 200


def top_up_if_low(work: Work, customer_id: UUID) -> TopUp | None:
    """Ask a customer's kept method for what they have agreed to, where their credit is low. One at a time.

    None where it is not low, nothing is agreed, one is under way, the month's limit is reached, or they are suspended.
    Where there is no method that can be charged it pauses, and they are told.
    """
    lock_customers(work, [customer_id])
    customer = work.session.get_one(Customer, customer_id, populate_existing=True)
    wanted = select(AutoTopUp).where(AutoTopUp.customer_id == customer_id).with_for_update()
    agreed = work.session.exec(wanted.execution_options(populate_existing=True)).first()
    if agreed is None or not agreed.is_on or customer.suspended_at is not None or _is_under_way(work, customer_id):
        return None
    if agreed.currency != customer.currency:
        pause_top_ups(work, customer_id, f"your account is in {customer.currency} now")
        return None
    held = credit_balance(work, customer_id, agreed.currency)
    if held >= agreed.below or held + agreed.amount > limits(work, agreed.currency).most_held:
        return None
    if taken_this_month(work, agreed) + agreed.amount > agreed.monthly_most:
        return None
    card = usable_card(work, customer_id)
    if card is None or is_tried_out(work, card):
        pause_top_ups(work, customer_id, "there is no payment method that can be charged")
        return None
    top_up = new_top_up(work, customer_id, agreed.amount, is_automatic=True)
    charge_top_up(work, top_up, card, AttemptTrigger.AUTO_TOP_UP)
    return top_up


def taken_this_month(work: Work, agreed: AutoTopUp) -> Money:
    """What has been topped up by itself since the month began where the seller is, or is being asked for."""
    begin = datetime.combine(work.today.replace(day=1), time(), work.zone)
    taken = select(func.coalesce(func.sum(TopUp.amount_minor), 0)).where(
        TopUp.customer_id == agreed.customer_id,
        TopUp.currency == agreed.currency,
        col(TopUp.is_automatic).is_(True),
        TopUp.status != TopUpStatus.ABANDONED,
        TopUp.asked_at >= begin,
    )
    return Money(int(work.session.exec(taken).one()), agreed.currency)


def top_up_all_low(open_work: OpenWork) -> Tally:
    """The same for everybody who has agreed to it: whatever was missed is found here. Again, it does nothing more."""
    with reported(open_work, "top-ups") as tally:
        after: UUID | None = None
        while block := _agreed(open_work, after):
            for row_id, customer_id in block:
                with tally.apart(str(customer_id)):
                    with open_work() as work:
                        asked = top_up_if_low(work, customer_id)
                    if asked is not None:
                        tally.count("asked")
                        tally.add(asked.amount)
                after = row_id
    return tally


def _is_under_way(work: Work, customer_id: UUID) -> bool:
    asked = select(TopUp.id).where(TopUp.live_for == customer_id, col(TopUp.is_automatic).is_(True))
    return work.session.exec(asked).first() is not None


def _agreed(open_work: OpenWork, after: UUID | None) -> list[tuple[UUID, UUID]]:
    with open_work() as work:
        agreed = select(AutoTopUp.id, AutoTopUp.customer_id).where(AutoTopUp.status == AutoTopUpStatus.ON)
        if after is not None:
            agreed = agreed.where(col(AutoTopUp.id) > after)
        return list(work.session.exec(agreed.order_by(col(AutoTopUp.id)).limit(BATCH)))
