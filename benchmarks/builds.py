"""Building many services at once on four panels, a part of whose calls goes wrong, against asking the panels and no more."""

import multiprocessing
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Connection, func, insert
from sqlalchemy import select as core_select
from sqlmodel import col, select

from benchmarks.charges import broker, new_database
from benchmarks.measuring import Place, Result, peak_mb
from benchmarks.stand_ins import VIRTFUSION_TOKEN, counted, mend, panels_on_loopback
from benchmarks.workers import work_until
from ezscale import wiring
from ezscale.catalog.other_families import RANGES, stock_other_families
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.synergycp.adapter import SETTLES
from ezscale.kit.clock import WorldClock, world_now
from ezscale.kit.database import open_engine, table_of
from ezscale.kit.encryption import Vault
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus, Lane
from ezscale.kit.settings import Settings
from ezscale.kit.work import Database, Work
from ezscale.models import Customer, Location, Plan, ProvisioningJob, Service, SubscriptionItem, SystemImage
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.jobs import assignment, request_build
from ezscale.provisioning.panel_skills import GivesLogins, SignsIn
from ezscale.provisioning.ports import Panel, PanelOwner, RemoteState, ServiceSpec
from ezscale.provisioning.services import service_to_change
from ezscale.sandbox import synergycp
from ezscale.sandbox.app import VIRTFUSION_PATH
from ezscale.sandbox.enhance import MASTER
from ezscale.sandbox.panels import ENHANCE_TOKEN, PTERODACTYL_KEYS, SYNERGYCP_KEY, panel_urls
from ezscale.tasks import company
from ezscale.wiring import House
from tests.bulk import ADD_ON, write_book

SIZES = (100, 1_000)
WORKERS = 2
HANDS = {Lane.HOUSE: 4, Lane.BULK: 1, Lane.GATEWAY: 1, Lane.VENDORS: 6}
FAULTS = 0.1
NO_PACE = 100_000.0  # a second; how fast a panel may be asked is no part of how fast we are
PANELS = ("virtfusion", "pterodactyl", "synergycp", "enhance")
SMALLEST = {"virtfusion": "vps-1"} | {each.panel: each.models[0].slug for each in RANGES}
LONGEST_INSTALLATION = synergycp.LIFELIKE.install_seconds
LONGEST_PATIENCE = SETTLES.total_seconds()  # with a machine that may still turn up
MOST_MB = 300.0  # of a worker
A_BLOCK = 100
MANY_AT_HOME = 5  # of so many customers one has two services


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything is that the workers of one company share."""

    database_url: str
    panels_url: str
    folder: str
    name: str = field(default_factory=lambda: new_id().hex[:8])

    def house(self) -> House:
        """The company, as one process sees it."""
        database = Database(open_engine(self.database_url), WorldClock())
        mail = KeptMail(Path(self.folder) / new_id().hex)
        return House(database, {}, self.panels(database), mail, Vault({"k1": bytes(32)}))

    def panels(self, database: Database) -> dict[str, Panel]:
        """The four of them, as the settings of a company would open them."""
        urls = {name: each["url"] for name, each in panel_urls(self.panels_url).items()}
        own = Settings(
            data_dir=Path(self.folder),  # the broker is there
            virtfusion_url=self.panels_url + VIRTFUSION_PATH,
            virtfusion_token=SecretStr(VIRTFUSION_TOKEN),
            virtfusion_rate=NO_PACE,
            pterodactyl_url=urls["pterodactyl"],
            pterodactyl_key=SecretStr(PTERODACTYL_KEYS[0]),
            pterodactyl_client_key=SecretStr(PTERODACTYL_KEYS[1]),
            pterodactyl_rate=NO_PACE,
            synergycp_url=urls["synergycp"],
            synergycp_key=SecretStr(SYNERGYCP_KEY),
            synergycp_rate=NO_PACE,
            enhance_url=urls["enhance"],
            enhance_token=SecretStr(ENHANCE_TOKEN),
            enhance_org=MASTER,
            enhance_rate=NO_PACE,
        )
        return wiring._panels(own, database)  # noqa: SLF001  # guarded as in production


def measure(place: Place, size: int) -> Iterator[Result]:
    """The panels asked for so many servers and nothing else; then our whole work, and the same while calls go wrong."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)):
        open_site = partial(site_of, place, Path(folder), size)
        with open_site(faults=0) as (site, house):
            bare, _ = run(site, ask_barely)
            fewest = calls_by_panel(site.panels_url)
        with open_site(faults=0) as (site, house):
            ours, peak = run(site, work, until=partial(all_built, house))
            calls = calls_by_panel(site.panels_url)
            check(house, size)
        with open_site(faults=FAULTS) as (site, house):
            in_trouble, peak_in_trouble = run(site, work, until=partial(all_built, house))
            calls_in_trouble = calls_by_panel(site.panels_url)
            mend(site.panels_url)
            check(house, size)
    reference, against = bare + LONGEST_INSTALLATION, "the panels alone, and the longest installation"
    yield Result(*("builds", size, place.kind, ours, reference, "s", peak, against), limit=2.0, most_mb=MOST_MB)
    yield Result(
        *("builds, one call in ten fails", size, place.kind, in_trouble, reference + LONGEST_PATIENCE, "s"),
        *(peak_in_trouble, f"{against}, and the longest patience after a lost order"),
        limit=1.5,
        most_mb=MOST_MB,
    )
    for name in PANELS:
        each = size / len(PANELS)
        for what, found, limit in (("calls", calls, 1.75), ("calls, one in ten fails", calls_in_trouble, 2.25)):
            names = (f"builds, {name} {what}", size, place.kind)
            yield Result(
                *(*names, found[name] / each, fewest[name] / each, "calls", peak_mb(), "a build's fewest"), limit=limit
            )


