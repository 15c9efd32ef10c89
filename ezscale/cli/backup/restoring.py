"""Bringing a company back from a backup, and finding out what came of it."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from ezscale import wiring
from ezscale.accounts.sessions import end_all_sessions
from ezscale.billing.collecting import doubt_charges
from ezscale.billing.refunding import doubt_refunds
from ezscale.cli.backup.archive import checked, read_parts, rows_of, sync_folder
from ezscale.cli.backup.building import building_site, is_lived_in
from ezscale.cli.backup.manifest import FILES, KEYS, Damaged, Manifest
from ezscale.cli.schema import bring_up_to_date, is_known
from ezscale.company.standstill import stand_still
from ezscale.kit.actor import robot
from ezscale.kit.audit import broken_links
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import Vault, open_vault
from ezscale.kit.errors import BusinessError
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.plain_rows import load_rows, prepare_loading
from ezscale.kit.sealing import unreadable
from ezscale.kit.settings import Settings
from ezscale.kit.work import Database, Work
from ezscale.models import MailMessage, ProvisioningJob
from ezscale.models.mail import MailStatus
from ezscale.reporting.doctor import Finding, examine
from ezscale.reporting.service_checks import automation_runs

ROBOT = robot("restore")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stood in the middle at the cut, and may have happened since: nobody here can know."""

    charges: int
    refunds: int
    mails: int
    builds: int
    events_and_jobs: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what is wrong with it: of secrets, how many of how many cannot be read, by column."""

    manifest: Manifest
    waiting: Waiting
    findings: tuple[Finding, ...]
    broken_links: tuple[str, ...]
    secrets: dict[str, tuple[int, int]]
    has_key_file: bool

    @property
    def is_whole(self) -> bool:
        """Whether all is well."""
        return not (self.findings or self.broken_links or any(closed for closed, _ in self.secrets.values()))


def restorable(own: Settings, file: Path, *, replace: bool) -> Manifest:
    """What a backup says of itself, when it can be restored here. BusinessError otherwise, and nothing has changed."""
    manifest = checked(file)
    if not is_known(manifest.revision):
        raise BusinessError(
            f"This backup was made by release {manifest.release}, whose tables (step {manifest.revision}) this one does "
            "not know: restore it with that release, or a newer one."
        )
    for part in manifest.parts:
        _home_of(own.data_dir, part.name)
    if not replace and is_lived_in(own):
        raise BusinessError("There is a company in this database already. --replace puts the backup in its place.")
    here = own.data_dir / KEYS
    if manifest.has_keys and not replace and here.exists() and here.read_bytes() != _part(file, KEYS):
        raise BusinessError(f"{here} is another one than in the backup. --replace puts the backup's in its place.")
    return manifest


def restore(own: Settings, file: Path, manifest: Manifest) -> Restored:
    """Put the company of a backup into the settings' database, standing still, and examine it as it was at the cut.

    It takes the place of whatever is there; ask `restorable` first. Damaged when not every row has come back.
    """
    with building_site(own) as url:
        bring_up_to_date(url, manifest.revision)
        _load(url, file, manifest)
        bring_up_to_date(url)
        waiting = _come_round(own, url, manifest)
        if manifest.has_keys:
            _write(own.data_dir / KEYS, _part(file, KEYS))
        restored = _examined(own, url, manifest, waiting)
    if any(part.name.startswith(FILES) for part in manifest.parts):
        for name, content in read_parts(file):
            if home := _home_of(own.data_dir, name):
                _write(home, content)
    return restored


def _load(url: str, file: Path, manifest: Manifest) -> None:
    """All rows in one transaction: a place that was left half-way is an empty one."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            quote = connection.dialect.identifier_preparer.quote
            prepare_loading(connection)
            for table in reversed(manifest.tables):  # migrations have written some rows already
                connection.exec_driver_sql(f"DELETE FROM {quote(table.name)}")  # noqa: S608  # names of our own
            for table, lines in rows_of(file, manifest):
                load_rows(connection, table.name, table.columns, lines)
            for table in manifest.tables:
                count = connection.exec_driver_sql(f"SELECT count(*) FROM {quote(table.name)}").scalar()  # noqa: S608
                if count != table.rows:
                    raise Damaged(f"{table.name} had {table.rows} rows, and {count} have come back.")
    finally:
        engine.dispose()


def _come_round(own: Settings, url: str, manifest: Manifest) -> Waiting:
    """Nothing may happen by itself before somebody has looked at what has happened since the cut."""
    engine = open_engine(url)
    try:
        with Database(engine, wiring.clock(own), own.zone).opener(ROBOT)() as work:
            cut = f"{manifest.company_time:%Y-%m-%d %H:%M:%S} UTC"
            stand_still(work, f"Restored as it was at {cut}: see what has happened since, then let it go on.")
            end_all_sessions(work)  # whoever was signed out since the cut stays so
            work.record("company restored", cut=cut, taken_by=manifest.release)
            return _waiting(work, manifest.company_time)
    finally:
        engine.dispose()


def _waiting(work: Work, cut: datetime) -> Waiting:
    events = _how_many(work, col(OutboxEvent.relayed_at).is_(None))
    return Waiting(
        charges=doubt_charges(work, cut),
        refunds=doubt_refunds(work, cut),
        mails=_how_many(work, col(MailMessage.status) == MailStatus.QUEUED),
        builds=_how_many(work, col(ProvisioningJob.live_for).is_not(None)),
        events_and_jobs=events + _how_many(work, col(Job.status) == JobStatus.READY),
    )


def _how_many(work: Work, which: ColumnElement[bool]) -> int:
    return work.session.exec(select(func.count()).where(which)).one()


def _examined(own: Settings, url: str, manifest: Manifest, waiting: Waiting) -> Restored:
    engine = open_engine(url)
    reader = Database(engine, FixedClock(manifest.company_time), own.zone).reader(ROBOT)
    try:
        with reader() as work:
            findings = [finding for finding in examine(work) if finding.broken]
            links = tuple(broken_links(work.session))
        vault = _vault(own)
        return Restored(
            manifest=manifest,
            waiting=waiting,
            findings=tuple(finding for finding in findings if finding.check != automation_runs.__name__),
            broken_links=links,
            secrets=unreadable(reader, vault),
            has_key_file=vault is not None,
        )
    finally:
        engine.dispose()


def _vault(own: Settings) -> Vault | None:
    """What opens the secrets; never a new key file, in whose place the old one could no longer be put unnoticed."""
    file = own.data_dir / KEYS
    return open_vault(file) if file.exists() else None


def _home_of(data_dir: Path, part: str) -> Path | None:
    """Where a file of the data folder belongs, None for another part. Damaged for a name that leads elsewhere."""
    if not part.startswith(FILES):
        return None
    inner = PurePosixPath(part.removeprefix(FILES))
    if inner.is_absolute() or ".." in inner.parts:
        raise Damaged(f"{part} leads out of the data folder.")
    return data_dir / inner


def _part(file: Path, wanted: str) -> bytes:
    return next(content for name, content in read_parts(file) if name == wanted)


def _write(home: Path, content: bytes) -> None:
    """As a whole or not at all, for our eyes only."""
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = home.with_name(f"{home.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(home)
    sync_folder(home.parent)
