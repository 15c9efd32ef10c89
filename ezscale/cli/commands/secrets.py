"""Commands about the keys that seal what we must be able to read again: servers' passwords, second factors."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ezscale.cli.house import open_house
from ezscale.cli.telling import Exit, complain, console, leave
from ezscale.kit.clock import world_now
from ezscale.kit.encryption import add_key, drop_keys, open_vault
from ezscale.kit.errors import BusinessError
from ezscale.kit.sealing import names_in_use
from ezscale.kit.sealing import reseal as reseal_all
from ezscale.kit.settings import settings
from ezscale.wiring import House

app = typer.Typer(no_args_is_help=True, help="The keys that seal servers' passwords and second factors.")
UNDER_WAY = timedelta(minutes=1)  # whatever was sealed with the old key and is not committed yet


@app.command()
def rotate(
    key_only: Annotated[bool, typer.Option("--key-only", help="Make the key, and seal nothing anew yet.")] = False,
) -> None:
    """Make a new key, and seal everything with it while the company works. Running processes learn of it themselves.

    Where several machines share a database: --key-only on one, copy keys.json to the others, then `secrets reseal`.
    """
    house = open_house()
    name = add_key(key_file())
    console.print(f"{name} is the key that seals from now on. Back up {key_file()}.", markup=False, soft_wrap=True)
    if not key_only:
        seal_anew(house)


@app.command()
def reseal() -> None:
    """Seal with the newest key what is still sealed with an older one. Doing it again does nothing more."""
    seal_anew(open_house())


@app.command()
def retire(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Nothing runs: do not wait for what is under way.")
    ] = False,
) -> None:
    """Forget the keys with which nothing is sealed any more. A backup from before still needs them."""
    house, path = open_house(), key_file()
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if not at_once and world_now() - changed < UNDER_WAY:
        raise BusinessError("The newest key is a minute old at most: what was under way then may not be stored yet.")
    used = names_in_use(house.automation("secrets"))
    older = set(open_vault(path).names[1:])
    if older - used:
        drop_keys(path, older - used)
    for name in sorted(older - used):
        console.print(f"{name} is forgotten.", markup=False)
    if older & used:
        complain(f"Still in use: {', '.join(sorted(older & used))}. Run secrets reseal first.")
        raise leave(Exit.FINDING)
    if not older:
        console.print("There is only the key that seals.")


def seal_anew(house: House) -> None:
    """Seal everything anew, and name what cannot be opened."""
    done = reseal_all(house.automation("secrets"), open_vault(key_file()))
    console.print(f"{done.count} secrets were sealed anew.")
    for row in done.set_aside:
        complain(f"Cannot be opened: {row}")
    if done.set_aside:
        raise leave(Exit.FINDING)


def key_file() -> Path:
    """Where the keys lie."""
    return settings().data_dir / "keys.json"
