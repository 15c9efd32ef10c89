from datetime import timedelta

import pytest
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlmodel import select

from ezscale.accounts.lockouts import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, WINDOW, count_try
from ezscale.accounts.passwords import check_password
from ezscale.accounts.signing_in import (
    SESSION_LASTS,
    confirm_password,
    end_sessions,
    sign_in,
    sign_out,
    take_sessions_along,
)
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, TooMany
from ezscale.models import LoginSession, User
from ezscale.models.sign_in import CONFIRMED_FOR

RIGHT, WRONG = "plum orchard lantern 42", "plum orchard lantern 43"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def test_the_right_password_gives_a_session_that_lasts_two_weeks(visitor, ada, clock, whoever_holds):
    signed_in = sign_in(visitor, "ADA@example.com", RIGHT, address=HOME, device="Firefox")

    actor = whoever_holds(signed_in.token)
    clock.move(SESSION_LASTS - timedelta(seconds=1))
    late = whoever_holds(signed_in.token)
    clock.move(timedelta(seconds=1))
    assert (actor.user_id, actor.name, actor.customer_id is not None) == (ada.id, "Ada Moreno", True)
    assert late.user_id == ada.id
    assert whoever_holds(signed_in.token) == ANONYMOUS


def test_whoever_sits_in_the_time_machine_stays_signed_in(visitor, ada, clock, whoever_holds):
    a_year = timedelta(days=365)
    long_over = sign_in(visitor, ada.email, RIGHT)
    clock.move(SESSION_LASTS)
    signed_in = sign_in(visitor, ada.email, RIGHT)

    with visitor() as work:
        take_sessions_along(work, a_year)
    clock.move(a_year + SESSION_LASTS - timedelta(seconds=1))

    assert whoever_holds(signed_in.token).user_id == ada.id
    assert whoever_holds(long_over.token) == ANONYMOUS


def test_the_cookies_secret_is_not_in_the_database(visitor, ada):
    token = sign_in(visitor, ada.email, RIGHT).token

    with visitor() as work:
        session = work.session.exec(select(LoginSession)).one()
    assert token not in session.model_dump_json()


def test_a_wrong_password_an_unknown_address_and_nonsense_sound_the_same(visitor, ada):
    said = set()
    for email, password in ((ada.email, WRONG), ("nobody@example.com", RIGHT), ("no address", RIGHT), (ada.email, "")):
        with pytest.raises(Invalid) as refusal:
            sign_in(visitor, email, password)
        said.add((refusal.value.message, refusal.value.field))

    assert len(said) == 1


def test_ten_wrong_tries_lock_the_guesser_out_and_not_the_owner(visitor, ada, clock, whoever_holds):
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(Invalid):
            sign_in(visitor, ada.email, WRONG, address=ELSEWHERE)

    with pytest.raises(TooMany):
        sign_in(visitor, ada.email, RIGHT, address=ELSEWHERE)
    owner = sign_in(visitor, ada.email, RIGHT, address=HOME)

    assert whoever_holds(owner.token).user_id == ada.id
    clock.move(WINDOW)
    assert sign_in(visitor, ada.email, RIGHT, address=ELSEWHERE).user_id == ada.id


def test_coming_in_forgives_earlier_slips(visitor, ada):
    for _ in range(2):
        for _ in range(TRIES_PER_ACCOUNT - 1):
            with pytest.raises(Invalid):
                sign_in(visitor, ada.email, WRONG, address=HOME)
        assert sign_in(visitor, ada.email, RIGHT, address=HOME).user_id == ada.id


def test_one_address_cannot_try_many_accounts(visitor):
    with visitor() as work:
        for number in range(TRIES_PER_ADDRESS):
            count_try(work, "sign-in", f"guess{number}@example.com", ELSEWHERE)

    with pytest.raises(TooMany):
        sign_in(visitor, "another@example.com", "", address=ELSEWHERE)


def test_an_old_bcrypt_hash_lets_in_and_is_renewed(visitor, ada):
    with visitor() as work:
        work.session.get_one(User, ada.id).password_hash = BcryptHasher(rounds=4).hash(RIGHT)

    sign_in(visitor, ada.email, RIGHT)

    with visitor() as work:
        renewed = work.session.get_one(User, ada.id).password_hash
    assert renewed.startswith("$argon2id$")
    assert check_password(RIGHT, renewed) == (True, None)


@pytest.mark.parametrize("length", [71, 72, 73, 200])
def test_an_old_hash_of_a_long_password_is_renewed_for_the_whole_of_it(length):
    password, old = "x" * length, BcryptHasher(rounds=4).hash("x" * min(length, 72))

    right, renewed = check_password(password, old)

    assert right
    assert check_password(password, renewed) == (True, None)
    assert check_password(password[:-1], renewed) == (False, None)
    assert check_password("y" * length, old) == (False, None)


def test_a_suspended_person_is_nobody_at_once(visitor, ada, whoever_holds):
    token = sign_in(visitor, ada.email, RIGHT).token

    with visitor() as work:
        work.session.get_one(User, ada.id).suspended_at = work.now

    assert whoever_holds(token) == ANONYMOUS
    with pytest.raises(Invalid, match="do not belong together"):
        sign_in(visitor, ada.email, RIGHT)


def test_signing_out_ends_this_session_and_no_other(visitor, ada, whoever_holds):
    here, there = (sign_in(visitor, ada.email, RIGHT).token for _ in range(2))

    with visitor() as work:
        sign_out(work, here)
        sign_out(work, "a token nobody knows")

    assert whoever_holds(here) == ANONYMOUS
    assert whoever_holds(there).user_id == ada.id


def test_all_other_sessions_can_be_ended(visitor, ada, whoever_holds):
    here, there = (sign_in(visitor, ada.email, RIGHT).token for _ in range(2))

    with visitor() as work:
        end_sessions(work, ada.id, except_token=here)

    assert whoever_holds(here).user_id == ada.id
    assert whoever_holds(there) == ANONYMOUS


def test_a_person_is_confirmed_for_a_quarter_of_an_hour_after_entering_the_password(visitor, ada, clock, whoever_holds):
    token = sign_in(visitor, ada.email, RIGHT).token
    clock.move(CONFIRMED_FOR)
    assert not whoever_holds(token).confirmed

    with pytest.raises(Invalid, match="not your password"):
        confirm_password(visitor, token, WRONG)
    assert not whoever_holds(token).confirmed

    renewed = confirm_password(visitor, token, RIGHT)
    assert whoever_holds(renewed).confirmed


def test_confirming_gives_the_session_a_new_secret_and_the_old_one_opens_nothing(visitor, ada, whoever_holds):
    token = sign_in(visitor, ada.email, RIGHT).token

    renewed = confirm_password(visitor, token, RIGHT)

    assert whoever_holds(token) == ANONYMOUS
    assert whoever_holds(renewed).user_id == ada.id
    with visitor() as work:
        assert len(work.session.exec(select(LoginSession)).all()) == 1


def test_nobody_is_confirmed_without_a_session(visitor, ada):
    with pytest.raises(Invalid, match="not your password"):
        confirm_password(visitor, "a token nobody knows", RIGHT)
