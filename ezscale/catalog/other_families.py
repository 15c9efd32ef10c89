"""What a new company sells beside VPS: game servers, dedicated servers and web hosting, each on its own panel."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import select

from ezscale.catalog.starting_range import prices_of
from ezscale.kit.work import Work
from ezscale.models import Location, Plan, Price, SystemImage
from ezscale.models.plan import Family


@dataclass(frozen=True, slots=True)
class Model:
    """A plan to begin with: cores, memory in MB, disk and traffic in GB, and what a month costs in USD, EUR and GBP."""

    slug: str
    name: str
    summary: str
    sizes: tuple[int, int, int, int]
    package: str
    monthly: tuple[str, str, str]
    settings: str = ""
    popular: bool = False
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The plans of a family, where they run (slug, name, country, the panel's word for it) and what runs on them."""

    family: Family
    panel: str
    models: tuple[Model, ...]
    places: tuple[tuple[str, str, str, str], ...]
    images: tuple[tuple[str, str, str], ...]


GAMES = Range(
    Family.GAME,
    "pterodactyl",
    (
        Model("game-2", "Game 2", "You and a few friends.", (1, 2048, 10, 1000), "Game 2", ("4.00", "3.70", "3.20")),
        Model(
            *("game-4", "Game 4", "A server that a school class fits on.", (2, 4096, 20, 2000), "Game 4"),
            ("8.00", "7.40", "6.40"),
            "databases = 1\nbackups = 2",
            popular=True,
        ),
        Model(
            *("game-8", "Game 8", "Mods, plugins and a crowd.", (4, 8192, 40, 4000), "Game 8"),
            ("16.00", "14.80", "12.80"),
            "databases = 2\nbackups = 4",
        ),
    ),
    (
        ("game-frankfurt", "Frankfurt", "DE", "1"),
        ("game-new-york", "New York", "US", "2"),
        ("game-london", "London", "GB", "3"),
    ),
    (
        ("paper", "Minecraft (Paper)", "1/3"),
        ("minecraft", "Minecraft (Vanilla)", "1/1"),
        ("forge", "Minecraft (Forge)", "1/4"),
        ("garrys-mod", "Garry's Mod", "2/7"),
    ),
)
DEDICATED = Range(
    Family.DEDICATED,
    "synergycp",
    (
        Model(
            *("ryzen", "Ryzen 9", "16 cores for one.", (16, 65536, 960, 20_000), "Ryzen 9"),
            ("99.00", "92.00", "79.00"),
            "cpu = ryzen-5950x\nmem = mem-64\ndisks = ssd-480,ssd-480\nips = ip-29\nport_speed = 1g",
            popular=True,
            needs_approval=True,
        ),
        Model(
            *("epyc", "EPYC", "24 cores, and memory for them.", (24, 131_072, 1920, 40_000), "EPYC"),
            ("199.00", "185.00", "159.00"),
            "cpu = epyc-7443p\nmem = mem-128\ndisks = nvme-960,nvme-960\nips = ip-29\nport_speed = 10g",
            needs_approval=True,
        ),
    ),
    (
        ("dedicated-frankfurt", "Frankfurt", "DE", "fra-1"),
        ("dedicated-new-york", "New York", "US", "nyc-1"),
        ("dedicated-london", "London", "GB", "lon-1"),
    ),
    (
        ("dedicated-debian-13", "Debian 13", "debian-13"),
        ("dedicated-ubuntu-24-04", "Ubuntu 24.04 LTS", "ubuntu-24.04"),
        ("dedicated-almalinux-10", "AlmaLinux 10", "almalinux-10"),
    ),
)
HOSTING = Range(
    Family.HOSTING,
    "enhance",
    (
        Model("web-s", "Web S", "One site and its mail.", (1, 1024, 10, 500), "11", ("3.00", "2.80", "2.40")),
        Model(
            *("web-m", "Web M", "A few sites, room to grow.", (1, 2048, 25, 1000), "12"),
            ("6.00", "5.50", "4.80"),
            popular=True,
        ),
        Model("web-l", "Web L", "For whoever builds sites.", (2, 4096, 50, 2000), "13", ("12.00", "11.00", "9.50")),
    ),
    (
        ("web-frankfurt", "Frankfurt", "DE", "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1001"),
        ("web-new-york", "New York", "US", "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1002"),
        ("web-london", "London", "GB", "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1003"),
    ),
    (("php-8-4", "PHP 8.4", "php84"), ("php-8-3", "PHP 8.3", "php83"), ("php-8-2", "PHP 8.2", "php82")),
)
RANGES = (DEDICATED, HOSTING, GAMES)


def stock_other_families(work: Work, panels: Collection[str]) -> None:
    """Put on sale what these panels can build; what is there already is left alone."""
    known = set(work.session.exec(select(Plan.slug)))
    for each in RANGES:
        if each.panel not in panels or known & {model.slug for model in each.models}:
            continue
        for position, (slug, name, country, ref) in enumerate(each.places):
            place = Location(slug=slug, name=name, country=country, panel=each.panel, panel_ref=ref, position=position)
            work.session.add(place)
        for position, (slug, name, ref) in enumerate(each.images):
            work.session.add(SystemImage(slug=slug, name=name, panel=each.panel, panel_ref=ref, position=position))
        for position, model in enumerate(each.models):
            plan = _plan(each, model, position)
            work.session.add(plan)
            work.session.flush()
            work.session.add_all(Price(plan_id=plan.id, **values) for values in prices_of(work, model.monthly))


def _plan(each: Range, model: Model, position: int) -> Plan:
    cores, memory, disk, traffic = model.sizes
    return Plan(
        slug=model.slug,
        family=each.family,
        name=model.name,
        summary=model.summary,
        cpu_cores=cores,
        memory_mb=memory,
        disk_gb=disk,
        traffic_gb=traffic,
        panel=each.panel,
        package=model.package,
        panel_settings=model.settings,
        needs_approval=model.needs_approval,
        popular=model.popular,
        position=position,
    )
