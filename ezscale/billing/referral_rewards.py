"""Crediting customers for those whom they sent, once the money has stayed; or saying why not."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import col, exists, func, select

from ezscale.accounts.permissions import MANAGE_COUPONS
from ezscale.accounts.signing_up import clean_line
from ezscale.billing.credit import keep_as_credit, lock_customers
from ezscale.billing.events import ReferralCredited
from ezscale.billing.referrals import ReferralRules, visible_referrals
from ezscale.billing.subscriptions import subscriptions_on
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Invoice, Membership, PaymentMethod, Referral
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.referral import ReferralStatus
from ezscale.models.subscription import SubscriptionStatus

MARKETING = "marketing"  # the account that pays for it
BLOCK = 200
OURSELVES = "the rules"
PAID = (col(Invoice.status) == InvoiceStatus.PAID) & (col(Invoice.total_minor) > 0)
HAS_PAID = exists().where(col(Invoice.customer_id) == col(Referral.referred_id), PAID)


def settle_referrals(open_work: OpenWork, size: int = BLOCK) -> Tally:
    """Note who has paid, and credit whoever sent those whose money has stayed long enough. Running it again does nothing.

    Whoever came while the house thanked for it is counted, also when it has stopped since.
    """
    with reported(open_work, "referrals") as tally:
        _each(open_work, size, (col(Referral.status) == ReferralStatus.CAME) & HAS_PAID, _note_payment, tally)
        _each(open_work, size, col(Referral.status) == ReferralStatus.WAITING, _decide, tally)
    return tally


def refuse_referral(work: Work, referral_id: UUID, reason: str) -> Referral:
    """A colleague decides that somebody is not credited, and says why. Invalid without a word."""
    work.actor.require(MANAGE_COUPONS)
    why = clean_line(reason, "reason", 200)
    if not why:
        raise Invalid("Please say why.", field="reason")
    referral = _locked(work, referral_id)
    referral.refuse(why, work.actor.name[:120], work.now)
    work.session.add(referral)
    return referral


def _each(
    open_work: OpenWork, size: int, which: ColumnElement[bool], step: Callable[[Work, Referral], str], tally: Tally
) -> None:
    """Take a step for each referral, in a transaction of its own; one that breaks is set aside, the others go on."""
    after: UUID | None = None
    while True:
        with open_work() as work:
            due = select(Referral.id).where(
                which, (col(Referral.credit_on).is_(None)) | (col(Referral.credit_on) <= work.today)
            )
            due = due if after is None else due.where(col(Referral.id) > after)
            ids = list(work.session.exec(due.order_by(col(Referral.id)).limit(size)))
        for referral_id in ids:
            with tally.apart(str(referral_id)):
                with open_work() as work:
                    done = step(work, _locked(work, referral_id))
                if done:
                    tally.count(done)
        if len(ids) < size:
            return
        after = ids[-1]


def _note_payment(work: Work, referral: Referral) -> str:
    """They have paid for the first time, if they have: from now on it is waited."""
    theirs = select(Invoice).where(Invoice.customer_id == referral.referred_id, PAID)
    invoice = work.session.exec(theirs.order_by(col(Invoice.paid_at), col(Invoice.id)).limit(1)).first()
    if invoice is None or invoice.paid_at is None or referral.status is not ReferralStatus.CAME:
        return ""
    paid_on = invoice.paid_at.astimezone(work.zone).date()
    referral.wait(invoice.id, invoice.paid_at, paid_on + timedelta(days=rules(work, ReferralRules).wait_days))
    work.session.add(referral)
    return "paid"


def _decide(work: Work, referral: Referral) -> str:
    """Their money has stayed long enough, if it has: whoever sent them is credited, or it stands here why not."""
    if referral.status is not ReferralStatus.WAITING or referral.invoice_id is None:
        return ""
    lock_customers(work, [referral.referrer_id])  # so that the limit of a month holds with several at work
    invoice = work.session.get_one(Invoice, referral.invoice_id, with_for_update=True, populate_existing=True)
    reward = _reward(work, referral, invoice)
    if why := _objection(work, referral, invoice, reward):
        referral.refuse(why, OURSELVES, work.now)
        work.session.add(referral)
        return "refused"
    referral.credit(reward, work.now)
    work.session.add(referral)
    words = "Thank you for sending us a customer"
    keep_as_credit(work, referral.referrer_id, reward, words, f"referral:{referral.id.hex}", MARKETING)
    work.emit(ReferralCredited(referral.id, referral.referrer_id))
    return "credited"


def _objection(work: Work, referral: Referral, invoice: Invoice, reward: Money) -> str:
    """Why nothing is credited; empty when nothing speaks against it."""
    if invoice.status is not InvoiceStatus.PAID or invoice.credited_minor:
        return "Their first invoice was given back."
    billed = subscriptions_on(work, invoice.id)
    if billed and all(each.status is SubscriptionStatus.ENDED for each in billed):
        return "Their service has ended."
    if why := _sent_oneself(work, referral):
        return why
    most = rules(work, ReferralRules).most_per_month
    if _credited_this_month(work, referral.referrer_id) >= most:
        return f"More than {most} in one month."
    return "" if reward else f"There is no reward in {reward.currency}."


def _sent_oneself(work: Work, referral: Referral) -> str:
    """Who is the same person, by whom they belong to and what they pay with."""
    both = (referral.referrer_id, referral.referred_id)
    if _shared(work, col(Membership.user_id), col(Membership.customer_id), both):
        return "The same person belongs to both."
    if _shared(work, col(PaymentMethod.fingerprint), col(PaymentMethod.customer_id), both):
        return "Both pay with the same card."
    return ""


def _shared(work: Work, what: Mapped[Any], whose: Mapped[UUID], both: tuple[UUID, UUID]) -> bool:
    shared = select(what).where(whose.in_(both), what.is_not(None)).group_by(what)
    return work.session.exec(shared.having(func.count(whose.distinct()) > 1).limit(1)).first() is not None


def _credited_this_month(work: Work, referrer_id: UUID) -> int:
    began = datetime.combine(work.today.replace(day=1), time(), work.zone)
    credited = select(func.count()).where(
        Referral.referrer_id == referrer_id,
        Referral.status == ReferralStatus.CREDITED,
        col(Referral.decided_at) >= began,
    )
    return work.session.exec(credited).one()


def _reward(work: Work, referral: Referral, invoice: Invoice) -> Money:
    """In the currency of the one who gets it: a share only of money in that currency, otherwise the sum."""
    decided = rules(work, ReferralRules)
    currency = work.session.get_one(Customer, referral.referrer_id).currency
    if decided.percent and invoice.currency == currency:
        return invoice.net.share(Fraction(decided.percent, 100))
    return decided.reward(currency) or Money.zero(currency)


def _locked(work: Work, referral_id: UUID) -> Referral:
    locked = visible_referrals(work.actor).where(Referral.id == referral_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this referral.")
    return found
