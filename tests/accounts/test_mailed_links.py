from datetime import timedelta

import pytest

from ezscale.accounts.actors import actor_for, actor_of_key
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.events import PasswordChanged, PasswordResetAsked, UnknownAddressTried
from ezscale.accounts.lockouts import TRIES_PER_ACCOUNT
from ezscale.accounts.mailed_links import ask_for_reset, new_link_secret, reset_password, verify_email
from ezscale.accounts.signing_in import sign_in
from ezscale.kit import outbox
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, TooMany
from ezscale.models import User
from ezscale.models.sign_in import TokenPurpose

OLD, NEW = "plum orchard lantern 42", "quiet violet harbour 7"
VERIFY, RESET = TokenPurpose.VERIFY_EMAIL, TokenPurpose.RESET_PASSWORD


@pytest.fixture
def link(visitor, ada):
    def link(purpose):
        with visitor() as work:
            return new_link_secret(work, ada.id, purpose)

    return link


@pytest.fixture
def told(visitor):
    def told():
        with visitor() as work:
            return [event.name for event in outbox.waiting(work.session)]

    return told


def test_a_mailed_link_proves_the_address_once(visitor, ada, link):
    secret = link(VERIFY)

    with visitor() as work:
        assert verify_email(work, secret).email_verified_at == work.now

    with visitor() as work, pytest.raises(Invalid, match="has been used"):
        verify_email(work, secret)


@pytest.mark.parametrize(("purpose", "lasts"), [(VERIFY, timedelta(days=7)), (RESET, timedelta(hours=1))])
def test_a_link_grows_old(visitor, link, clock, purpose, lasts):
    secret = link(purpose)
    clock.move(lasts)

    with pytest.raises(Invalid, match="too old"):
        use(visitor, secret, purpose)


@pytest.mark.parametrize(("made", "used"), [(VERIFY, RESET), (RESET, VERIFY)])
def test_a_link_is_good_for_its_own_purpose_only(visitor, link, made, used):
    with pytest.raises(Invalid, match="has been used"):
        use(visitor, link(made), used)


def test_a_newer_link_takes_the_place_of_the_older(visitor, ada, link):
    older, newer = link(RESET), link(RESET)

    with pytest.raises(Invalid, match="has been used"):
        reset_password(visitor, older, NEW)

    reset_password(visitor, newer, NEW)
    assert sign_in(visitor, ada.email, NEW).user_id == ada.id


def test_a_new_password_ends_everything_that_the_old_one_opened(visitor, database, ada, link, whoever_holds, told):
    session = sign_in(visitor, ada.email, OLD).token
    with visitor() as work:
        owner = actor_for(work, ada.id, confirmed=True)
    with database.opener(owner)() as work:
        _, token = create_token(work, "deploy")
    secret = link(RESET)

    reset_password(visitor, secret, NEW)

    assert whoever_holds(session) == ANONYMOUS
    with visitor() as work:
        assert actor_of_key(work, token) == ANONYMOUS
        assert work.session.get_one(User, ada.id).email_verified_at == work.now
    with pytest.raises(Invalid, match="do not belong together"):
        sign_in(visitor, ada.email, OLD)
    with pytest.raises(Invalid, match="has been used"):
        reset_password(visitor, secret, "another violet harbour 8")
    assert told()[-1] == PasswordChanged.__name__


def test_a_weak_password_does_not_use_up_the_link(visitor, link):
    secret = link(RESET)

    with pytest.raises(Invalid) as refusal:
        reset_password(visitor, secret, "password123")

    assert refusal.value.field == "password"
    reset_password(visitor, secret, NEW)


def test_resetting_the_password_lifts_the_lock(visitor, ada, link):
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(Invalid):
            sign_in(visitor, ada.email, "forgotten", address="198.51.100.7")
    with pytest.raises(TooMany, match="or reset your password"):
        sign_in(visitor, ada.email, OLD, address="198.51.100.7")

    reset_password(visitor, link(RESET), NEW)

    assert sign_in(visitor, ada.email, NEW, address="198.51.100.7").user_id == ada.id


def test_only_the_owner_of_an_account_is_mailed_and_nobody_learns_who_that_is(visitor, ada, told):
    before = len(told())

    ask_for_reset(visitor, "nobody@example.com")
    ask_for_reset(visitor, " ADA@example.com ")

    assert told()[before:] == [UnknownAddressTried.__name__, PasswordResetAsked.__name__]


def test_a_suspended_person_gets_no_link(visitor, ada, told):
    with visitor() as work:
        work.session.get_one(User, ada.id).suspended_at = work.now

    ask_for_reset(visitor, ada.email)

    assert PasswordResetAsked.__name__ not in told()


def test_nobody_can_flood_a_mailbox_with_links(visitor, ada):
    for _ in range(TRIES_PER_ACCOUNT):
        ask_for_reset(visitor, ada.email, address="198.51.100.7")

    with pytest.raises(TooMany):
        ask_for_reset(visitor, ada.email, address="198.51.100.7")


def use(visitor, secret, purpose):
    if purpose is RESET:
        reset_password(visitor, secret, NEW)
    else:
        with visitor() as work:
            verify_email(work, secret)
