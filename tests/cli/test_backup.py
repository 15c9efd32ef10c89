"""Backups as an operator handles them: what is said, what is refused, and what is left as it was."""

import fcntl
import io
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from ezscale import wiring
from ezscale.accounts.actors import actor_for
from ezscale.accounts.authenticators import begin_pairing
from ezscale.accounts.signing_in import sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.cli.backup.archive import checked, read_parts, written
from ezscale.cli.backup.manifest import MANIFEST, Manifest
from ezscale.cli.backup.taking import take_backup
from ezscale.cli.schema import bring_up_to_date
from ezscale.cli.surroundings import settle
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import open_vault
from ezscale.models import LoginSession, User
from tests.builders import OFFERED
from tests.cli.conftest import Ran, forget_the_settings

PASSWORD = "plum orchard lantern 42"
CLOSED = "authenticator.secret: 1 of 1 secrets cannot be read, since"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with somebody in it, who has a sealed secret, and a letter that was kept; and a backup of it."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        patch.setenv("EZSCALE_DATA_DIR", str(folder / "data"))
        forget_the_settings()
        bring_up_to_date(settle().database)
        new = NewPerson("Ada Moreno", "ada@example.com", PASSWORD, "IE", "EUR")
        ada = sign_up(wiring.work_of(ANONYMOUS), new, OFFERED)
        sign_in(wiring.work_of(ANONYMOUS), "ada@example.com", PASSWORD)
        with wiring.automation("test")() as work:
            actor = actor_for(work, ada.id, confirmed=True)
        with wiring.work_of(actor)() as work:
            begin_pairing(work, wiring.vault())
        (folder / "data" / "mail").mkdir()
        (folder / "data" / "mail" / "welcome.eml").write_text("Welcome!")
        take_backup(wiring.database(), folder / "data", folder / "backups")
        wiring.database().engine.dispose()
    forget_the_settings()
    return folder


@pytest.fixture
def lived_in(ezscale: Callable[..., Ran], data_dir: Path, kept: Path) -> Callable[..., Ran]:
    """That company."""
    shutil.copytree(kept / "data", data_dir)
    return ezscale


@pytest.fixture
def file(kept: Path, tmp_path: Path) -> Path:
    """The backup of it."""
    shutil.copytree(kept / "backups", tmp_path / "backups")
    (file,) = (tmp_path / "backups").iterdir()
    return file


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Moves to another data folder, in which there is nothing yet."""

    def move(name: str) -> Path:
        monkeypatch.setenv("EZSCALE_DATA_DIR", str(tmp_path / name))
        forget_the_settings()
        return tmp_path / name

    return move


def people() -> list[str]:
    with wiring.automation("test")() as work:
        return list(work.session.exec(select(User.name)))


def signed_in() -> int:
    with wiring.automation("test")() as work:
        return sum(session.is_live(work.now) for session in work.session.exec(select(LoginSession)))


def rewritten(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup with another manifest."""
    manifest = checked(file).model_dump()
    change(manifest)
    other = file.with_name("other.tar.gz")
    with written(other, datetime(2026, 3, 2, tzinfo=UTC)) as archive:
        for name, content in read_parts(file):
            if name != MANIFEST:
                archive.add(name, content)
        archive.finish(Manifest.model_validate(manifest))
    return other


def test_a_backup_is_for_our_eyes_only_and_carries_no_keys(file: Path, lived_in: Callable[..., Ran]):
    with tarfile.open(file) as tar:
        names = tar.getnames()

    number, said, _ = lived_in("backup", "--check", str(file))

    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert names[-2:] == ["files/mail/welcome.eml", "manifest.json"]
    assert not [name for name in names if "keys" in name]
    assert number == 0
    assert "It is as it was written." in said


def test_older_backups_give_way_and_what_a_killed_one_left_is_cleared_up(lived_in: Callable[..., Ran], tmp_path: Path):
    folder = tmp_path / "backups"
    (folder / ".cut-killed").mkdir(parents=True)
    for name in (".ezscale-20260101T000000Z.tar.gz.part", "notes.txt"):
        (folder / name).touch()
    for day in ("01", "02", "03"):
        (folder / f"ezscale-202601{day}T000000Z.tar.gz").touch()

    number, said, _ = lived_in("backup", str(folder), "--keep", "2")

    assert number == 0
    assert "ezscale-20260101T000000Z.tar.gz was removed." in said
    oldest, _, notes = sorted(path.name for path in folder.iterdir())
    assert (oldest, notes) == ("ezscale-20260103T000000Z.tar.gz", "notes.txt")


