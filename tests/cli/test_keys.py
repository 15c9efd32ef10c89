"""The keys that seal our secrets, as an operator handles them: what is said, what is kept, and when it is refused."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from pyotp import TOTP
from sqlmodel import col, select

from ezscale import wiring
from ezscale.accounts.actors import actor_for
from ezscale.accounts.authenticators import begin_pairing, finish_pairing
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import world_now
from ezscale.models import Authenticator, User
from tests.builders import OFFERED
from tests.cli.conftest import Ran

TOO_EARLY = "The newest key is a minute old at most: what was under way then may not be stored yet.\n"
SHORT_OF_A_MINUTE, MINUTE = 50, 60


@pytest.fixture
def apps(company: Callable[..., Ran]) -> dict[UUID, TOTP]:
    """What two people's apps show, under the ids of the rows that hold their sealed secrets."""
    return dict(a_pairing(name) for name in ("Ada Moreno", "Bob Ferris"))


def a_pairing(name: str) -> tuple[UUID, TOTP]:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    person = sign_up(wiring.work_of(ANONYMOUS), NewPerson(name, email, "plum orchard lantern 42", "IE", "EUR"), OFFERED)
    with wiring.automation("test")() as work:
        actor = actor_for(work, person.id, confirmed=True)
    with wiring.work_of(actor)() as work:
        begun = begin_pairing(work, wiring.vault())
    return begun.authenticator_id, TOTP(begun.secret)


def sealing_keys() -> list[str]:
    """With which key each secret is sealed, oldest secret first."""
    with wiring.automation("test")() as work:
        sealed = work.session.exec(select(Authenticator.secret).order_by(col(Authenticator.id))).all()
    return [text.partition(":")[0] for text in sealed]


def all_open(apps: dict[UUID, TOTP]) -> bool:
    """Whether each app's code is still taken, by the vault of a process that runs all the while."""
    for app_id, app in apps.items():
        with wiring.automation("test")() as work:
            owner = work.session.get_one(User, work.session.get_one(Authenticator, app_id).user_id)
            actor = actor_for(work, owner.id, confirmed=True)
        with wiring.work_of(actor)() as work:
            finish_pairing(work, wiring.vault(), app_id, "Phone", app.at(world_now()), token="")
    return True


def keys_in(data_dir: Path) -> list[str]:
    return list(json.loads((data_dir / "keys.json").read_text("utf-8")))


def has_aged(data_dir: Path, seconds: int) -> None:
    """The file of keys was written so long ago."""
    then = world_now().timestamp() - seconds
    os.utime(data_dir / "keys.json", (then, then))


def test_a_rotation_seals_everything_anew_and_says_what_to_back_up(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    before = sealing_keys()

    number, said, complaint = company("secrets", "rotate")

    assert (before, sealing_keys()) == (["k1", "k1"], ["k2", "k2"])
    assert (number, complaint) == (0, "")
    assert said.splitlines() == [
        f"k2 is the key that seals from now on. Back up {data_dir}/keys.json.",
        "2 secrets were sealed anew.",
    ]
    assert keys_in(data_dir) == ["k2", "k1"]
    assert all_open(apps)


def test_where_several_machines_share_a_database_the_key_is_made_first_and_used_later(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    made = company("secrets", "rotate", "--key-only")
    meanwhile = sealing_keys(), keys_in(data_dir)
    resealed, again = company("secrets", "reseal"), company("secrets", "reseal")

    assert made[0] == 0
    assert "sealed anew" not in made[1]
    assert meanwhile == (["k1", "k1"], ["k2", "k1"])
    assert resealed == (0, "2 secrets were sealed anew.\n", "")
    assert again == (0, "0 secrets were sealed anew.\n", "")
    assert sealing_keys() == ["k2", "k2"]
    assert all_open(apps)


def test_an_old_key_is_forgotten_once_nothing_is_sealed_with_it(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    company("secrets", "rotate", "--key-only")
    too_soon = company("secrets", "retire", "--at-once")
    kept = keys_in(data_dir)
    company("secrets", "reseal")

    done, nothing_left = company("secrets", "retire", "--at-once"), company("secrets", "retire", "--at-once")

    assert too_soon == (1, "", "Still in use: k1. Run secrets reseal first.\n")
    assert kept == ["k2", "k1"]
    assert done == (0, "k1 is forgotten.\n", "")
    assert nothing_left == (0, "There is only the key that seals.\n", "")
    assert keys_in(data_dir) == ["k2"]
    assert all_open(apps)


def test_for_a_minute_after_a_rotation_no_key_is_forgotten(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    company("secrets", "rotate")
    has_aged(data_dir, SHORT_OF_A_MINUTE)
    early, kept = company("secrets", "retire"), keys_in(data_dir)
    has_aged(data_dir, MINUTE)

    late = company("secrets", "retire")

    assert early == (2, "", TOO_EARLY)
    assert kept == ["k2", "k1"]
    assert late == (0, "k1 is forgotten.\n", "")


def test_being_refused_does_not_begin_the_minute_anew(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    company("secrets", "rotate", "--key-only")
    has_aged(data_dir, MINUTE)
    refused = company("secrets", "retire")
    company("secrets", "reseal")

    assert refused[0] == 1
    assert company("secrets", "retire") == (0, "k1 is forgotten.\n", "")


def test_a_secret_that_cannot_be_opened_is_named_and_keeps_its_key(
    company: Callable[..., Ran], apps: dict[UUID, TOTP], data_dir: Path
):
    first, second = apps
    with wiring.automation("test")() as work:
        moved = work.session.get_one(Authenticator, first)
        moved.secret = work.session.get_one(Authenticator, second).secret

    number, said, complaint = company("secrets", "rotate")
    retired = company("secrets", "retire", "--at-once")

    assert (number, complaint) == (1, f"Cannot be opened: authenticator:{first.hex}\n")
    assert "1 secrets were sealed anew." in said
    assert sealing_keys() == ["k1", "k2"]
    assert (retired[0], keys_in(data_dir)) == (1, ["k2", "k1"])


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"k1": 7}', "\udcff"], ids=ascii)
@pytest.mark.parametrize("command", ["rotate", "reseal", "retire"])
def test_a_damaged_file_of_keys_is_named_and_left_as_it_is(
    company: Callable[..., Ran], data_dir: Path, command: str, damage: str
):
    file = data_dir / "keys.json"
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    wiring._house_by_settings.cache_clear()  # as in a process of its own

    number, said, complaint = company("secrets", command)

    assert (number, said) == (2, "")
    assert complaint == f"{file} holds no keys that can be read: put back the one of your backup.\n"
    assert file.read_bytes() == damage.encode("utf-8", "surrogateescape")
