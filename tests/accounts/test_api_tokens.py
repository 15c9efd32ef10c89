from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for, actor_of_key
from ezscale.accounts.api_tokens import (
    create_token,
    is_use_to_note,
    note_use,
    rename_token,
    revoke_token,
    revoke_tokens,
    rotate_token,
    tokens,
)
from ezscale.accounts.permissions import MANAGE_PEOPLE, MEMBER_PERMISSIONS, SEE_BILLING, SEE_SERVICES, USE_SERVICES
from ezscale.accounts.scopes import GRANTABLE, scopes_of
from ezscale.accounts.signing_up import sign_up
from ezscale.accounts.staff import add_staff
from ezscale.kit.actor import ANONYMOUS, ActorKind, robot
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.models import ApiToken, Customer, Membership, User
from ezscale.models.customer import MemberRole
from tests.accounts.conftest import ADA
from tests.builders import OFFERED


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
    eve = sign_up(visitor, replace(ADA, name="Eve", email="eve@example.com"), OFFERED)

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


def behind(visitor, text):
    with visitor() as work:
        return actor_of_key(work, text)


def joins(visitor, user: User, owner: User, role: MemberRole) -> UUID:
    """Somebody belongs to the owner's customer too, and to no other."""
    with visitor() as work:
        customer_id = actor_for(work, owner.id).own_customer()
        work.session.delete(work.session.exec(select(Membership).where(Membership.user_id == user.id)).one())
        work.session.add(Membership(user_id=user.id, customer_id=customer_id, role=role, created_at=work.now))
    return customer_id


@pytest.fixture
def tom(visitor, ada):
    """Somebody technical of Ada's."""
    tom = sign_up(visitor, replace(ADA, name="Tom", email="tom@example.com"), OFFERED)
    joins(visitor, tom, ada, MemberRole.TECHNICAL)
    return tom


def test_a_token_may_do_what_was_chosen_for_it_and_no_more(visitor, ada, as_person):
    with as_person(ada) as work:
        _, text = create_token(work, "monitor", [SEE_SERVICES])

    assert behind(visitor, text).permissions == {SEE_SERVICES}


@pytest.mark.parametrize(
    ("chosen", "refusal"),
    [([], Invalid), (["no.such"], Invalid), ([MANAGE_PEOPLE], Invalid), ([SEE_BILLING], NotAllowed)],
    ids=["nothing", "unknown", "what needs proof", "what its maker lacks"],
)
def test_nobody_makes_a_token_that_may_do_more_than_they_may(tom, as_person, chosen, refusal):
    with as_person(tom) as work, pytest.raises(refusal):
        create_token(work, "greedy", chosen)


def test_what_can_be_chosen_is_what_the_maker_may_do(ada, tom, as_person):
    with as_person(ada) as work:
        offered = {scope.permission for group in scopes_of(work.actor).values() for scope in group}
    with as_person(tom) as work:
        toms = {name: [scope.permission for scope in group] for name, group in scopes_of(work.actor).items()}

    assert offered == MEMBER_PERMISSIONS[MemberRole.OWNER] & GRANTABLE
    assert toms == {"Servers": [SEE_SERVICES, USE_SERVICES]}


def test_a_role_that_shrinks_takes_from_the_tokens_at_once(visitor, tom, as_person):
    with as_person(tom) as work:
        _, text = create_token(work, "script", [SEE_SERVICES, USE_SERVICES])
    with visitor() as work:
        own = select(Membership).where(Membership.user_id == tom.id)
        work.session.exec(own).one().take_role(MemberRole.READ_ONLY)

    assert behind(visitor, text).permissions == {SEE_SERVICES}


def test_a_customers_token_acts_as_the_customer_and_outlives_its_maker(visitor, ada, as_person):
    with as_person(ada) as work:
        _, text = create_token(work, "shop", [SEE_SERVICES], for_customer=True)
        customer_id = work.actor.customer_id
    with visitor() as work:
        work.session.get_one(User, ada.id).suspended_at = work.now

    actor = behind(visitor, text)
    assert (actor.kind, actor.user_id, actor.customer_id) == (ActorKind.TOKEN, None, customer_id)
    assert (actor.permissions, actor.confirmed) == ({SEE_SERVICES}, False)


def test_a_customers_token_is_made_and_seen_by_owners_alone(ada, tom, as_person):
    with as_person(tom) as work, pytest.raises(NotAllowed):
        create_token(work, "shop", [SEE_SERVICES], for_customer=True)
    with as_person(ada) as work:
        common, _ = create_token(work, "shop", [SEE_SERVICES], for_customer=True)
        create_token(work, "Ada's own", [SEE_SERVICES])
    with as_person(tom) as work:
        create_token(work, "Tom's own", [SEE_SERVICES])

    with as_person(ada) as work:
        assert [token.name for token in tokens(work)] == ["Ada's own", "shop"]
    with as_person(tom) as work:
        assert [token.name for token in tokens(work)] == ["Tom's own"]
        with pytest.raises(NotFound):
            revoke_token(work, common.id)


def test_tokens_for_another_customer_are_not_mixed_in(visitor, ada, as_person, database):
    with as_person(ada) as work:
        own, _ = create_token(work, "own", [SEE_SERVICES])
    eve = sign_up(visitor, replace(ADA, name="Eve", email="eve@example.com"), OFFERED)
    with visitor() as work:
        elsewhere = actor_for(work, eve.id).own_customer()
        work.session.add(
            Membership(user_id=ada.id, customer_id=elsewhere, role=MemberRole.READ_ONLY, created_at=work.now)
        )
    with visitor() as work:
        there = actor_for(work, ada.id, customer_id=elsewhere, confirmed=True)

    with database.opener(there)() as work:
        assert tokens(work) == []
        with pytest.raises(NotFound):
            revoke_token(work, own.id)


