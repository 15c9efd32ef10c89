"""What must always be true of money that gateways have paid out."""

from collections.abc import Iterator

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.payouts import booked_as, came_back_as
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import LedgerEntry, Payout, Posting
from ezscale.reporting.checks import Check


def payouts_are_booked(work: Work) -> Iterator[str]:
    """Every payout is in the ledger with its whole sum, and one that came back with nothing; nothing else is at the bank."""
    moved = (
        sqlalchemy.select(col(LedgerEntry.once_key), col(Posting.currency), func.sum(col(Posting.amount_minor)))
        .join(Posting, col(Posting.entry_id) == LedgerEntry.id)
        .where(col(Posting.account) == ledger.BANK)
        .group_by(col(LedgerEntry.once_key), col(Posting.currency))
    )
    sums = {key: Money(int(minor), currency) for key, currency, minor in work.session.execute(moved)}
    for payout in work.session.exec(select(Payout).order_by(col(Payout.id))):
        nothing = Money.zero(payout.currency)
        booked = sums.pop(booked_as(payout.id), nothing), sums.pop(came_back_as(payout.id), nothing)
        if booked != (payout.amount, -payout.amount if payout.has_come_back else nothing):
            told = " and ".join(str(each) for each in booked if each)
            yield f"payout {payout.gateway_ref}: {payout.amount}, {payout.status}, booked {told or 'nothing'}"
    yield from (f"{once_key}: {amount} at the bank of no payout" for once_key, amount in sums.items())


OF_PAYOUTS: tuple[Check, ...] = (payouts_are_booked,)
