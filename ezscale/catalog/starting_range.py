"""The range a new company starts with: VPS plans in three places, in three currencies."""

from sqlmodel import select

from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon, Location, Plan, Price, SystemImage
from ezscale.models.plan import Family

VIRTFUSION = "virtfusion"
CYCLES = {1: 1, 3: 3, 12: 10}  # months: how many monthly prices they cost; a year is two months cheaper

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
        for amount, currency in zip(monthly, ("USD", "EUR", "GBP"), strict=True):
            for months, times in CYCLES.items():
                price = Money.of(amount, currency) * times
                work.session.add(
                    Price(plan_id=plan.id, currency=currency, months=months, amount_minor=price.minor, since=work.now)
                )
    if not work.session.exec(select(Location.id)).first():
        for position, (slug, name, country, ref) in enumerate(PLACES):
            work.session.add(
                Location(slug=slug, name=name, country=country, panel=VIRTFUSION, panel_ref=ref, position=position)
            )
        for position, (slug, name, ref) in enumerate(IMAGES):
            work.session.add(SystemImage(slug=slug, name=name, panel=VIRTFUSION, panel_ref=ref, position=position))
    if not work.session.exec(select(Coupon.id)).first():
        work.session.add(Coupon(code="WELCOME10", percent=10, cycles=3, since=work.now))
