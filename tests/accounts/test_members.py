"""A customer's people: their roles, their going, and the one owner that stays."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from ezscale.accounts.actors import actor_of, actor_of_key
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.customers import people_of
from ezscale.accounts.invitations import accept_invitation
from ezscale.accounts.members import change_role, choose_customer, leave, members, own_customers, remove_member
from ezscale.accounts.permissions import MANAGE_PEOPLE, MEMBER_PERMISSIONS, SEE_SERVICES, USE_SERVICES
from ezscale.accounts.signing_in import begin_session
from ezscale.accounts.staff import add_staff
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import Database
from ezscale.models import ApiToken, Customer, Delegation, Impersonation, Invitation, LoginSession, Membership, User
from ezscale.models.customer import MemberRole
from tests.accounts.races import at_once
from tests.company import PASSWORD, Company, Person

OWNER, BILLING, TECHNICAL, READ_ONLY, DELEGATE = MemberRole


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at: Company) -> Person:
    """The owner of a customer."""
    return at.signs_up("Ada Moreno")


def place_of(person: Person, customer_id: UUID | None = None) -> UUID:
    """Somebody's membership, of the one customer or of this one."""
    with person.at.robot() as work:
        own = select(Membership.id).where(Membership.user_id == person.user.id)
        return work.session.exec(own.where(Membership.customer_id == customer_id) if customer_id else own).one()


def owners_of(at: Company, customer_id: UUID | None) -> int:
    with at.robot() as work:
        owning = select(Membership).where(Membership.customer_id == customer_id, Membership.role == OWNER)
        return len(work.session.exec(owning).all())


def comes_in(person: Person) -> str:
    """A session of theirs."""
    with person.at.robot() as work:
        return begin_session(work, work.session.get_one(User, person.user.id)).token


def behind(at: Company, token: str) -> Actor:
    with at.robot() as work:
        return actor_of(work, token)


def behind_key(at: Company, text: str) -> Actor:
    with at.robot() as work:
        return actor_of_key(work, text)