def test_a_person_who_is_suspended_or_gone_has_no_token_any_more(visitor, tom, as_person):
    with as_person(tom) as work:
        _, text = create_token(work, "script", [SEE_SERVICES])
    with visitor() as work:
        work.session.get_one(User, tom.id).suspended_at = work.now
    assert behind(visitor, text) == ANONYMOUS

    with visitor() as work:
        work.session.get_one(User, tom.id).suspended_at = None
        revoke_tokens(work, tom.id)
    assert behind(visitor, text) == ANONYMOUS


@pytest.mark.parametrize("days", [30, 90, 365])
def test_a_token_runs_out_on_its_day(visitor, clock, ada, as_person, days):
    with as_person(ada) as work:
        _, text = create_token(work, "short", [SEE_SERVICES], lasts=days)
    clock.move(timedelta(days=days) - timedelta(seconds=1))
    assert behind(visitor, text).user_id == ada.id

    clock.move(timedelta(seconds=1))

    assert behind(visitor, text) == ANONYMOUS
    with as_person(ada) as work:
        assert tokens(work) == []


def test_a_life_that_is_not_on_the_list_is_refused(ada, as_person):
    with as_person(ada) as work, pytest.raises(Invalid) as refusal:
        create_token(work, "long", [SEE_SERVICES], lasts=3650)

    assert refusal.value.field == "lasts"


def test_a_new_text_takes_over_while_the_old_one_works_a_day_longer(visitor, clock, ada, as_person):
    with as_person(ada) as work:
        old, old_text = create_token(work, "deploy", [SEE_SERVICES], lasts=90)
    clock.move(timedelta(days=10))

    with as_person(ada) as work:
        fresh, text = rotate_token(work, old.id)

    assert behind(visitor, old_text) == behind(visitor, text) != ANONYMOUS
    assert (fresh.name, fresh.scopes, fresh.expires_at) == ("deploy", [SEE_SERVICES], clock.now + timedelta(days=90))
    clock.move(timedelta(hours=24))
    assert behind(visitor, old_text) == ANONYMOUS
    assert behind(visitor, text).user_id == ada.id


def test_the_old_text_never_works_longer_than_it_would_have(visitor, clock, ada, as_person):
    with as_person(ada) as work:
        old, old_text = create_token(work, "deploy", [SEE_SERVICES], lasts=30)
    clock.move(timedelta(days=29, hours=20))
    with as_person(ada) as work:
        rotate_token(work, old.id, 168)

    clock.move(timedelta(hours=4))

    assert behind(visitor, old_text) == ANONYMOUS


def test_a_token_is_replaced_once(ada, as_person):
    with as_person(ada) as work:
        old, _ = create_token(work, "deploy", [SEE_SERVICES])
        rotate_token(work, old.id)

    with as_person(ada) as work, pytest.raises(BusinessError, match="newer token"):
        rotate_token(work, old.id)
    with as_person(ada) as work, pytest.raises(Invalid):
        rotate_token(work, tokens(work)[0].id, 10_000)


def test_a_token_is_renamed(ada, as_person):
    with as_person(ada) as work:
        token, _ = create_token(work, "deploy", [SEE_SERVICES])
    with as_person(ada) as work:
        rename_token(work, token.id, " Backup ")

    with as_person(ada) as work:
        assert [each.name for each in tokens(work)] == ["Backup"]
        with pytest.raises(Invalid):
            rename_token(work, token.id, " ")


def test_making_a_token_needs_ones_own_proof_and_ones_own_hands(database, ada, as_person):
    with as_person(ada) as work:
        token, _ = create_token(work, "deploy", [SEE_SERVICES])
        owner = work.actor
    deeds = (lambda work: create_token(work, "new", [SEE_SERVICES]), lambda work: rotate_token(work, token.id))

    for deed in deeds:
        with database.opener(replace(owner, confirmed=False))() as work, pytest.raises(NotConfirmed):
            deed(work)
    changes = (lambda work: revoke_token(work, token.id), lambda work: rename_token(work, token.id, "x"))
    for touched in (*deeds, *changes):
        with database.opener(replace(owner, behind_id=new_id()))() as work, pytest.raises(NotAllowed):
            touched(work)


def test_staff_have_tokens_of_their_own(database, visitor):
    with database.opener(robot("command line"))() as work:
        grace = add_staff(work, "Grace Hall", "grace@example.com", "plum orchard lantern 42")
    with visitor() as work:
        actor = actor_for(work, grace.id, confirmed=True)
    with database.opener(actor)() as work:
        _, text = create_token(work, "report", ["staff.see"], lasts=90)
        with pytest.raises(NotAllowed):
            create_token(work, "shop", ["staff.see"], for_customer=True)

    program = behind(visitor, text)
    assert (program.kind, program.permissions) == (ActorKind.STAFF, {"staff.see"})


@pytest.mark.all_databases
def test_the_last_use_is_noted_once_a_minute(visitor, clock, ada, as_person):
    with as_person(ada) as work:
        token, text = create_token(work, "deploy", [SEE_SERVICES])
    seen = []

    for seconds in (0, 59, 1, 30):
        clock.move(timedelta(seconds=seconds))
        with visitor() as work:
            worth_it = is_use_to_note(work, text)
            note_use(work, text)
        with visitor() as work:
            seen.append((worth_it, work.session.get_one(ApiToken, token.id).last_used_at == clock.now))

    assert seen == [(True, True), (False, False), (True, True), (False, False)]
