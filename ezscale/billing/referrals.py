"""Customers who send us others: their links, who came by them, and what the house gives for it."""

import re
import secrets
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from pydantic import Field, field_validator
from sqlalchemy import false, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_COUPONS, PLACE_ORDERS, SEE_BILLING, SEE_EVERYTHING
from ezscale.catalog.coupon_making import LETTERS, amounts_typed
from ezscale.company.rules import Rules, rules
from ezscale.kit.actor import Actor
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Membership, Referral, ReferralCode
from ezscale.models.customer import MemberRole
from ezscale.models.referral import ReferralStatus

CODE = re.compile(r"[0-9A-Z]{8}")
LENGTH = 8
PAGE = 25


class ReferralRules(Rules):
    """What customers are thanked with for sending us others."""

    topic: ClassVar[str] = "referrals"
    title: ClassVar[str] = "Referrals"

    enabled: bool = Field(
        False,
        title="Thank those who send us others",
        description="Customers have a link, and are credited for those who come by it.",
    )
    rewards: str = Field(
        "EUR 10, GBP 10, USD 10",
        max_length=200,
        title="Reward",
        description="What is credited for a new customer, a sum for each currency: EUR 10, USD 10.",
    )
    percent: int = Field(
        0,
        ge=0,
        le=100,
        title="Reward in percent",
        description="Instead: so many percent of the first invoice, net of tax. The sums still hold for other currencies.",
    )
    welcome_coupon: str = Field(
        "", max_length=40, description="The code that is filled in for those who come by a link; none when empty."
    )
    wait_days: int = Field(
        30,
        ge=0,
        le=365,
        title="Days until it is credited",
        description="Days after the first payment until it is credited.",
    )
    most_per_month: int = Field(
        10,
        ge=1,
        le=1000,
        title="Most in a month",
        description="How many new customers one customer is credited for in a month.",
    )

    @field_validator("rewards")
    @classmethod
    def _readable(cls, typed: str) -> str:
        try:
            amounts_typed(typed)
        except Invalid as refusal:
            raise ValueError(refusal.message) from None
        return typed

    @field_validator("welcome_coupon")
    @classmethod
    def _in_capitals(cls, typed: str) -> str:
        return typed.strip().upper()

    def reward(self, currency: str) -> Money | None:
        """The sum for a new customer in a currency, if there is one."""
        minor = amounts_typed(self.rewards).get(currency, 0)
        return Money(minor, currency) if minor > 0 else None


@dataclass(frozen=True, slots=True)
class ReferralOverview:
    """A referral, with who sent whom."""

    referral: Referral
    referrer: Customer
    referred: Customer


def own_code(work: Work) -> str:
    """The code of one's own link; nothing as long as there is none."""
    work.actor.require(SEE_BILLING)
    return _code_of(work, work.actor.own_customer())


def make_code(work: Work) -> str:
    """The code of one's own link, which is made when there is none yet."""
    work.actor.require(PLACE_ORDERS)
    customer_id = work.actor.own_customer()
    work.session.exec(select(Customer.id).where(Customer.id == customer_id).with_for_update()).one()
    if known := _code_of(work, customer_id):
        return known
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    work.session.add(ReferralCode(customer_id=customer_id, code=code, created_at=work.now))
    work.session.flush()
    return code


def is_welcome(work: Work, code: str) -> bool:
    """Whether a link leads to anything: the house thanks for new customers, and the code is somebody's."""
    return rules(work, ReferralRules).enabled and _owner_of(work, code) is not None


def come_by_link(work: Work, user_id: UUID, code: str) -> Referral | None:
    """Somebody who came by a customer's link has just made an account: whoever sent them may be credited later."""
    referrer_id = _owner_of(work, code) if rules(work, ReferralRules).enabled else None
    own = select(Membership.customer_id).where(Membership.user_id == user_id, Membership.role == MemberRole.OWNER)
    referred_id = work.session.exec(own).first()
    if referrer_id is None or referred_id is None or referrer_id == referred_id:
        return None
    if work.session.exec(select(Referral.id).where(Referral.referred_id == referred_id)).first():
        return None
    referral = Referral(referrer_id=referrer_id, referred_id=referred_id, came_at=work.now)
    work.session.add(referral)
    work.session.flush()
    return referral


def welcome_code(work: Work, link_code: str = "") -> str:
    """The coupon for whoever has come by a link and not paid yet: as a visitor who brings its code, or signed in."""
    decided = rules(work, ReferralRules)
    if not decided.enabled or not decided.welcome_coupon:
        return ""
    if work.actor.customer_id is None:
        return decided.welcome_coupon if link_code and _owner_of(work, link_code) else ""
    came = select(Referral.id).where(
        Referral.referred_id == work.actor.customer_id, Referral.status == ReferralStatus.CAME
    )
    return decided.welcome_coupon if work.session.exec(came).first() else ""


def visible_referrals(actor: Actor) -> SelectOfScalar[Referral]:
    """Those whom a customer has sent, or all of them for staff who look after coupons."""
    if actor.may(SEE_EVERYTHING):
        return select(Referral) if actor.may(MANAGE_COUPONS) else select(Referral).where(false())
    if not actor.may(SEE_BILLING) or actor.customer_id is None:
        return select(Referral).where(false())
    return select(Referral).where(Referral.referrer_id == actor.customer_id)


def referrals(
    work: Work, *, status: str = "", before: UUID | None = None, limit: int = PAGE, descending: bool = True
) -> list[ReferralOverview]:
    """Newest first: those whom a customer has sent, or all of them for staff. `before` is the last id of a page."""
    found = visible_referrals(work.actor)
    if status in list(ReferralStatus):
        found = found.where(Referral.status == ReferralStatus(status))
    page = page_of(found, col(Referral.id), before=before, limit=limit, descending=descending)
    rows = list(work.session.exec(page))
    ids = {row.referrer_id for row in rows} | {row.referred_id for row in rows}
    people = {row.id: row for row in work.session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    return [ReferralOverview(row, people[row.referrer_id], people[row.referred_id]) for row in rows]


def earned_by_referring(work: Work) -> list[Money]:
    """What a customer has been credited for those whom they sent, by currency."""
    credited = visible_referrals(work.actor).where(Referral.status == ReferralStatus.CREDITED).subquery()
    sums = select(credited.c.currency, func.sum(credited.c.reward_minor)).group_by(credited.c.currency)
    return [Money(int(minor), currency) for currency, minor in work.session.execute(sums.order_by(credited.c.currency))]


def initials(name: str) -> str:
    """All that one customer learns of another's name: A. M."""
    return " ".join(f"{word[0].upper()}." for word in name.split()[:3])


def _code_of(work: Work, customer_id: UUID) -> str:
    return work.session.exec(select(ReferralCode.code).where(ReferralCode.customer_id == customer_id)).first() or ""


def _owner_of(work: Work, code: str) -> UUID | None:
    clean = code.strip().upper()
    if not CODE.fullmatch(clean):
        return None
    return work.session.exec(select(ReferralCode.customer_id).where(ReferralCode.code == clean)).first()
