"""Passkeys: registered, shown, refused. The key is software, its signatures are real."""

from collections.abc import Callable

import pytest

from ezscale.accounts.actors import actor_for
from ezscale.accounts.history import history
from ezscale.accounts.lockouts import TRIES_PER_ADDRESS
from ezscale.accounts.passkey_proofs import (
    begin_passkey_confirmation,
    begin_passkey_sign_in,
    begin_passkey_step,
    confirm_with_passkey,
    finish_with_passkey,
    sign_in_with_passkey,
)
from ezscale.accounts.passkeys import (
    Site,
    begin_registration,
    passkeys,
    register_passkey,
    remove_passkey,
    rename_passkey,
)
from ezscale.accounts.signing_in import HalfWay, SignedIn, begin_session, sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.accounts.steps import StepOver
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, NotConfirmed, NotFound, TooMany
from ezscale.models import User
from ezscale.models.sign_in import CONFIRMED_FOR
from tests.builders import OFFERED
from tests.software_key import SoftwareKey

PASSWORD = "plum orchard lantern 42"
HERE = Site("localhost", "http://localhost")


@pytest.fixture
def key(as_ada) -> SoftwareKey:
    """Ada's passkey."""
    return registered(as_ada())


@pytest.fixture
def user_now(visitor, ada):
    def user_now() -> User:
        with visitor() as work:
            return work.session.get_one(User, ada.id)

    return user_now


@pytest.fixture
def asked(visitor) -> Callable[[], tuple[str, dict]]:
    """A visitor's browser is asked for a passkey."""

    def asked():
        with visitor() as work:
            return begin_passkey_sign_in(work, HERE)

    return asked


def registered(open_work, name: str = "My laptop", key: SoftwareKey | None = None, *, token: str = "") -> SoftwareKey:
    key = key or SoftwareKey()
    with open_work() as work:
        step, options = begin_registration(work, HERE)
    with open_work() as work:
        register_passkey(work, HERE, step, name, key.makes(options), token=token)
    return key


def test_a_passkey_is_a_second_factor_and_has_a_name(as_ada, key, user_now):
    with as_ada()() as work:
        [kept] = passkeys(work)
    assert (kept.name, kept.last_used_at) == ("My laptop", None)
    assert user_now().second_factor_since is not None


def test_a_passkey_alone_lets_in(visitor, ada, key, asked, whoever_holds, as_ada):
    step, options = asked()

    came_in = sign_in_with_passkey(visitor, HERE, step, key.signs(options), device="Firefox")

    assert options["userVerification"] == "required"
    assert whoever_holds(came_in.token).user_id == ada.id
    with as_ada()() as work:
        assert passkeys(work)[0].last_used_at == work.now
        assert [(line.ok, line.how) for line in history(work)] == [(True, "passkey")]


def test_a_passkey_is_the_second_step_after_the_password(visitor, ada, key, whoever_holds):
    step = half_way(visitor, ada)
    with visitor() as work:
        options = begin_passkey_step(work, HERE, step)

    came_in = finish_with_passkey(visitor, HERE, step, key.signs(options, verified=False))

    assert [each["id"] for each in options["allowCredentials"]] == [key.signs(options)["id"]]
    assert whoever_holds(came_in.token).user_id == ada.id
    with pytest.raises(StepOver):
        finish_with_passkey(visitor, HERE, step, key.signs(options))


def test_a_passkey_confirms_that_it_is_still_them(visitor, ada, as_ada, key, clock, whoever_holds):
    with visitor() as work:
        token = begin_session(work, work.session.get_one(User, ada.id)).token
    clock.move(CONFIRMED_FOR)
    with as_ada(confirmed=False)() as work:
        step, options = begin_passkey_confirmation(work, HERE)

    renewed = confirm_with_passkey(as_ada(confirmed=False), HERE, step, key.signs(options), token=token)

    assert whoever_holds(renewed).confirmed
    assert whoever_holds(token) == ANONYMOUS


@pytest.mark.parametrize(
    ("lie", "place"),
    [
        ({"verified": False}, HERE),
        ({"origin": "http://evil.example"}, HERE),
        ({}, Site("evil.example", "http://localhost")),
    ],
    ids=["nobody showed that it was them", "signed on another site", "made for another host"],
)
def test_what_was_not_signed_here_by_them_lets_nobody_in(visitor, key, asked, lie, place):
    step, options = asked()

    with pytest.raises(Invalid, match="do not know this passkey"):
        sign_in_with_passkey(visitor, place, step, key.signs(options, **lie))


def test_a_key_that_nobody_knows_and_one_that_lies_sound_the_same(visitor, key, asked, ada):
    said = set()
    for stranger in (SoftwareKey(), with_id_of(key)):
        step, options = asked()
        with pytest.raises(Invalid) as refusal:
            sign_in_with_passkey(visitor, HERE, step, stranger.signs(options))
        said.add((type(refusal.value), refusal.value.message))

    assert len(said) == 1


def test_a_challenge_is_answered_once(visitor, key, asked):
    step, options = asked()
    signed = key.signs(options)
    sign_in_with_passkey(visitor, HERE, step, signed)

    with pytest.raises(StepOver):
        sign_in_with_passkey(visitor, HERE, step, signed)
    another, _ = asked()
    with pytest.raises(Invalid, match="do not know"):
        sign_in_with_passkey(visitor, HERE, another, signed)