@contextmanager
def site_of(place: Place, folder: Path, size: int, *, faults: float) -> Iterator[tuple[Site, House]]:
    """A company with so many paid services, and panels that know nothing of them."""
    with panels_on_loopback(folder, faults) as url:
        site = Site(new_database(place), url, str(folder))
        house = site.house()
        fill(house, size)
        yield site, house


def run(
    site: Site, hands: Callable[[Site, Any, int, Barrier, Event], None], until: Callable[[], bool] | None = None
) -> tuple[float, float]:
    """What all workers do together: in how many seconds, and the most memory that one of them has taken."""
    processes = multiprocessing.get_context("spawn")
    ready, over, told = processes.Barrier(WORKERS + 1), processes.Event(), processes.Queue()
    workers = [processes.Process(target=hands, args=(site, told, number, ready, over)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    ready.wait()
    began = perf_counter()
    while until is not None and not until():
        sleep(0.2)
    seconds = perf_counter() - began
    over.set()
    peaks = [told.get() for _ in workers]
    for worker in workers:
        worker.join()
    return (seconds if until else perf_counter() - began), max(peaks)


def work(site: Site, told: Any, _number: int, ready: Barrier, over: Event) -> None:
    """One worker, which tells at the end how much memory it has needed at most."""
    work_until(over, ready, site.house(), HANDS)
    told.put(peak_mb())


def ask_barely(site: Site, told: Any, number: int, ready: Barrier, _over: Event) -> None:
    """One worker that asks the panels for its part of what is ordered, and writes nothing down."""
    house = site.house()
    with house.automation("benchmark")() as work:
        homes = orders(work)[number::WORKERS]
    ready.wait()
    with ThreadPoolExecutor(HANDS[Lane.VENDORS]) as hands:
        list(hands.map(lambda home: build_barely(house.panels[home[0]], home[1], home[2]), homes))
    told.put(peak_mb())


def build_barely(panel: Panel, owner: PanelOwner, specs: Sequence[ServiceSpec]) -> None:
    """As few calls as builds for a customer can do with, if nobody waits for them."""
    account = panel.account(owner)
    for number, spec in enumerate(specs):
        server = panel.reserve(replace(spec, password=new_id().hex if panel.first_user else ""), account)
        if server.state is RemoteState.RESERVED:
            panel.build(server.remote_id, spec)
        gives_login = isinstance(panel, GivesLogins) and not isinstance(panel, SignsIn)
        if isinstance(panel, GivesLogins) and gives_login and not (panel.opens_account and number):
            panel.new_login(server.remote_id)
        panel.look(server.remote_id)


def orders(work: Work) -> list[tuple[str, PanelOwner, list[ServiceSpec]]]:
    """What shall be built: a panel, a customer, and all that they have bought there."""
    found: dict[tuple[str, PanelOwner], list[ServiceSpec]] = defaultdict(list)
    for job_id in work.session.exec(select(ProvisioningJob.id).order_by(col(ProvisioningJob.id))).all():
        task = assignment(work, job_id)
        assert task is not None
        found[task.service.panel, task.owner].append(task.spec)
    return [(panel, owner, specs) for (panel, owner), specs in found.items()]


def fill(house: House, size: int) -> None:
    """As many paid services, on each panel the same number, and their builds asked for. Some customers have two."""
    now, engine = world_now(), house.database.engine
    with house.automation("benchmark")() as work:
        stock_the_shop(work)
        stock_other_families(work, PANELS)
    write_book(engine, size, now)
    with engine.begin() as connection:
        connection.execute(insert(table_of(Service)), list(services(connection, size, now)))
    with house.automation("benchmark")() as work:
        ids = work.session.exec(select(Service.id).order_by(col(Service.number))).all()
    for start in range(0, size, A_BLOCK):
        with house.automation("benchmark")() as work:
            for service_id in ids[start : start + A_BLOCK]:
                request_build(work, service_to_change(work, service_id))
    while company.relay(house):
        pass


def services(connection: Connection, size: int, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of what was bought."""
    items, customers = table_of(SubscriptionItem), table_of(Customer)
    bought = core_select(items.c.id).where(items.c.price_minor != ADD_ON).order_by(items.c.id)
    item_ids = connection.execute(bought).scalars().all()
    customer_ids = connection.execute(core_select(customers.c.id).order_by(customers.c.number)).scalars().all()
    models = {name: model_of(connection, name) for name in PANELS}
    for number in range(size):
        name = PANELS[number % len(PANELS)]
        plan_id, places, image_id = models[name]
        home = number - len(PANELS) if (number // len(PANELS)) % MANY_AT_HOME == 1 else number
        service = Service(
            number=f"S-{number:06}",
            customer_id=customer_ids[home],
            item_id=item_ids[number],
            plan_id=plan_id,
            location_id=places[number // len(PANELS) % len(places)],
            image_id=image_id,
            panel=name,
            hostname=f"host{number}.example.com",
            created_at=now,
        )
        yield service.model_dump()


def model_of(connection: Connection, panel: str) -> tuple[UUID, Sequence[UUID], UUID]:
    """The smallest plan of a panel, its places, and something to install."""
    plans, places, images = (table_of(kind) for kind in (Plan, Location, SystemImage))
    plan_id = connection.execute(core_select(plans.c.id).where(plans.c.slug == SMALLEST[panel])).scalar_one()
    here = core_select(places.c.id).where(places.c.panel == panel).order_by(places.c.position)
    image = core_select(images.c.id).where(images.c.panel == panel).order_by(images.c.position).limit(1)
    return plan_id, connection.execute(here).scalars().all(), connection.execute(image).scalar_one()


def all_built(house: House) -> bool:
    """Whether nothing is left to do on any panel."""
    jobs, lane = table_of(ProvisioningJob), table_of(Job)
    with house.database.engine.connect() as connection:
        building = core_select(func.count()).select_from(jobs).where(jobs.c.live_for.is_not(None))
        waiting = core_select(func.count()).select_from(lane)
        open_tasks = waiting.where(lane.c.lane == Lane.VENDORS, lane.c.status == JobStatus.READY)
        return not connection.scalar(building) and not connection.scalar(open_tasks)


def calls_by_panel(url: str) -> Counter[str]:
    """How often each panel was asked."""
    calls = counted(url)
    print(*(f"{count:8} {call}" for call, count in sorted(calls.items())), sep="\n", file=sys.stderr)
    totals = Counter[str]()
    for call, count in calls.items():
        totals[call.split()[0]] += count
    return totals


def check(house: House, size: int) -> None:
    """Each service is one server, its owner's, and runs; there is no other server on any panel."""
    with house.automation("benchmark")() as work:
        rows = work.session.exec(select(Service).where(Service.status == ServiceStatus.ACTIVE)).all()
        troubles = work.session.exec(
            select(ProvisioningJob.trouble).where(col(ProvisioningJob.failed_at).is_not(None))
        ).all()
    assert len(rows) == size, Counter(troubles)
    for name, panel in house.panels.items():
        known = {row.remote_id: row.account_ref for row in rows if row.panel == name}
        there = [server for server in panel.servers() if server.owner and not server.gone]
        assert {server.remote_id: server.owner for server in there} == known, name
        assert len(there) == len(known), name