def test_two_backups_into_one_folder_do_not_meet(lived_in: Callable[..., Ran], tmp_path: Path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    number, _, complaint = lived_in("backup", str(tmp_path))

    os.close(descriptor)
    assert (number, complaint) == (2, f"Another backup into {tmp_path} is under way.\n")


@pytest.mark.parametrize("harm", ["a bit", "its end", "a part", "a count"])
def test_a_damaged_file_is_named_and_never_restored(
    lived_in: Callable[..., Ran], file: Path, elsewhere: Callable[[str], Path], harm: str
):
    content = bytearray(file.read_bytes())
    if harm == "a bit":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif harm == "its end":
        file.write_bytes(content[:-20])
    elif harm == "a part":
        file = rewritten(file, lambda told: told["parts"][0].update(sha256="0" * 64))
    else:
        file = rewritten(file, lambda told: told["tables"][-1].update(rows=1))

    seen = lived_in("backup", "--check", str(file))
    place = elsewhere("new")
    refused = lived_in("restore", str(file))

    assert (seen[0], refused[0]) == (1, 2)
    assert "is damaged" in seen[2]
    assert "is damaged" in refused[2]
    assert not (place / "ezscale.db").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "This backup is in format 2: only a newer release can read it.\n"),
        ({"revision": "9999", "release": "9.0"}, "This backup was made by release 9.0, whose tables (step 9999)"),
    ],
)
def test_a_backup_of_a_newer_release_is_refused(
    lived_in: Callable[..., Ran], file: Path, elsewhere: Callable[[str], Path], change: dict[str, Any], words: str
):
    newer = rewritten(file, lambda told: told.update(change))
    place = elsewhere("new")

    number, _, complaint = lived_in("restore", str(newer))

    assert number == 2
    assert complaint.startswith(words)
    assert not (place / "ezscale.db").exists()


def test_a_backup_of_an_older_release_is_brought_up_to_date(
    lived_in: Callable[..., Ran], file: Path, elsewhere: Callable[[str], Path], tmp_path: Path
):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    bring_up_to_date(url, "0012")
    known = inspect(open_engine(url))
    columns = {table: {column["name"] for column in known.get_columns(table)} for table in known.get_table_names()}

    def older(told: dict[str, Any]) -> None:
        """As the release of that step would have written it."""
        told["revision"] = "0012"
        told["tables"] = [table for table in told["tables"] if table["name"] in columns]
        for table in told["tables"]:
            table["columns"] = [column for column in table["columns"] if column[0] in columns[table["name"]]]

    old = rewritten(file, older)
    elsewhere("new")

    assert lived_in("restore", str(old))[0] == 1  # without its key file
    assert people() == ["Ada Moreno"]
    assert lived_in("tonight")[0] == 0


def test_a_place_that_is_lived_in_is_left_alone_unless_somebody_insists(
    lived_in: Callable[..., Ran], file: Path, monkeypatch: pytest.MonkeyPatch
):
    bob = NewPerson("Bob Ferris", "bob@example.com", PASSWORD, "IE", "EUR")
    sign_up(wiring.work_of(ANONYMOUS), bob, OFFERED)

    refused = lived_in("restore", str(file))
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    thought_better = lived_in("restore", str(file), "--replace")
    untouched = people()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    insisted = lived_in("restore", str(file), "--replace")
    forget_the_settings()

    assert (refused[0], thought_better[0], insisted[0]) == (2, 2, 0)
    assert "There is a company in this database already." in refused[2]
    assert untouched == ["Ada Moreno", "Bob Ferris"]
    assert people() == ["Ada Moreno"]
    assert "All 1 secrets can be read." in insisted[1]


def test_without_its_key_file_and_with_another_one_it_is_said_which_secrets_are_lost(
    lived_in: Callable[..., Ran], file: Path, elsewhere: Callable[[str], Path]
):
    keyless = elsewhere("keyless")
    without = lived_in("restore", str(file))
    other = elsewhere("other")
    other.mkdir()
    open_vault(other / "keys.json")
    with_another = lived_in("restore", str(file))

    assert (without[0], with_another[0]) == (1, 1)
    assert f"{CLOSED} there is no keys.json." in without[2]
    assert f"{CLOSED} their key is not in keys.json." in with_another[2]
    assert not (keyless / "keys.json").exists()
    assert (other / "mail" / "welcome.eml").read_text() == "Welcome!"


def test_a_backup_with_keys_says_so_and_the_company_it_brings_back_stands_still(
    lived_in: Callable[..., Ran], data_dir: Path, tmp_path: Path, elsewhere: Callable[[str], Path]
):
    _, said, _ = lived_in("backup", str(tmp_path / "with-keys"), "--with-keys")
    before = signed_in()
    (file,) = (tmp_path / "with-keys").iterdir()
    place = elsewhere("new")

    restored, standing = lived_in("restore", str(file)), lived_in("doctor")
    gone_on, again = lived_in("automation", "go-on"), lived_in("automation", "go-on")

    assert "It holds keys.json: whoever has this file reads every secret." in said
    assert (place / "keys.json").read_bytes() == (data_dir / "keys.json").read_bytes()
    assert stat.S_IMODE((place / "keys.json").stat().st_mode) == 0o600
    assert (restored[0], standing[0]) == (0, 1)
    assert (before, signed_in()) == (1, 0)
    assert "the company stands still: Restored as it was at " in standing[1]
    assert (gone_on[0], again[0]) == (0, 2)
    assert [lived_in("doctor")[0], lived_in("audit", "verify")[0]] == [0, 0]
    assert lived_in("automation", "stop", "Stripe is moving.")[0] == 0
    assert "Stripe is moving." in lived_in("doctor")[1]
