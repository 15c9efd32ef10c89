from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for, actor_of_key
from ezscale.accounts.api_tokens import create_token, revoke_token, tokens
from ezscale.accounts.permissions import SEE_BILLING, USE_SERVICES
from ezscale.accounts.signing_up import sign_up
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, NotFound, NotSignedIn
from ezscale.models import ApiToken, Customer
from tests.accounts.conftest import ADA


@pytest.fixture
def as_person(database):
    @contextmanager
    def as_person(user):
        with database.opener(ANONYMOUS)() as work:
            actor = actor_for(work, user.id, confirmed=True)
        with database.opener(actor)() as work:
            yield work

    return as_person


def test_a_token_acts_as_its_owner_and_is_kept_only_as_a_fingerprint(visitor, ada, as_person):
    with as_person(ada) as work:
        token, text = create_token(work, " deploy ")
        owner = work.actor

    with visitor() as work:
        actor = actor_of_key(work, text)
        stored = work.session.get_one(ApiToken, token.id)
    assert (actor.user_id, actor.customer_id, actor.permissions) == (ada.id, owner.customer_id, owner.permissions)
    assert not actor.confirmed  # a program never sees a root password
    assert (stored.name, text.startswith(stored.prefix)) == ("deploy", True)
    assert text not in stored.model_dump_json()


def test_a_revoked_token_stops_working_at_once(visitor, ada, as_person):
    with as_person(ada) as work:
        token, text = create_token(work, "deploy")
    with as_person(ada) as work:
        revoke_token(work, token.id)

    with visitor() as work:
        assert actor_of_key(work, text) == ANONYMOUS
    with as_person(ada) as work:
        assert tokens(work) == []


@pytest.mark.parametrize("text", ["", "ezs_unknown", "unknown"])
def test_an_unknown_token_is_nobodys(visitor, text):
    with visitor() as work:
        assert actor_of_key(work, text) == ANONYMOUS


def test_a_token_of_a_suspended_customer_keeps_only_what_paying_needs(visitor, ada, as_person):
    with as_person(ada) as work:
        _, text = create_token(work, "deploy")
    with visitor() as work:
        work.session.exec(select(Customer)).one().suspended_at = work.now

    with visitor() as work:
        actor = actor_of_key(work, text)
    assert actor.may(SEE_BILLING)
    assert not actor.may(USE_SERVICES)


def test_nobody_sees_or_revokes_anothers_token(visitor, ada, as_person):
    with as_person(ada) as work:
        token, _ = create_token(work, "deploy")
    eve = sign_up(visitor, replace(ADA, name="Eve", email="eve@example.com"))

    with as_person(eve) as work:
        assert tokens(work) == []
        with pytest.raises(NotFound):
            revoke_token(work, token.id)
    with visitor() as work, pytest.raises(NotSignedIn):
        create_token(work, "deploy")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81], ids=["empty", "blank", "endless"])
def test_a_token_needs_a_name(ada, as_person, name):
    with as_person(ada) as work, pytest.raises(Invalid) as refusal:
        create_token(work, name)

    assert refusal.value.field == "name"
