"""Two years of the demo company, lived through from the first day to today."""

import heapq
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ezscale.billing.tax_rates import stock_tax_rates
from ezscale.catalog.other_families import RANGES, stock_other_families
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.cli.demo.acts import Customer
from ezscale.cli.demo.cast import CAST, Part
from ezscale.cli.demo.people import PEOPLE
from ezscale.cli.demo.simulation import Simulation

TWO_YEARS = timedelta(days=728)


def first_moment(today: date, length: timedelta = TWO_YEARS) -> datetime:
    """When the company opens its shop."""
    return datetime.combine(today - length, time(7), UTC)


def live(
    company: Simulation,
    until: datetime,
    passwords: Mapping[str, str],
    on_day: Callable[[datetime], None],
    cast: Mapping[str, Part] = CAST,
) -> dict[str, Customer]:
    """Let everybody live their life until a moment. Returns the customers by the name of their domain."""
    with company.house.automation("demo")() as work:
        stock_the_shop(work)
        stock_other_families(work, [each.panel for each in RANGES])
        stock_tax_rates(work)
    customers = {
        person.domain: Customer(company, person, Random(person.domain), passwords.get(person.domain, ""))  # noqa: S311
        for person in PEOPLE
        if person.domain in cast
    }
    lives = {domain: cast[domain].life(customer) for domain, customer in customers.items()}
    alarms = [(_beginning(me, cast[domain], until), domain) for domain, me in customers.items()]
    heapq.heapify(alarms)
    while alarms and alarms[0][0] <= until:
        moment, domain = heapq.heappop(alarms)
        company.live_until(moment, on_day)
        pause = next(lives[domain], None)
        if pause is not None:
            heapq.heappush(alarms, (moment + pause, domain))
    company.live_until(until, on_day)
    return customers


def _beginning(me: Customer, part: Part, until: datetime) -> datetime:
    """Some time in the working hours of the day, unless the part says when."""
    if part.hours_ago:
        return until - timedelta(hours=part.hours_ago)
    minutes = me.chance.randint(8 * 60, 19 * 60)
    return datetime.combine(part.begins(until.date()), time(), UTC) + timedelta(minutes=minutes)
