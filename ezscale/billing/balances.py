"""Comparing what a gateway holds for us with what our books say it holds.

Money is always under way: a payment of this minute, a refund whose answer has not come. So a difference counts once two
looks, a night apart, have found one; and what the gateway has sent back already, before a bank has taken it, is allowed for.
"""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.cases import close_by_itself, open_case
from ezscale.billing.ports import PaymentGateway
from ezscale.kit.money import Money, circulating
from ezscale.kit.work import OpenWork, Work
from ezscale.models import GatewayBalance, Posting, Refund
from ezscale.models.refund import UNDER_WAY

DIFFERS = "balance_differs"  # a case
PATIENCE = timedelta(hours=12)  # whatever was under way is booked by then


def compare_balances(open_work: OpenWork, gateway: PaymentGateway) -> None:
    """Look what a gateway holds now. A difference that stays is a case, once; it closes by itself when it is gone."""
    held = gateway.balances()
    with open_work() as work:
        booked = _booked(work, gateway.name)
        known = booked.keys() | (held or {}).keys()
        for currency in sorted(known & circulating()):  # of any other, a fee or a payout tells
            nothing = Money.zero(currency)
            there = None if held is None else held.get(currency, nothing)
            _compare(work, gateway.name, there, booked.get(currency, nothing))


def gateway_balances(work: Work) -> list[GatewayBalance]:
    """What each gateway held when it was last asked, by its name and the currency. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    by_name = select(GatewayBalance).order_by(col(GatewayBalance.gateway), col(GatewayBalance.currency))
    return list(work.session.exec(by_name))


def _compare(work: Work, gateway: str, held: Money | None, booked: Money) -> None:
    known = select(GatewayBalance).where(GatewayBalance.gateway == gateway, GatewayBalance.currency == booked.currency)
    seen = work.session.exec(known.with_for_update()).first()
    seen = seen or GatewayBalance(gateway=gateway, currency=booked.currency, looked_at=work.now)
    seen.see(held, booked, work.now)
    about = f"{gateway} {booked.currency} "
    if seen.differs_since is None:
        close_by_itself(work, DIFFERS, about, "It agrees again.")
        seen.settle()
    elif seen.differs_since <= work.now - PATIENCE and seen.difference.minor != seen.told_minor:
        close_by_itself(work, DIFFERS, about, "The difference is another one now.")
        facts = {"gateway": gateway, "holds": str(held), "booked": str(booked), "difference": str(seen.difference)}
        open_case(work, DIFFERS, f"{about}{work.today}", None, facts)
        seen.tell()
    work.session.add(seen)


def _booked(work: Work, gateway: str) -> dict[str, Money]:
    """What should be there, by currency: what we have booked, without what is sent back and has not arrived yet."""
    lying = (
        select(Posting.currency, func.sum(col(Posting.amount_minor)))
        .where(Posting.account == ledger.clearing(gateway))
        .group_by(col(Posting.currency))
    )
    sent = (
        select(Refund.currency, func.sum(col(Refund.amount_minor)))
        .where(Refund.gateway == gateway, col(Refund.status).in_(UNDER_WAY), col(Refund.gateway_ref).is_not(None))
        .group_by(col(Refund.currency))
    )
    on_its_way = {currency: int(minor) for currency, minor in work.session.exec(sent)}
    return {
        currency: Money(int(minor) - on_its_way.get(currency, 0), currency)
        for currency, minor in work.session.exec(lying)
    }
