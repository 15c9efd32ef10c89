"""Commands that keep the company in a file, and bring it back from there."""

import time
from pathlib import Path
from typing import Annotated

import typer

from ezscale.cli.backup.archive import checked
from ezscale.cli.backup.manifest import Damaged, Manifest
from ezscale.cli.backup.restoring import Restored, restorable
from ezscale.cli.backup.restoring import restore as bring_back
from ezscale.cli.backup.taking import take_backup
from ezscale.cli.house import open_house
from ezscale.cli.running import alone_in
from ezscale.cli.surroundings import settle
from ezscale.cli.telling import Exit, complain, console, leave
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import settings

app = typer.Typer()
AFTERWARDS = """\
It stands still: nothing happens by itself. What people and vendors did after the cut is not in it, and everybody signs in
again.
  1. Compare with Stripe, the panels and sent mail, from the cut on: docs/backup.md says what to look for.
  2. Start the web alone (ezscale web), look at Tonight, and hold or write by hand what would happen twice.
  3. ezscale automation go-on, and start the rest."""


@app.command()
def backup(
    folder: Annotated[Path | None, typer.Argument(help="Where backups are kept; backups/ in the data folder.")] = None,
    check: Annotated[
        Path | None, typer.Option("--check", help="Take none: see whether this file is as it was written.")
    ] = None,
    keep: Annotated[int, typer.Option(min=0, help="How many backups stay in the folder; 0 is all of them.")] = 0,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put keys.json into it: whoever has the file then reads every secret.")
    ] = False,
) -> None:
    """Put the whole company into one file, as it is at this moment, while it works. Ends with 1 when a checked file is damaged.

    keys.json is not in it, unless you say so: a backup that carries its own key protects nothing. Keep it elsewhere.
    """
    if check is not None:
        tell_checked(check)
        return
    house, began = open_house(), time.monotonic()
    data_dir = settings().data_dir
    taken = take_backup(house.database, data_dir, folder or data_dir / "backups", keep=keep, with_keys=with_keys)
    size = taken.file.stat().st_size / 1e6
    said = f"{taken.file}: {what(taken.manifest)}, {size:.1f} MB, {time.monotonic() - began:.1f} s."
    console.print(said, markup=False, soft_wrap=True)
    for older in taken.removed:
        console.print(f"{older.name} was removed.", markup=False)
    if with_keys:
        console.print("It holds keys.json: whoever has this file reads every secret.", style="yellow")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that ezscale backup has written.", exists=True, dir_okay=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the company that is here. Asks first.")
    ] = False,
) -> None:
    """Bring the company back as it was when a backup was taken, on whichever of the three databases the settings name.

    Stop everything first. Ends with 1 when what came back is not as it should be, and says what; it stands still until
    you let it go on.
    """
    own, began = settle(), time.monotonic()
    with alone_in(own.data_dir):
        manifest = restorable(own, file, replace=replace)
        console.print(f"Restoring {what(manifest)}.", markup=False, soft_wrap=True)
        if replace and not typer.confirm("Whatever company is in this database now will be gone for good. Go on?"):
            raise BusinessError("Nothing was changed.")
        restored = bring_back(own, file, manifest)
    console.print(f"Every row has come back, after {time.monotonic() - began:.1f} s.")
    tell_findings(restored)
    tell_secrets(restored)
    tell_waiting(restored)
    console.print(AFTERWARDS, markup=False, soft_wrap=True)
    if not restored.is_whole:
        raise leave(Exit.FINDING)


def tell_checked(file: Path) -> None:
    """Whether a backup is as it was written."""
    try:
        manifest = checked(file)
    except Damaged as damage:
        complain(damage.message)
        raise leave(Exit.FINDING) from None
    keys = ", with keys.json" if manifest.has_keys else ""
    console.print(f"{file}: {what(manifest)}{keys}. It is as it was written.", markup=False, soft_wrap=True)


def what(manifest: Manifest) -> str:
    """What a backup is, in a few words."""
    return (
        f"{manifest.rows:,} rows of {len(manifest.tables)} tables as of {manifest.company_time:%Y-%m-%d %H:%M:%S} UTC, "
        f"from release {manifest.release} on {manifest.database}"
    )


def tell_findings(restored: Restored) -> None:
    """What the audit trail and the doctor say of the company at the cut."""
    for sentence in restored.broken_links:
        complain(f"Audit trail: {sentence}")
    for finding in restored.findings:
        for name in finding.broken:
            complain(f"{finding.check}: {name}")
    if not restored.broken_links:
        console.print("The audit trail is as it was written.")
    if not restored.findings:
        console.print("Everything is true that must always be true.")


def tell_secrets(restored: Restored) -> None:
    """Which secrets can be read, and which cannot and why."""
    closed = sum(closed for closed, _ in restored.secrets.values())
    if not closed:
        console.print(f"All {sum(count for _, count in restored.secrets.values())} secrets can be read.")
        return
    why = "their key is not in keys.json" if restored.has_key_file else "there is no keys.json"
    for column, (unread, count) in restored.secrets.items():
        if unread:
            complain(f"{column}: {unread} of {count} secrets cannot be read, since {why}.")
    complain(f"Put the keys.json of that time into {settings().data_dir} before anything is started.")


def tell_waiting(restored: Restored) -> None:
    """What was in the middle at the cut, and how it is settled."""
    waiting = restored.waiting
    for count, words in (
        (waiting.charges, "charges without an answer: each is asked for by its old key, or looked up"),
        (waiting.refunds, "refunds without an answer: each is asked for by its old key, or looked up"),
        (
            waiting.mails,
            "mails that had not left: they go out, perhaps for the second time, under their old Message-ID",
        ),
        (
            waiting.builds,
            "changes of servers under way: each goes on by our reference, and never makes a second server",
        ),
        (waiting.events_and_jobs, "events and jobs that wait"),
    ):
        if count:
            console.print(f"At the cut: {count} {words}.", soft_wrap=True)
