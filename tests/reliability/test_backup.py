"""The drill: a backup that is taken while everybody writes is one moment, and comes back whole, on another database."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select
from sqlmodel import SQLModel, col, func

from ezscale.billing.collecting import request_charge
from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.invoicing import invoice_lines
from ezscale.billing.refunds import refunds_on
from ezscale.billing.renewals import issue_renewals
from ezscale.cli.backup.restoring import Restored, restorable, restore
from ezscale.cli.backup.taking import Taken, take_backup
from ezscale.cli.schema import _config
from ezscale.cli.surroundings import made
from ezscale.company.standstill import go_on
from ezscale.kit.actor import robot
from ezscale.kit.audit import AuditEntry
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import open_vault
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.money import Money
from ezscale.kit.sealing import unreadable
from ezscale.kit.settings import Settings
from ezscale.kit.work import Database
from ezscale.models import CreditEntry, Customer, Invoice, LedgerEntry, Posting
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptTrigger
from ezscale.models.refund import RefundStatus
from ezscale.tasks import company
from tests.bulk import write_book
from tests.company import Company, open_house
from tests.databases import Databases
from tests.sizes import SOAK, figures, size

FULL = 670_000  # subscriptions, which have a million lines on their invoices
RESTORED = {"setting", "audit_entry", "audit_subject", "audit_head"}  # in which a restore leaves a trace of its own
LONGEST_BACKUP, LONGEST_RESTORE = 300, 600  # seconds
Rows = dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """A company with a customer whose server runs: documents, a sealed password, mail that was kept."""
    stamp(database.engine)
    at = Company(database, clock, tmp_path / "old")
    at.signs_up("Ada Moreno").buys("vps-2")
    return at


@pytest.mark.all_databases
def test_a_backup_under_load_is_one_moment_and_comes_back_whole(at: Company, engine: Engine, tmp_path: Path):
    write_book(engine, size(40, 20_000), at.clock.now, first=10)
    issue_renewals(at.house.automation("renewals"))
    write_book(engine, size(400, 20_000), at.clock.now, first=100_000)
    before, granted_before = rows_of(engine), count(engine, CreditEntry)

    with writing(at) as writers:
        taken, took, stalls = backup_beside(writers, at, tmp_path / "backups")
        for attempt in range(5):  # one of a small book may fit between two commits
            if not stalls:
                taken, took, stalls = backup_beside(writers, at, tmp_path / f"backups {attempt}")
    after, granted_after = rows_of(engine), count(engine, CreditEntry)
    restored, own = restored_in(tmp_path / "new", "", taken.file)

    figures(
        f"backup of {engine.dialect.name} under load",
        rows=taken.manifest.rows,
        seconds=round(took, 1),
        commits_meanwhile=len(stalls),
        longest_commit_before_ms=round(max(writers.before) * 1000),
        longest_commit_meanwhile_ms=round(max(stalls, default=took) * 1000),
    )
    new = open_engine(own.database)
    grants = count(new, AuditEntry, AuditEntry.action == "credit granted")
    assert grants == count(new, LedgerEntry, LedgerEntry.kind == "credit_granted")
    assert grants * 2 == count(new, Posting, col(Posting.entry_id).in_(grant_entries()))
    assert stalls  # nobody had to wait for the backup to end
    assert granted_before < count(new, CreditEntry) < granted_after  # writers went on before and after the cut
    assert (restored.findings, restored.broken_links) == ((), ())
    assert changed(before, rows_of(new)) <= changed(before, after) | RESTORED
    assert mails_in(tmp_path / "old") == mails_in(tmp_path / "new")
    assert_secrets(new, own, restored)
    new.dispose()


def test_a_company_moves_from_one_database_to_the_next_in_time(at: Company, databases: Databases, tmp_path: Path):
    write_book(at.house.database.engine, size(40, FULL), at.clock.now, first=10)
    issue_renewals(at.house.automation("renewals"))
    database, known = at.house.database, rows_of(at.house.database.engine)

    for kind in ("postgres", "mariadb", "sqlite"):
        began = time.monotonic()
        taken = take_backup(database, tmp_path / "old", tmp_path / "backups")
        taking, began = time.monotonic() - began, time.monotonic()
        restored, own = restored_in(tmp_path / kind, databases.make(kind, "_moved"), taken.file)
        restoring, moved_from = time.monotonic() - began, database.engine.dialect.name
        database.engine.dispose()
        database = Database(open_engine(own.database), at.clock)

        figures(
            f"moved from {moved_from} to {kind}",
            rows=taken.manifest.rows,
            megabytes=taken.file.stat().st_size // 1_000_000,
            taken_in=round(taking, 1),
            restored_in=round(restoring, 1),
        )
        assert (restored.findings, restored.broken_links) == ((), ())
        assert changed(known, rows_of(database.engine)) <= RESTORED
        assert taking <= LONGEST_BACKUP
        assert restoring <= LONGEST_RESTORE
    database.engine.dispose()


def test_a_charge_of_after_the_cut_is_not_made_again(at: Company, tmp_path: Path):
    invoice_id = unpaid_renewal(at)
    with at.robot() as work:
        assert request_charge(work, invoice_id, AttemptTrigger.DUE)
    taken = take_backup(at.house.database, tmp_path / "old", tmp_path / "backups")
    at.works()
    assert at.stripe_did()["invoices"][str(invoice_id)]["captures"] == 1

    restored, own = restored_in(tmp_path / "new", "", taken.file)
    at.clock.move(timedelta(days=2))  # Stripe no longer knows the key of the charge
    house = open_house(Database(open_engine(own.database), at.clock), tmp_path / "new", at.lines)
    company.travel(house, at.clock.now + timedelta(minutes=20))
    with house.automation("test")() as work:
        stood_still = work.session.get_one(Invoice, invoice_id).status
        go_on(work)
    company.travel(house, at.clock.now + timedelta(minutes=20))

    with house.automation("test")() as work:
        assert (stood_still, work.session.get_one(Invoice, invoice_id).status) == (
            InvoiceStatus.OPEN,
            InvoiceStatus.PAID,
        )
    assert restored.waiting.charges == 1
    assert at.stripe_did()["invoices"][str(invoice_id)]["captures"] == 1


def test_a_refund_of_after_the_cut_is_not_made_again(at: Company, tmp_path: Path):
    bea = at.signs_up("Bea Roy")
    bea.buys("vps-2")
    [invoice] = bea.invoices()
    with at.robot() as work:
        part = {invoice_lines(work, invoice.id)[0].id: Money(400, "EUR")}
        issue_credit_note(work, invoice.id, part, "It stood still", GiveBack.REFUND)
    taken = take_backup(at.house.database, tmp_path / "old", tmp_path / "backups")
    at.works()
    sent = at.stripe_did()["refunded"]

    restored, own = restored_in(tmp_path / "new", "", taken.file)
    at.clock.move(timedelta(days=2))  # Stripe no longer knows the key of the refund
    house = open_house(Database(open_engine(own.database), at.clock), tmp_path / "new", at.lines)
    with house.automation("test")() as work:
        go_on(work)
    company.travel(house, at.clock.now + timedelta(minutes=20))

    assert at.stripe_did()["refunded"] == sent
    assert restored.waiting.refunds == 1
    with house.automation("test")() as work:
        assert [refund.status for refund in refunds_on(work, invoice.id)] == [RefundStatus.SUCCEEDED]


@dataclass
class Writers:
    """How long each grant of credit took, from its beginning to its commit."""

    before: list[float] = field(default_factory=list)
    measured: list[float] = field(default_factory=list)


def backup_beside(writers: Writers, at: Company, folder: Path) -> tuple[Taken, float, list[float]]:
    """A backup, how many seconds it took, and how long each commit took meanwhile."""
    began, writers.measured = time.monotonic(), []
    taken = take_backup(at.house.database, folder.parent / "old", folder)
    return taken, time.monotonic() - began, list(writers.measured)


@contextmanager
def writing(at: Company) -> Iterator[Writers]:
    """Invoices are written in one thread, credit is granted in another, all the while."""
    done, writers = threading.Event(), Writers()
    writers.measured = writers.before
    with at.robot() as work:
        customer = work.session.exec(select_first(Customer)).scalar_one()

    def grant() -> None:
        while not done.is_set():
            began = time.monotonic()
            with suppress(TemporaryFailure):
                with at.robot() as work:
                    grant_credit(work, customer.id, Money(1, customer.currency), "A gift")
                writers.measured.append(time.monotonic() - began)

    def bill() -> None:
        while not done.is_set():
            with suppress(TemporaryFailure):
                issue_renewals(at.house.automation("renewals"), 5)
            time.sleep(0.01)

    threads = [threading.Thread(target=grant), threading.Thread(target=bill)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: len(writers.before) > 5)
        yield writers
        wait_for(lambda: len(writers.measured) > 5)
    finally:
        done.set()
        for thread in threads:
            thread.join()


def wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)
    assert happened()


def restored_in(data_dir: Path, url: str, file: Path) -> tuple[Restored, Settings]:
    """A backup brought back where there is nothing yet: into that database, or a file."""
    own = Settings(data_dir=made(data_dir), database_url=url)
    return restore(own, file, restorable(own, file, replace=False)), own


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that are not the same."""
    return {table for table in before if before[table] != after[table]}


