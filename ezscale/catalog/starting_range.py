"""The range a new company starts with: VPS plans in three places, in three currencies."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import (
    AddOn,
    AddOnOffer,
    AddOnPrice,
    Coupon,
    Location,
    Option,
    OptionOffer,
    OptionPrice,
    OptionValue,
    Plan,
    Price,
    SystemImage,
)
from ezscale.models.option import OptionKind
from ezscale.models.plan import Family

VIRTFUSION = "virtfusion"
# Months, and how many monthly prices they cost: half a year saves half a month, a year two, two years five, three nine.
CYCLES = {1: Fraction(1), 3: Fraction(3), 6: Fraction(11, 2), 12: Fraction(10), 24: Fraction(19), 36: Fraction(27)}
CURRENCIES = ("USD", "EUR", "GBP")

VPS_PLANS = (
    # slug, name, summary, cores, memory MB, disk GB, traffic GB, package, prices per month in USD, EUR, GBP
    ("vps-1", "VPS 1", "A first server: a site, a bot, a VPN.", 1, 2048, 40, 2000, "1", ("6.00", "5.50", "5.00")),
    ("vps-2", "VPS 2", "Room for an application and its database.", 2, 4096, 80, 4000, "2", ("12.00", "11.00", "9.50")),
    ("vps-3", "VPS 3", "A shop in season, a build machine.", 4, 8192, 160, 8000, "3", ("24.00", "22.00", "19.00")),
    ("vps-4", "VPS 4", "Many containers, a busy database.", 6, 16384, 320, 16000, "4", ("46.00", "42.00", "37.00")),
    ("vps-5", "VPS 5", "A whole platform on one machine.", 8, 32768, 640, 32000, "5", ("88.00", "81.00", "70.00")),
)
PLACES = (("frankfurt", "Frankfurt", "DE", "1"), ("new-york", "New York", "US", "2"), ("london", "London", "GB", "3"))
IMAGES = (
    ("debian-13", "Debian 13", "1"),
    ("ubuntu-24-04", "Ubuntu 24.04 LTS", "2"),
    ("almalinux-10", "AlmaLinux 10", "3"),
    ("rocky-10", "Rocky Linux 10", "4"),
)
EXTRA_DISK = ("extra-disk", "Extra disk", "GB", "disk_gb", 500, 50, ("2.00", "1.90", "1.60"))  # for each 50 GB
CONTROL_PANELS = (
    ("none", "None", ()),
    ("plesk", "Plesk Web Admin", ("12.00", "11.00", "9.50")),
    ("cpanel", "cPanel Solo", ("20.00", "18.50", "16.00")),
)
# slug, name, summary, again and again, how many, the panel's field, prices
ADD_ONS = (
    ("extra-ipv4", "Extra IPv4 address", "One more public address.", True, 8, "ipv4", ("2.00", "1.85", "1.60")),
    ("migration", "Migration by hand", "We move your site or server to us.", False, 1, "", ("49.00", "45.00", "39.00")),
)


def stock_the_shop(work: Work) -> None:
    """Put the starting range on sale; what is there already is left alone."""
    known = set(work.session.exec(select(Plan.slug)))
    for position, (slug, name, summary, cores, memory, disk, traffic, package, monthly) in enumerate(VPS_PLANS):
        if slug in known:
            continue
        plan = Plan(
            slug=slug,
            family=Family.VPS,
            name=name,
            summary=summary,
            cpu_cores=cores,
            memory_mb=memory,
            disk_gb=disk,
            traffic_gb=traffic,
            panel=VIRTFUSION,
            package=package,
            position=position,
            popular=slug == "vps-2",
        )
        work.session.add(plan)
        work.session.flush()
        work.session.add_all(Price(plan_id=plan.id, **values) for values in prices_of(work, monthly))
    if not work.session.exec(select(Option.id)).first() and not work.session.exec(select(AddOn.id)).first():
        _fit_out(work)
    if not work.session.exec(select(Location.id)).first():
        for position, (slug, name, country, ref) in enumerate(PLACES):
            work.session.add(
                Location(slug=slug, name=name, country=country, panel=VIRTFUSION, panel_ref=ref, position=position)
            )
        for position, (slug, name, ref) in enumerate(IMAGES):
            work.session.add(SystemImage(slug=slug, name=name, panel=VIRTFUSION, panel_ref=ref, position=position))
    if not work.session.exec(select(Coupon.id)).first():
        work.session.add(Coupon(code="WELCOME10", percent=10, cycles=3, since=work.now))


def _fit_out(work: Work) -> None:
    """Options and add-ons, offered with every server."""
    known = select(Plan.id).where(Plan.family == Family.VPS).order_by(col(Plan.position))
    plan_ids = list(work.session.exec(known))
    slug, name, unit, field, largest, step, monthly = EXTRA_DISK
    disk = Option(
        slug=slug, name=name, kind=OptionKind.SLIDER, unit=unit, panel_field=field, largest=largest, step=step
    )
    choice = Option(slug="control-panel", name="Control panel", kind=OptionKind.CHOICE, position=1)
    work.session.add_all([disk, choice])
    work.session.flush()
    _add_value(work, OptionValue(option_id=disk.id, slug="step", name=name, adds=step), monthly)
    none, *_ = [
        _add_value(work, OptionValue(option_id=choice.id, slug=slug, name=name, position=position), prices)
        for position, (slug, name, prices) in enumerate(CONTROL_PANELS)
    ]
    for plan_id in plan_ids:
        work.session.add(OptionOffer(plan_id=plan_id, option_id=disk.id, position=0))
        work.session.add(OptionOffer(plan_id=plan_id, option_id=choice.id, standard_value_id=none, position=1))
    for position, (slug, name, summary, recurring, most, field, prices) in enumerate(ADD_ONS):
        add_on = AddOn(slug=slug, name=name, summary=summary, recurring=recurring, most=most, position=position)
        add_on.panel_field = field
        work.session.add(add_on)
        work.session.flush()
        priced = prices_of(work, prices) if recurring else _once(work, prices)
        work.session.add_all(AddOnPrice(add_on_id=add_on.id, **each) for each in priced)
        work.session.add_all(
            AddOnOffer(plan_id=plan_id, add_on_id=add_on.id, position=position) for plan_id in plan_ids
        )


def _add_value(work: Work, value: OptionValue, monthly: tuple[str, ...]) -> UUID:
    work.session.add(value)
    work.session.flush()
    work.session.add_all(OptionPrice(value_id=value.id, **each) for each in prices_of(work, monthly))
    return value.id


def prices_of(work: Work, monthly: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """A price for every cycle and currency, from what a month costs in each."""
    for amount, currency in zip(monthly, CURRENCIES, strict=bool(monthly)):
        for months, times in CYCLES.items():
            minor = Money.of(amount, currency).share(times).minor
            yield {"currency": currency, "months": months, "amount_minor": minor, "since": work.now}


def _once(work: Work, prices: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """What is paid once has no cycle."""
    for amount, currency in zip(prices, CURRENCIES, strict=True):
        yield {"currency": currency, "months": 0, "amount_minor": Money.of(amount, currency).minor, "since": work.now}
