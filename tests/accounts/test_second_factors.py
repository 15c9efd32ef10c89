"""Apps, recovery codes, and the second step of signing in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from pyotp import TOTP, random_base32
from sqlmodel import col, select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.authenticators import (
    INTERVAL,
    authenticators,
    begin_pairing,
    finish_pairing,
    matching_step,
    remove_authenticator,
)
from ezscale.accounts.history import history
from ezscale.accounts.lockouts import TRIES_PER_ACCOUNT
from ezscale.accounts.recovery import HOW_MANY, codes_left, use_recovery_code
from ezscale.accounts.second_factors import renew_recovery_codes, reset_second_factor
from ezscale.accounts.second_step import finish_with_code
from ezscale.accounts.signing_in import HalfWay, SignedIn, begin_session, sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.accounts.steps import STEP_LASTS, StepOver
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.audit import AuditEntry
from ezscale.kit.clock import world_now
from ezscale.kit.encryption import CannotDecrypt
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound, TooMany
from ezscale.models import Authenticator, LoginSession, RecoveryCode, SignIn, User
from tests.builders import NOW, OFFERED

PASSWORD = "plum orchard lantern 42"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def half_way(visitor, ada):
    """The password was right."""

    def half_way() -> str:
        step = sign_in(visitor, ada.email, PASSWORD, address=HOME)
        assert isinstance(step, HalfWay)
        return step.token

    return half_way


@pytest.fixture
def user_now(visitor, ada):
    def user_now() -> User:
        with visitor() as work:
            return work.session.get_one(User, ada.id)

    return user_now


@pytest.mark.parametrize(("offset", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_right_for_its_half_minute_and_the_neighbouring_ones(offset, fits):
    secret, present = random_base32(), int(NOW.timestamp()) // INTERVAL

    step = matching_step(secret, TOTP(secret).at(NOW, counter_offset=offset), NOW)

    assert step == (present + offset if fits else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "000 000"])
def test_what_is_no_code_fits_nothing(code):
    assert matching_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code, NOW) is None


def test_an_app_counts_only_after_it_has_shown_a_right_code(as_ada, vault, user_now):
    with as_ada()() as work:
        begun = begin_pairing(work, vault)
    wrong = TOTP(random_base32()).at(world_now())

    with as_ada()() as work, pytest.raises(Invalid) as refusal:
        finish_pairing(work, vault, begun.authenticator_id, "My phone", wrong, token="")

    with as_ada()() as work:
        assert authenticators(work) == []
    assert refusal.value.field == "code"
    assert user_now().second_factor_since is None


def test_the_first_app_brings_ten_recovery_codes_and_the_second_none(as_ada, pairs, user_now):
    first, second = pairs("My phone"), pairs("My tablet")

    with as_ada()() as work:
        names, left = [app.name for app in authenticators(work)], codes_left(work)
    assert (len(set(first.codes)), second.codes, left) == (HOW_MANY, [], HOW_MANY)
    assert names == ["My phone", "My tablet"]
    assert user_now().second_factor_since is not None


def test_secrets_of_apps_and_recovery_codes_stand_nowhere_in_clear(visitor, pairs):
    paired = pairs()

    with visitor() as work:
        tables = (Authenticator, RecoveryCode, AuditEntry)
        stored = " ".join(row.model_dump_json() for table in tables for row in work.session.exec(select(table)))
    assert not [secret for secret in (paired.app.secret, *paired.codes) if secret in stored]
    assert not [code for code in paired.codes if code.replace("-", "") in stored]


def test_a_secret_that_was_moved_to_another_row_does_not_open(visitor, pairs, half_way, vault):
    pairs("My phone")
    paired = pairs("My tablet")
    with visitor() as work:
        phone, tablet = work.session.exec(select(Authenticator).order_by(col(Authenticator.id)))
        phone.secret = tablet.secret

    with pytest.raises(CannotDecrypt):
        finish_with_code(visitor, vault, half_way(), paired.shows())


def test_whoever_has_not_confirmed_for_a_while_changes_nothing(as_ada, vault, pairs):
    paired = pairs()

    for change in (
        lambda work: begin_pairing(work, vault),
        lambda work: finish_pairing(work, vault, paired.id, "x", "123456", token=""),
        lambda work: remove_authenticator(work, paired.id, token=""),
        lambda work: renew_recovery_codes(work, token=""),
    ):
        with as_ada(confirmed=False)() as work, pytest.raises(NotConfirmed):
            change(work)


def test_a_colleague_who_acts_as_somebody_neither_sees_nor_changes_how_they_sign_in(database, visitor, ada, vault):
    with visitor() as work:
        acting = replace(actor_for(work, ada.id, confirmed=True), behind_id=ada.id, behind_name="Grace")

    for use_case in (authenticators, codes_left, history, lambda work: begin_pairing(work, vault)):
        with database.opener(acting)() as work, pytest.raises(NotAllowed):
            use_case(work)


def test_an_app_of_somebody_else_does_not_exist(database, visitor, as_ada, pairs):
    paired = pairs()
    eve = a_stranger(database, visitor)

    with database.opener(eve)() as work, pytest.raises(NotFound):
        remove_authenticator(work, paired.id, token="")


def test_with_the_last_factor_the_recovery_codes_go_and_the_password_is_enough(visitor, ada, as_ada, pairs, user_now):
    paired = pairs()

    with as_ada()() as work:
        remove_authenticator(work, paired.id, token="")

    assert user_now().second_factor_since is None
    with as_ada()() as work:
        assert codes_left(work) == 0
    assert isinstance(sign_in(visitor, ada.email, PASSWORD), SignedIn)


@pytest.mark.parametrize("change", ["add", "remove", "renew"])
def test_a_change_ends_all_sessions_but_the_one_it_was_made_in(visitor, ada, as_ada, pairs, whoever_holds, change):
    first = pairs("First")
    here, there = session_of(visitor, ada), session_of(visitor, ada)

    if change == "add":
        pairs("Second", token=here)
    with as_ada()() as work:
        if change == "remove":
            remove_authenticator(work, first.id, token=here)
        if change == "renew":
            renew_recovery_codes(work, token=here)

    assert whoever_holds(here).user_id == ada.id
    assert whoever_holds(there) == ANONYMOUS


def test_half_way_in_is_not_in(half_way, pairs, whoever_holds, visitor):
    pairs()

    step = half_way()

    assert whoever_holds(step) == ANONYMOUS
    with visitor() as work:
        assert work.session.exec(select(LoginSession)).all() == []


def test_the_code_of_the_app_lets_in_once(visitor, vault, half_way, pairs, whoever_holds, ada):
    code = pairs().shows()

    came_in = finish_with_code(visitor, vault, half_way(), f" {code[:3]} {code[3:]} ")

    assert whoever_holds(came_in.token).user_id == ada.id
    with pytest.raises(Invalid, match="used already"):
        finish_with_code(visitor, vault, half_way(), code)


def test_a_step_lets_in_once_and_not_for_long(visitor, vault, half_way, pairs, clock):
    codes = pairs().codes
    step = half_way()
    finish_with_code(visitor, vault, step, codes[0])

    with pytest.raises(StepOver):
        finish_with_code(visitor, vault, step, codes[1])
    late = half_way()
    clock.move(STEP_LASTS)
    with pytest.raises(StepOver):
        finish_with_code(visitor, vault, late, codes[1])
    with pytest.raises(StepOver):
        finish_with_code(visitor, vault, "", codes[1])


def test_a_recovery_code_lets_in_once_however_it_is_typed(visitor, vault, half_way, pairs, as_ada):
    first, *_ = pairs().codes

    finish_with_code(visitor, vault, half_way(), first.lower().replace("-", " "))

    with pytest.raises(Invalid, match="used already"):
        finish_with_code(visitor, vault, half_way(), first)
    with as_ada()() as work:
        assert codes_left(work) == HOW_MANY - 1


def test_new_recovery_codes_take_the_place_of_the_old(visitor, vault, half_way, pairs, as_ada):
    old, *_ = pairs().codes

    with as_ada()() as work:
        new, *_ = renew_recovery_codes(work, token="")

    with pytest.raises(Invalid):
        finish_with_code(visitor, vault, half_way(), old)
    finish_with_code(visitor, vault, half_way(), new)


def test_nobody_has_recovery_codes_without_a_second_factor(as_ada):
    with as_ada()() as work, pytest.raises(BusinessError, match="set one up first"):
        renew_recovery_codes(work, token="")


def test_a_recovery_code_of_somebody_else_is_worth_nothing(database, visitor, pairs):
    code = pairs().codes[0]
    eve = a_stranger(database, visitor)

    with visitor() as work:
        assert not use_recovery_code(work, eve.user_id, code)


def test_guessing_codes_is_limited_for_the_guesser_and_not_for_the_owner(visitor, vault, half_way, pairs):
    codes = pairs().codes
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(Invalid, match="not right"):
            finish_with_code(visitor, vault, half_way(), "000000", address=ELSEWHERE)

    with pytest.raises(TooMany):
        finish_with_code(visitor, vault, half_way(), codes[0], address=ELSEWHERE)
    finish_with_code(visitor, vault, half_way(), codes[0], address=HOME)


def test_the_history_tells_who_came_in_and_who_tried(visitor, vault, ada, half_way, pairs, as_ada):
    codes = pairs().codes
    with pytest.raises(Invalid):
        sign_in(visitor, ada.email, "wrong", address=ELSEWHERE, device="curl")
    with pytest.raises(Invalid):
        finish_with_code(visitor, vault, half_way(), "000000", address=ELSEWHERE)
    finish_with_code(visitor, vault, half_way(), codes[0], address=HOME, device="Firefox")

    with as_ada()() as work:
        lines = [(line.ok, line.how, line.address, line.device) for line in history(work)]
    assert lines == [
        (True, "password, recovery code", HOME, "Firefox"),
        (False, "code of an app", ELSEWHERE, ""),
        (False, "password", ELSEWHERE, "curl"),
    ]


def test_a_suspended_person_stays_half_way(visitor, vault, ada, half_way, pairs):
    code, step = pairs().codes[0], half_way()
    with visitor() as work:
        work.session.get_one(User, ada.id).suspended_at = work.now

    with pytest.raises(StepOver):
        finish_with_code(visitor, vault, step, code)


def test_somebody_locked_out_is_helped_by_a_robot_alone(database, visitor, ada, as_ada, pairs, user_now, whoever_holds):
    pairs()
    token = session_of(visitor, ada)
    with as_ada()() as work, pytest.raises(NotAllowed):
        reset_second_factor(work, ada.email)

    with database.opener(robot("command line"))() as work:
        reset_second_factor(work, ada.email)

    assert user_now().second_factor_since is None
    assert isinstance(sign_in(visitor, ada.email, PASSWORD), SignedIn)
    assert whoever_holds(token) == ANONYMOUS


@pytest.mark.all_databases
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_try_the_same_code_at_once_one_comes_in(visitor, vault, half_way, pairs, kind):
    paired = pairs()
    code = paired.shows() if kind == "app" else paired.codes[0]
    steps = [half_way() for _ in range(8)]

    came_in = at_once([partial(finish_with_code, visitor, vault, step, code) for step in steps])

    assert [type(each) for each in came_in].count(SignedIn) == 1
    with visitor() as work:
        assert len(work.session.exec(select(LoginSession)).all()) == 1
        assert len(work.session.exec(select(SignIn).where(SignIn.ok)).all()) == 1


@pytest.mark.all_databases
def test_of_many_codes_for_the_same_step_at_once_one_counts(visitor, vault, half_way, pairs):
    codes, step = pairs().codes, half_way()

    came_in = at_once([partial(finish_with_code, visitor, vault, step, code) for code in codes[:8]])

    assert [type(each) for each in came_in].count(SignedIn) == 1
    with visitor() as work:
        used = [row for row in work.session.exec(select(RecoveryCode)) if row.used_at]
    assert len(used) == 1


def at_once(doings: list[Callable[[], SignedIn]]) -> list[SignedIn | Exception]:
    """What each heard, when all of them began together."""
    gate = Barrier(len(doings))

    def do(doing: Callable[[], SignedIn]) -> SignedIn | Exception:
        gate.wait()
        try:
            return doing()
        except BusinessError as refusal:
            return refusal

    with ThreadPoolExecutor(len(doings)) as crowd:
        return list(crowd.map(do, doings))


def session_of(visitor, user) -> str:
    with visitor() as work:
        return begin_session(work, work.session.get_one(User, user.id)).token


def a_stranger(database, visitor):
    user = sign_up(visitor, NewPerson("Eve Lang", "eve@example.com", PASSWORD, "IE", "EUR"), OFFERED)
    with visitor() as work:
        return actor_for(work, user.id, confirmed=True)