def assert_secrets(new: Engine, own: Settings, restored: Restored) -> None:
    """Without a key file, and with another one, it is said which secrets cannot be read; with the right one they can."""
    read = Database(new, FixedClock(restored.manifest.company_time)).reader(robot("test"))
    open_vault(own.data_dir / "other.json")
    (own.data_dir / "keys.json").write_text(json.dumps({"k1": base64.b64encode(b"0" * 32).decode()}))

    assert (restored.secrets, restored.has_key_file, restored.is_whole) == ({"credential.secret": (1, 1)}, False, False)
    assert unreadable(read, open_vault(own.data_dir / "other.json")) == {"credential.secret": (1, 1)}
    assert unreadable(read, open_vault(own.data_dir / "keys.json")) == {"credential.secret": (0, 1)}


def rows_of(engine: Engine) -> Rows:
    """Every row of every table by its key, as Python has it; of a small company."""
    if SOAK:
        return {}
    with engine.connect() as connection:
        return {
            table.name: {
                tuple(row[place] for place in range(len(row)) if list(table.c)[place].primary_key): tuple(row)
                for row in connection.execute(select(table))
            }
            for table in SQLModel.metadata.sorted_tables
        }


def mails_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "mail").iterdir()}


def count(engine: Engine, model: type, *which: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select_count(model, *which)).scalar_one())


def select_count(model: type, *which: Any) -> Any:
    return select(func.count()).select_from(model).where(*which)


def select_first(model: type) -> Any:
    return select(model).limit(1)


def grant_entries() -> Any:
    return select(col(LedgerEntry.id)).where(col(LedgerEntry.kind) == "credit_granted")


def unpaid_renewal(at: Company) -> UUID:
    """The invoice of the next month, issued and not charged yet."""
    at.lives(days=20)
    with at.robot() as work:
        open_invoices = select(col(Invoice.id)).where(col(Invoice.status) == InvoiceStatus.OPEN)
        invoice_id: UUID = work.session.execute(open_invoices).scalar_one()
    return invoice_id


def stamp(engine: Engine) -> None:
    """Say of tables that the models have made which step they are at."""
    with engine.begin() as connection:
        MigrationContext.configure(connection).stamp(ScriptDirectory.from_config(_config()), "head")
