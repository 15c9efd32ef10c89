"""Founding the demo company: in a place of its own, which takes the company's place only when it is complete."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from ezscale.accounts.permissions import (
    ADMINISTRATOR,
    IMPERSONATE,
    MANAGE_CUSTOMERS,
    MANAGE_SERVICES,
    SEE_EVERYTHING,
    SEE_MAIL,
)
from ezscale.accounts.staff import add_staff
from ezscale.cli.demo import logins
from ezscale.cli.demo.acts import Customer
from ezscale.cli.demo.cast import CAST, Part
from ezscale.cli.demo.colleagues import bring_people_together
from ezscale.cli.demo.history import TWO_YEARS, first_moment, live
from ezscale.cli.demo.logins import PASSWORDS, STORIES, DemoLogin
from ezscale.cli.demo.simulation import Place, Simulation, open_simulation
from ezscale.cli.schema import bring_up_to_date
from ezscale.cli.surroundings import stand_in_keys
from ezscale.kit.clock import world_now
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import open_vault
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import Settings
from ezscale.models import RunReport, StaffRole, User

RUN = "demo company"  # its report in the database says that it was done, or that it was interrupted
SUPPORT = "Support"
SUPPORTS = {SEE_EVERYTHING, SEE_MAIL, MANAGE_CUSTOMERS, MANAGE_SERVICES, IMPERSONATE}


@dataclass(frozen=True, slots=True)
class Story:
    """How long the history is, and who is in it."""

    length: timedelta = TWO_YEARS
    cast: Mapping[str, Part] = field(default_factory=lambda: CAST)


def may_found(own: Settings) -> bool:
    """Whether a demo may be founded here: in the sandbox, while nobody has an account. Expects the tables, if any."""
    if not own.sandbox or not has_database(own):
        return own.sandbox
    engine = open_engine(own.database)
    with Session(engine) as session:
        is_empty = session.exec(select(User.id).limit(1)).first() is None
    engine.dispose()
    return is_empty


def has_database(own: Settings) -> bool:
    """Whether there is a database: with SQLite there is none before the first start."""
    address = make_url(own.database)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").is_file()


def found(own: Settings, on_day: Callable[[int], None], story: Story = Story()) -> dict[str, int]:
    """Make the demo company; returns what it consists of. BusinessError where there is a company already.

    `on_day` hears how many days have been lived through.
    """
    if has_database(own):
        bring_up_to_date(own.database)
    if not may_found(own):
        raise BusinessError("There are people in this database already. The demo wants an empty one, and the sandbox.")
    building_site = own.data_dir / "founding"
    shutil.rmtree(building_site, ignore_errors=True)
    building_site.mkdir()
    place = Place(_database_of(own, building_site), building_site / "sandbox", building_site / "mail")
    until = world_now()
    began = first_moment(until.date(), story.length)
    bring_up_to_date(place.database)
    company = open_simulation(
        place,
        began,
        own.zone,
        own.sandbox_url,
        stand_in_keys(own.data_dir),
        open_vault(own.data_dir / "keys.json"),
    )
    try:
        _note(company, finished=False)
        staff = _hire(company)
        customers = live(company, until, PASSWORDS, lambda now: on_day((now - began).days), story.cast)
        known = [*staff, *_customers_logins(company, customers), *bring_people_together(company, customers)]
        counts = {"customers": len(customers), "days": story.length.days}
        _note(company, finished=True, counts=counts)
    finally:
        company.close()
    logins.keep(own.data_dir, known)
    _move_in(own, place)
    shutil.rmtree(building_site)
    return counts


def was_interrupted(own: Settings) -> bool:
    """Whether a database server holds half a demo. A file never does: it takes its place when it is complete."""
    engine = open_engine(own.database)
    with Session(engine) as session:
        unfinished = select(RunReport.id).where(RunReport.name == RUN, col(RunReport.finished_at).is_(None))
        is_half = session.exec(unfinished).first() is not None
    engine.dispose()
    return is_half


def _note(company: Simulation, *, finished: bool, counts: dict[str, int] | None = None) -> None:
    with company.house.automation("demo")() as work:
        report = work.session.exec(select(RunReport).where(RunReport.name == RUN)).first()
        report = report or RunReport(name=RUN, started_at=work.now)
        report.finished_at, report.counts = (work.now if finished else None), counts or {}
        work.session.add(report)


def _database_of(own: Settings, building_site: Path) -> str:
    """A fresh file beside the company's own; a database server's is filled in place."""
    if make_url(own.database).get_backend_name() != "sqlite":
        return own.database
    return f"sqlite:///{building_site / 'ezscale.db'}"


def _move_in(own: Settings, place: Place) -> None:
    """Put everything where the company looks for it; the database comes last, since it says that all is there."""
    for made, home in ((place.sandbox, own.data_dir / "sandbox"), (place.mail, own.data_dir / "mail")):
        shutil.rmtree(home, ignore_errors=True)
        if made.exists():
            made.rename(home)
    if place.database == own.database:
        return
    home = Path(make_url(own.database).database or "")
    for leftover in ("-wal", "-shm"):
        home.with_name(home.name + leftover).unlink(missing_ok=True)
    shutil.move(make_url(place.database).database or "", home)


def _hire(company: Simulation) -> list[DemoLogin]:
    database = company.house.database
    with company.house.automation("demo")() as work:
        work.session.add(StaffRole(name=SUPPORT, permissions=sorted(SUPPORTS)))
        work.session.flush()
        admin = add_staff(work, "Alex Harbour", "admin@ezscale.example", PASSWORDS["admin"], ADMINISTRATOR)
        support = add_staff(work, "Sam Quayle", "support@ezscale.example", PASSWORDS["support"], SUPPORT)
    return [
        logins.new_login(database, admin.id, "administrator", admin.email, PASSWORDS["admin"], "May do everything"),
        logins.new_login(
            database,
            support.id,
            "support",
            support.email,
            PASSWORDS["support"],
            "Helps customers, touches no money and no colleagues",
        ),
    ]


def _customers_logins(company: Simulation, customers: Mapping[str, Customer]) -> list[DemoLogin]:
    return [
        logins.new_login(
            company.house.database, customer.user_id, "customer", customer.person.email, customer.password, about
        )
        for domain, about in STORIES.items()
        if (customer := customers.get(domain)) and customer.user_id
    ]