def test_an_owner_sees_everybody_and_others_see_themselves_alone(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    seen = ada.does(members)
    by_tom = tom.does(members)

    assert [(each.user.name, each.membership.role) for each in seen] == [
        ("Ada Moreno", OWNER),
        ("Tom Technical", TECHNICAL),
    ]
    assert [each.user.name for each in by_tom] == ["Tom Technical"]
    with pytest.raises(NotAllowed):
        tom.does(lambda work: people_of(work, work.actor.own_customer()))


def test_another_role_ends_the_sessions_and_keys_that_the_old_one_had(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    session, (_, key) = comes_in(tom), tom.does(lambda work: create_token(work, "script"))

    ada.does(lambda work: change_role(work, place_of(tom), BILLING))

    assert (behind(at, session), behind_key(at, key)) == (ANONYMOUS, ANONYMOUS)
    assert tom.actor.permissions == MEMBER_PERMISSIONS[BILLING]


def test_whoever_is_removed_is_out_at_once_wherever_they_are_signed_in(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    session, (_, key) = comes_in(tom), tom.does(lambda work: create_token(work, "script"))
    customer_id = ada.actor.customer_id
    with at.robot() as work:
        choose_customer(work, session, customer_id)

    ada.does(lambda work: remove_member(work, place_of(tom)))
    at.works()

    left = behind(at, session)
    assert (left.user_id, left.customer_id, left.permissions) == (tom.user.id, None, frozenset())
    assert behind_key(at, key) == ANONYMOUS
    with at.robot() as work:
        assert work.session.exec(select(LoginSession.customer_id).where(LoginSession.user_id == tom.user.id)).all() == [
            None
        ]
        assert work.session.exec(select(ApiToken).where(ApiToken.user_id == tom.user.id)).one().revoked_at is not None


def test_somebody_who_was_removed_cannot_come_back_by_an_invitation_that_still_waits(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    with at.robot() as work:
        work.session.add(
            Invitation(
                customer_id=ada.actor.customer_id,
                email=tom.user.email,
                role=OWNER,
                token_hash="0" * 64,
                invited_by="Ada",
                invited_at=work.now,
                expires_at=work.now.replace(year=2030),
            )
        )

    ada.does(lambda work: remove_member(work, place_of(tom)))

    with at.robot() as work:
        waiting = select(Invitation).where(
            col(Invitation.withdrawn_at).is_(None), col(Invitation.accepted_at).is_(None)
        )
        assert work.session.exec(waiting).all() == []


@pytest.mark.parametrize(
    "how",
    [
        lambda place: lambda work: remove_member(work, place),
        lambda place: lambda work: change_role(work, place, READ_ONLY),
        lambda _place: leave,
    ],
    ids=["removed", "lowered", "leaving"],
)
def test_the_last_owner_stays(at, ada, how):
    ada.brings_along("Tom Technical", TECHNICAL)

    with pytest.raises(BusinessError, match="last owner"):
        ada.does(how(place_of(ada)))

    assert ada.actor.may(MANAGE_PEOPLE)


def test_an_owner_who_cannot_sign_in_is_no_owner_to_leave_the_customer_to(at, ada):
    olga = ada.brings_along("Olga Owner", OWNER)
    with at.robot() as work:
        work.session.get_one(User, olga.user.id).suspended_at = work.now

    with pytest.raises(BusinessError, match="last owner"):
        ada.does(leave)


@pytest.mark.all_databases
@pytest.mark.parametrize("how", ["each the other", "each themself"])
def test_two_owners_who_go_at_the_same_moment_leave_one_behind(at, ada, how):
    olga = ada.brings_along("Olga Owner", OWNER)
    customer_id, places = ada.actor.customer_id, {"Ada": place_of(ada), "Olga": place_of(olga)}
    ways = {
        "each the other": (
            lambda: ada.does(lambda work: remove_member(work, places["Olga"])),
            lambda: olga.does(lambda work: remove_member(work, places["Ada"])),
        ),
        "each themself": (lambda: ada.does(leave), lambda: olga.does(leave)),
    }

    at_once(ways[how])

    assert owners_of(at, customer_id) == 1


def test_nobody_gives_or_takes_a_role_with_rights_that_they_lack(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    olga = ada.brings_along("Olga Owner", OWNER)
    allowed = frozenset({MANAGE_PEOPLE, SEE_SERVICES, USE_SERVICES})
    limited = at.house.database.opener(replace(ada.actor, permissions=allowed))

    for deed in (
        lambda work: change_role(work, place_of(tom), OWNER),
        lambda work: change_role(work, place_of(olga), READ_ONLY),
        lambda work: remove_member(work, place_of(olga)),
    ):
        with pytest.raises(NotAllowed), limited() as work:
            deed(work)


def test_people_are_changed_only_by_owners_who_have_just_proven_that_it_is_them(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    a_while_later = at.house.database.opener(replace(ada.actor, confirmed=False))

    with pytest.raises(NotAllowed):
        tom.does(lambda work: remove_member(work, place_of(ada)))
    for deed in (
        lambda work: change_role(work, place_of(tom), OWNER),
        lambda work: remove_member(work, place_of(tom)),
        leave,
    ):
        with pytest.raises(NotConfirmed), a_while_later() as work:
            deed(work)


def test_an_owner_who_was_removed_a_moment_ago_changes_nobody_any_more(at, ada):
    olga, tom = ada.brings_along("Olga Owner", OWNER), ada.brings_along("Tom Technical", TECHNICAL)
    olga_before = at.house.database.opener(olga.actor)  # as found out before the other transaction
    ada.does(lambda work: remove_member(work, place_of(olga)))

    with pytest.raises(NotAllowed), olga_before() as work:
        remove_member(work, place_of(tom))


def test_anothers_people_do_not_exist(at, ada):
    eve = at.signs_up("Eve Stranger")

    for deed in (
        lambda work: change_role(work, place_of(ada), READ_ONLY),
        lambda work: remove_member(work, place_of(ada)),
    ):
        with pytest.raises(NotFound):
            eve.does(deed)


def test_a_single_server_is_not_given_by_a_role(ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: change_role(work, place_of(tom), DELEGATE))

    assert refusal.value.field == "role"


def test_a_delegate_who_gets_a_role_needs_no_single_servers_any_more(at, ada):
    service = ada.buys()
    dan = ada.brings_along("Dan Delegate", DELEGATE, service.id)

    ada.does(lambda work: change_role(work, place_of(dan), TECHNICAL))

    assert dan.actor.services is None
    with at.robot() as work:
        assert work.session.exec(select(Delegation)).all() == []


def test_somebody_who_leaves_belongs_to_it_no_more(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    tom.does(leave)

    assert tom.actor.customer_id is None
    assert [each.user.name for each in ada.does(members)] == ["Ada Moreno"]


def test_whoever_belongs_to_several_acts_for_the_one_they_have_chosen(at, ada):
    bob = at.signs_up("Bob Byrne")
    at.proves_address(bob)
    joins(ada, bob, BILLING)
    session, own_id, adas_id = comes_in(bob), bob.actor.customer_id, ada.actor.customer_id

    before = behind(at, session)
    with at.robot() as work:
        choose_customer(work, session, adas_id)
    after = behind(at, session)

    assert (before.customer_id, before.permissions) == (own_id, MEMBER_PERMISSIONS[OWNER])
    assert (after.customer_id, after.permissions) == (adas_id, MEMBER_PERMISSIONS[BILLING])
    assert [customer.id for _, customer in bob.does(own_customers)] == [own_id, adas_id]


def test_nobody_chooses_a_customer_that_they_do_not_belong_to(at, ada):
    session = comes_in(at.signs_up("Eve Stranger"))

    with pytest.raises(NotFound), at.robot() as work:
        choose_customer(work, session, ada.actor.customer_id)


def test_a_colleague_who_acts_as_somebody_is_nobody_once_that_person_has_left(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    bobs = at.signs_up("Bob Byrne")
    joins(bobs, tom, READ_ONLY)
    session, customer_id = comes_in(ada), ada.actor.customer_id
    with at.robot() as work:
        colleague = hired(work)
        own = begin_session(work, colleague)
        own_session = work.session.exec(select(LoginSession).where(LoginSession.user_id == own.user_id)).one()
        acting = Impersonation(
            session_id=own_session.id,
            staff_id=colleague.id,
            user_id=tom.user.id,
            customer_id=customer_id,
            reason="asked",
            began_at=work.now,
            ends_at=work.now.replace(year=2030),
        )
        work.session.add(acting)
        work.session.flush()
        theirs = select(LoginSession).where(LoginSession.token_hash == fingerprint(session))
        work.session.exec(theirs).one().impersonation_id = acting.id
    assert behind(at, session).customer_id == customer_id

    ada.does(lambda work: remove_member(work, place_of(tom, customer_id)))

    assert behind(at, session) == ANONYMOUS


def test_a_suspended_customer_keeps_its_people(at, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    with at.robot() as work:
        work.session.get_one(Customer, ada.actor.customer_id).suspended_at = work.now

    with pytest.raises(NotAllowed):
        ada.does(lambda work: remove_member(work, place_of(tom)))
    with pytest.raises(NotAllowed):
        tom.does(leave)


def joins(owner: Person, person: Person, role: MemberRole) -> None:
    """Somebody with an account accepts an invitation."""
    secret = owner.invites(person.user.email, role)
    person.does(lambda work: accept_invitation(work, secret))


def hired(work) -> User:
    """They work here from now on, and may do everything."""
    staff = add_staff(work, "Grace Hall", "grace@ezscale.example", PASSWORD)
    work.session.flush()
    return staff
