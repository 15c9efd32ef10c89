"""Which day it is: the customer's own time zone decides, and the seller's for those who named none."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from ezscale.accounts.time_zones import ZONES
from ezscale.kit.work import Work
from ezscale.models import Customer


def zone_of(work: Work, customer: Customer) -> tzinfo:
    """Where a customer's midnight is. A zone that nobody knows any more gives way to the seller's."""
    return ZoneInfo(customer.time_zone) if customer.time_zone in ZONES else work.zone


def day_of(work: Work, customer: Customer) -> date:
    """The day it is for a customer."""
    return work.now.astimezone(zone_of(work, customer)).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day begins somewhere.

    In UTC: two times of one zone are subtracted by the hands of the clock, as if no hour were ever left out.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
