"""Which periods come near enough to be invoiced: so many days before they begin, as staff have decided."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from ezscale.billing.house_rules import RenewalRules
from ezscale.company.rules import rules
from ezscale.kit.work import Work


def comes_near(work: Work, begins: ColumnElement[Any], months: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a period of so many months that begins on a day is to be invoiced now.

    The furthest day bounds them all, so that the index on the day serves; a length with days of its own is one condition
    more.
    """
    decided = rules(work, RenewalRules)
    usual, own = work.today + timedelta(days=decided.invoice_days_before), decided.own_days
    if not own:
        return begins <= usual
    of_their_own = [and_(months == length, begins <= work.today + timedelta(days=days)) for length, days in own.items()]
    return and_(begins <= furthest_day(work), or_(and_(months.not_in(own), begins <= usual), *of_their_own))


def furthest_day(work: Work) -> date:
    """No period that begins after this day is invoiced yet."""
    decided = rules(work, RenewalRules)
    return work.today + timedelta(days=max([decided.invoice_days_before, *decided.own_days.values()]))
