"""Monthly recurring revenue, from the movements that were written with their causes."""

import pandas as pd
import sqlalchemy
from sqlalchemy import case, func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.periods import add_months
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import RevenueMovement


def recurring_revenue(work: Work) -> dict[str, Money]:
    """Today's monthly recurring revenue by currency. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    sums = select(RevenueMovement.currency, func.sum(RevenueMovement.monthly_minor)).group_by(
        col(RevenueMovement.currency)
    )
    return {currency: Money(int(minor), currency) for currency, minor in work.session.exec(sums)}


def monthly_revenue(work: Work, currency: str, months: int = 24) -> pd.DataFrame:
    """Month by month, oldest first: `month` (first day), `mrr` at its end, `new` and `lost` in it (minor units)."""
    work.actor.require(SEE_EVERYTHING)
    this_month = work.today.replace(day=1)
    starts = [add_months(this_month, back, 1) for back in range(1 - months, 1)]
    moved = _movements(work, currency)
    frame = pd.DataFrame({"month": starts})
    until_then = [moved[moved.day < add_months(start, 1, 1)] for start in starts]
    frame["mrr"] = [int(before.gained.sum() + before.lost.sum()) for before in until_then]
    within = [before[before.day >= start] for before, start in zip(until_then, starts, strict=True)]
    frame["new"] = [int(month.gained.sum()) for month in within]
    frame["lost"] = [int(month.lost.sum()) for month in within]
    return frame


def _movements(work: Work, currency: str) -> pd.DataFrame:
    """What a day gained and lost: as many rows as days with movements, however many subscriptions there are."""
    minor = col(RevenueMovement.monthly_minor)
    gained, lost = (func.sum(case((sign, minor), else_=0)) for sign in (minor > 0, minor < 0))
    daily = (
        sqlalchemy.select(col(RevenueMovement.day), gained, lost)
        .where(col(RevenueMovement.currency) == currency)
        .group_by(col(RevenueMovement.day))
    )
    rows = [(day, int(up), int(down)) for day, up, down in work.session.execute(daily)]
    return pd.DataFrame(rows, columns=["day", "gained", "lost"])
