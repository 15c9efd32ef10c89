"""Monthly recurring revenue, from the movements that were written with their causes."""

from datetime import date

import pandas as pd
import sqlalchemy
from sqlalchemy import func
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
    frame["mrr"] = [int(moved.loc[moved.day < add_months(start, 1, 1), "minor"].sum()) for start in starts]
    gained, lost = moved[moved.minor > 0], moved[moved.minor < 0]
    frame["new"] = [_within(gained, start) for start in starts]
    frame["lost"] = [_within(lost, start) for start in starts]
    return frame


def _within(moved: pd.DataFrame, start: date) -> int:
    in_month = (moved.day >= start) & (moved.day < add_months(start, 1, 1))
    return int(moved.loc[in_month, "minor"].sum())


def _movements(work: Work, currency: str) -> pd.DataFrame:
    """Net movement a day: as many rows as days with movements, however many subscriptions there are."""
    daily = (
        sqlalchemy.select(
            col(RevenueMovement.day),
            func.sum(RevenueMovement.monthly_minor),
            col(RevenueMovement.monthly_minor) > 0,
        )
        .where(col(RevenueMovement.currency) == currency)
        .group_by(col(RevenueMovement.day), col(RevenueMovement.monthly_minor) > 0)
    )
    rows = [(day, int(minor)) for day, minor, _ in work.session.execute(daily)]
    return pd.DataFrame(rows, columns=["day", "minor"])
