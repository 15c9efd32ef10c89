"""Billing days: the same day of each month, as near as the month allows."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int, anchor_day: int) -> date:
    """`months` later, on the anchor day or the month's last: 31 Jan, 28 Feb, 31 Mar (never 28 Mar)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


def next_on_day(day: date, day_of_month: int) -> date:
    """The first such day after another day."""
    this_month = add_months(day.replace(day=1), 0, day_of_month)
    return this_month if this_month > day else add_months(day, 1, day_of_month)
