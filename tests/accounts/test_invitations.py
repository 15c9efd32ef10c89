"""Asking people by mail to join, and their coming: once, in time, and nobody else in their place."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_of
from ezscale.accounts.invitations import (
    AT_MOST_A_DAY,
    LASTS,
    accept_invitation,
    invite,
    offer_behind,
    send_invitation_again,
    sign_up_invited,
    unused_invitations,
    withdraw_invitation,
)
from ezscale.accounts.members import members
from ezscale.accounts.permissions import MANAGE_PEOPLE, SEE_SERVICES
from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound, NotSignedIn, TooMany
from ezscale.kit.ids import new_id
from ezscale.kit.work import Database
from ezscale.models import Customer, Invitation, MailMessage, Membership, User
from ezscale.models.customer import MemberRole
from tests.accounts.races import at_once
from tests.company import PASSWORD, Company, Person

OWNER, BILLING, TECHNICAL, READ_ONLY, DELEGATE = MemberRole
BOB = "bob@example.com"
CROWD = 8


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at: Company) -> Person:
    """The owner of a customer."""
    return at.signs_up("Ada Moreno")


@pytest.fixture
def bob(at: Company) -> Person:
    """Somebody with an account, whose address is proven."""
    bob = at.signs_up("Bob Byrne")
    at.proves_address(bob)
    return bob


def visitor(at: Company):
    return at.house.database.opener(ANONYMOUS)


def accepts(person: Person, secret: str) -> None:
    person.does(lambda work: accept_invitation(work, secret))


def people_of(owner: Person) -> list[tuple[str, MemberRole]]:
    return [(each.user.name, each.membership.role) for each in owner.does(members)]


def mails(at: Company, template: str) -> list[MailMessage]:
    with at.robot() as work:
        return list(work.session.exec(select(MailMessage).where(MailMessage.template == template)))


def test_somebody_with_an_account_comes_by_the_link_in_their_mail(at, ada, bob):
    secret = ada.invites(BOB, TECHNICAL)

    accepts(bob, secret)
    at.works()

    assert people_of(ada) == [("Ada Moreno", OWNER), ("Bob Byrne", TECHNICAL)]
    assert ada.does(unused_invitations) == []
    [told] = mails(at, "member_joined")
    assert (told.to, told.subject) == (ada.user.email, "Bob Byrne has joined Ada Moreno")


def test_the_link_is_in_the_mail_and_nowhere_else(at, ada):
    secret = ada.invites(BOB, BILLING)

    [mail] = mails(at, "invitation")
    assert (mail.to, mail.subject) == (BOB, "Ada Moreno invites you to Ada Moreno at EZSCALE")
    assert secret in mail.text
    with at.robot() as work:
        [kept] = work.session.exec(select(Invitation)).all()
    assert secret not in kept.model_dump_json()


def test_somebody_new_makes_an_account_by_the_link_which_proves_their_address(at, ada):
    secret = ada.invites(BOB, TECHNICAL)

    sign_up_invited(visitor(at), secret, "Bob Byrne", PASSWORD)

    bob = sign_in(visitor(at), BOB, PASSWORD)
    with at.robot() as work:
        actor = actor_of(work, bob.token)
        assert work.session.get_one(User, bob.user_id).email_verified_at == work.now
        assert len(work.session.exec(select(Customer)).all()) == 1  # they have none of their own
    assert actor.customer_id == ada.actor.customer_id


def test_a_session_acts_for_whoever_was_joined_last(at, ada, bob):
    secret = ada.invites(BOB, READ_ONLY)
    with at.robot() as work:
        session = begin_session(work, bob.user).token

    bob.does(lambda work: accept_invitation(work, secret, session))

    customer_id = ada.actor.customer_id
    with at.robot() as work:
        assert actor_of(work, session).customer_id == customer_id


def used(at, ada, bob, secret):
    accepts(bob, secret)


def sent_again(at, ada, bob, secret):
    [waiting] = ada.does(unused_invitations)
    at.clock.move(timedelta(seconds=1))
    ada.does(lambda work: send_invitation_again(work, waiting.id))
    at.works()


def withdrawn(at, ada, bob, secret):
    [waiting] = ada.does(unused_invitations)
    ada.does(lambda work: withdraw_invitation(work, waiting.id))


def too_old(at, ada, bob, secret):
    at.clock.move(LASTS)


def suspended(at, ada, bob, secret):
    with at.robot() as work:
        work.session.get_one(Customer, ada.actor.customer_id).suspended_at = work.now


def invited_anew(at, ada, bob, secret):
    at.clock.move(timedelta(seconds=1))
    ada.invites(BOB, READ_ONLY)


@pytest.mark.parametrize("what", [used, sent_again, withdrawn, too_old, suspended, invited_anew])
def test_a_link_that_is_not_open_any_more_is_like_one_that_never_was(at, ada, bob, what):
    secret = ada.invites(BOB, TECHNICAL)
    what(at, ada, bob, secret)

    refusals = []
    for tried in (secret, "never-was"):
        for attempt in (
            lambda tried=tried: accepts(bob, tried),
            lambda tried=tried: sign_up_invited(visitor(at), tried, "Mallory", PASSWORD),
        ):
            with pytest.raises(Invalid) as refusal:
                attempt()
            refusals.append((refusal.value.message, refusal.value.field))
        with visitor(at)() as work:
            assert offer_behind(work, tried) is None

    assert len(set(refusals)) == 1


def test_nobody_else_accepts_an_invitation(at, ada, bob):
    eve = at.signs_up("Eve Stranger")
    secret = ada.invites(BOB, OWNER)

    with pytest.raises(NotAllowed, match="another address"):
        accepts(eve, secret)
    with pytest.raises(NotSignedIn), visitor(at)() as work:
        accept_invitation(work, secret)
    with at.robot() as work:
        colleague = replace(bob.actor, behind_id=new_id(), behind_name="Grace")
    with pytest.raises(NotAllowed), at.house.database.opener(colleague)() as work:
        accept_invitation(work, secret)

    accepts(bob, secret)  # all of this has not used it up


def test_an_account_whose_address_is_not_proven_does_not_join(at, ada):
    pretender = at.signs_up("Bob Pretender")
    secret = ada.invites(BOB, OWNER)

    with pytest.raises(BusinessError, match="confirm your address"):
        accepts(pretender, secret)

    assert people_of(ada) == [("Ada Moreno", OWNER)]


def test_an_address_that_has_an_account_makes_no_second_one(at, ada, bob):
    secret = ada.invites(BOB, TECHNICAL)

    with visitor(at)() as work:
        offer = offer_behind(work, secret)
    assert offer is not None
    assert offer.has_account
    with pytest.raises(Invalid, match="log in"):
        sign_up_invited(visitor(at), secret, "Bob Byrne", PASSWORD)


@pytest.mark.all_databases
def test_of_many_who_come_with_one_link_at_once_one_gets_in(at, ada, bob):
    secret = ada.invites(BOB, TECHNICAL)

    opener = at.house.database.opener(bob.actor)

    def coming() -> None:
        with opener() as work:
            accept_invitation(work, secret)

    refusals = at_once([coming] * CROWD)

    assert [type(refusal) for refusal in refusals if refusal] == [Invalid] * (CROWD - 1)
    assert people_of(ada) == [("Ada Moreno", OWNER), ("Bob Byrne", TECHNICAL)]


@pytest.mark.all_databases
def test_of_two_accounts_made_by_one_link_at_once_there_is_one(at, ada):
    secret = ada.invites(BOB, TECHNICAL)

    def making() -> None:
        sign_up_invited(visitor(at), secret, "Bob Byrne", PASSWORD)

    refusals = at_once([making, making])

    assert [type(refusal) for refusal in refusals if refusal] == [Invalid]
    with at.robot() as work:
        assert len(work.session.exec(select(User).where(User.email == BOB)).all()) == 1
        assert len(work.session.exec(select(Membership)).all()) == 2


def test_nobody_invites_to_more_than_they_may_do_or_without_their_own_proof(at, ada):
    limited = replace(ada.actor, permissions=frozenset({MANAGE_PEOPLE, SEE_SERVICES}))
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    with pytest.raises(NotAllowed), at.house.database.opener(limited)() as work:
        invite(work, BOB, TECHNICAL)
    with pytest.raises(NotConfirmed), at.house.database.opener(replace(ada.actor, confirmed=False))() as work:
        invite(work, BOB, READ_ONLY)
    with pytest.raises(NotAllowed):
        tom.does(lambda work: invite(work, BOB, READ_ONLY))


@pytest.mark.parametrize("email", ["ada@example.com", "nonsense", ""])
def test_an_invitation_goes_to_an_address_that_does_not_belong_yet(ada, email):
    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: invite(work, email, TECHNICAL))

    assert refusal.value.field == "email"


def test_somebody_invited_twice_has_one_invitation(ada):
    ada.does(lambda work: invite(work, BOB, TECHNICAL))
    ada.does(lambda work: invite(work, "BOB@example.com", BILLING))

    assert [(each.email, each.role) for each in ada.does(unused_invitations)] == [(BOB, BILLING)]


def test_an_invitation_that_ran_out_can_be_sent_again(at, ada, bob):
    ada.invites(BOB, TECHNICAL)
    at.clock.move(LASTS + timedelta(days=1))

    sent_again(at, ada, bob, "")

    accepts(bob, at.link_in_mail_to(BOB))
    assert ("Bob Byrne", TECHNICAL) in people_of(ada)


def test_others_neither_see_nor_touch_an_invitation(at, ada, bob):
    ada.invites("eve@example.com", TECHNICAL)
    [waiting] = ada.does(unused_invitations)

    assert bob.does(unused_invitations) == []
    for deed in (withdraw_invitation, send_invitation_again):
        with pytest.raises(NotFound):
            bob.does(lambda work, deed=deed: deed(work, waiting.id))


def test_we_are_not_used_for_mailing_many_strangers(ada):
    for number in range(AT_MOST_A_DAY):
        ada.does(lambda work, number=number: invite(work, f"person{number}@example.com", READ_ONLY))

    with pytest.raises(TooMany):
        ada.does(lambda work: invite(work, BOB, READ_ONLY))