def test_a_wrong_answer_uses_the_challenge_up(visitor, ada, key):
    step = half_way(visitor, ada)
    with visitor() as work:
        options = begin_passkey_step(work, HERE, step)
    with pytest.raises(Invalid):
        finish_with_passkey(visitor, HERE, step, with_id_of(key).signs(options))

    with pytest.raises(Invalid):
        finish_with_passkey(visitor, HERE, step, key.signs(options))
    with visitor() as work:
        options = begin_passkey_step(work, HERE, step)
    assert isinstance(finish_with_passkey(visitor, HERE, step, key.signs(options)), SignedIn)


def test_a_copied_key_is_noticed_by_its_counter(visitor, key, asked):
    for counts in (True, False):
        step, options = asked()
        signed = key.signs(options, counts=counts)
        if counts:
            sign_in_with_passkey(visitor, HERE, step, signed)
        else:
            with pytest.raises(Invalid):
                sign_in_with_passkey(visitor, HERE, step, signed)


def test_a_key_that_never_counts_lets_in_again_and_again(visitor, key, asked):
    for _ in range(2):
        step, options = asked()
        assert isinstance(sign_in_with_passkey(visitor, HERE, step, key.signs(options, counts=False)), SignedIn)


def test_a_step_of_one_kind_is_good_for_no_other(visitor, ada, key, asked, as_ada):
    half = half_way(visitor, ada)
    alone, options = asked()

    with pytest.raises(StepOver):
        sign_in_with_passkey(visitor, HERE, half, key.signs(options))
    with pytest.raises(StepOver):
        finish_with_passkey(visitor, HERE, alone, key.signs(options))
    with as_ada()() as work, pytest.raises(StepOver):
        register_passkey(work, HERE, alone, "x", SoftwareKey().signs(options), token="")


@pytest.mark.parametrize("sent", [{}, {"id": 7}, {"id": "x", "response": "y"}, {"id": "\x00"}, {"id": "x" * 2000}])
def test_nonsense_is_no_passkey(visitor, as_ada, asked, sent):
    step, _ = asked()
    with pytest.raises(Invalid, match="do not know"):
        sign_in_with_passkey(visitor, HERE, step, sent)

    with as_ada()() as work:
        step, _ = begin_registration(work, HERE)
    with as_ada()() as work, pytest.raises(Invalid, match="did not work"):
        register_passkey(work, HERE, step, "x", sent, token="")


def test_the_same_key_is_registered_once(as_ada, key):
    with pytest.raises(Invalid, match="registered already"):
        registered(as_ada(), key=key)


def test_renaming_and_removing_need_a_confirmed_session_and_ones_own_key(database, visitor, as_ada, key, user_now):
    with as_ada()() as work:
        [kept] = passkeys(work)
    eve = a_stranger(database, visitor)

    for change in (
        lambda work: rename_passkey(work, kept.id, "Stolen"),
        lambda work: remove_passkey(work, kept.id, token=""),
    ):
        with as_ada(confirmed=False)() as work, pytest.raises(NotConfirmed):
            change(work)
        with eve() as work, pytest.raises(NotFound):
            change(work)
    with as_ada(confirmed=False)() as work, pytest.raises(NotConfirmed):
        begin_registration(work, HERE)
    with as_ada()() as work:
        rename_passkey(work, kept.id, "  Old   laptop ")
    with as_ada()() as work:
        assert passkeys(work)[0].name == "Old laptop"
        remove_passkey(work, kept.id, token="")
    assert user_now().second_factor_since is None


def test_the_only_way_in_is_not_removed(as_ada, key, visitor, ada):
    with visitor() as work:
        work.session.get_one(User, ada.id).password_hash = ""

    with as_ada()() as work, pytest.raises(Invalid, match="only way"):
        remove_passkey(work, passkeys(work)[0].id, token="")


def test_a_new_passkey_ends_all_sessions_but_the_one_it_was_made_in(visitor, ada, as_ada, whoever_holds):
    with visitor() as work:
        here, there = (begin_session(work, work.session.get_one(User, ada.id)).token for _ in range(2))

    registered(as_ada(), token=here)

    assert whoever_holds(here).user_id == ada.id
    assert whoever_holds(there) == ANONYMOUS


def test_a_suspended_person_is_known_by_no_passkey(visitor, ada, key, asked):
    with visitor() as work:
        work.session.get_one(User, ada.id).suspended_at = work.now
    step, options = asked()

    with pytest.raises(Invalid, match="do not know"):
        sign_in_with_passkey(visitor, HERE, step, key.signs(options))


def test_one_address_cannot_ask_for_challenges_without_end(visitor):
    for _ in range(TRIES_PER_ADDRESS):
        with visitor() as work:
            begin_passkey_sign_in(work, HERE, address="203.0.113.9")

    with visitor() as work, pytest.raises(TooMany):
        begin_passkey_sign_in(work, HERE, address="203.0.113.9")
    with visitor() as work:
        begin_passkey_sign_in(work, HERE, address="198.51.100.7")


def half_way(visitor, ada) -> str:
    step = sign_in(visitor, ada.email, PASSWORD)
    assert isinstance(step, HalfWay)
    return step.token


def with_id_of(key: SoftwareKey) -> SoftwareKey:
    """Another key that claims to be this one."""
    impostor = SoftwareKey()
    impostor.id, impostor.owner, impostor.count = key.id, key.owner, key.count
    return impostor


def a_stranger(database, visitor):
    user = sign_up(visitor, NewPerson("Eve Lang", "eve@example.com", PASSWORD, "IE", "EUR"), OFFERED)
    with visitor() as work:
        return database.opener(actor_for(work, user.id, confirmed=True))
