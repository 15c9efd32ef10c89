"""Colleagues and roles: nobody changes themself, gives what they lack, or touches what is above them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import col, select

from ezscale.accounts.actors import actor_for, actor_of, actor_of_key
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.events import AccessChanged, ColleagueInvited
from ezscale.accounts.mailed_links import new_link_secret, reset_password
from ezscale.accounts.permission_words import PERMISSION_WORDS
from ezscale.accounts.permissions import (
    ADMINISTRATOR,
    MANAGE_INVOICES,
    MANAGE_STAFF,
    SEE_AUDIT,
    SEE_EVERYTHING,
    SEE_MAIL,
    STAFF_PERMISSIONS,
)
from ezscale.accounts.roles import add_role, change_role, delete_role, roles
from ezscale.accounts.signing_in import SignedIn, begin_session, sign_in
from ezscale.accounts.staff import (
    add_staff,
    bring_back_colleague,
    colleagues,
    give_role,
    invite_again,
    invite_colleague,
    remove_colleague,
    suspend_colleague,
)
from ezscale.kit.actor import ANONYMOUS, Actor, robot
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound, NotSignedIn, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.work import Database
from ezscale.models import Passkey, StaffRole, User
from ezscale.models.sign_in import TokenPurpose

PASSWORD = "plum orchard lantern 42"
LEAD, CLERK, PEER, AUDITOR = "Lead", "Clerk", "Peer", "Auditor"
ROLES = {
    LEAD: {MANAGE_STAFF, SEE_EVERYTHING, SEE_MAIL},
    CLERK: {SEE_EVERYTHING},
    PEER: {MANAGE_STAFF, SEE_EVERYTHING},
    AUDITOR: {SEE_AUDIT, SEE_EVERYTHING},
}


class Office:
    """A company's staff: an administrator, and one person in each role."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.opener(robot("test"))() as work:
            people = {ADMINISTRATOR: add_staff(work, "Ann Root", "ann@example.com", PASSWORD)}
            for name, allowed in ROLES.items():
                work.session.add(StaffRole(name=name, permissions=sorted(allowed)))
                work.session.flush()
                people[name] = add_staff(work, f"{name} Person", f"{name.lower()}@example.com", PASSWORD, name)
            self.ids = {name: user.id for name, user in people.items()}
            self.roles = {role.name: role.id for role in work.session.exec(select(StaffRole))}

    def actor(self, who: str) -> Actor:
        with self.database.opener(ANONYMOUS)() as work:
            return actor_for(work, self.ids[who], confirmed=True)

    def does(self, who: str, use_case: Any, *arguments: Any) -> Any:
        with self.database.opener(self.actor(who))() as work:
            return use_case(work, *arguments)

    def told(self, who: str, use_case: Any, *arguments: Any) -> list[Any]:
        """The events of something that somebody does."""
        with self.database.opener(self.actor(who))() as work:
            use_case(work, *arguments)
            return work.emitted

    def reads(self, use_case: Any) -> Any:
        with self.database.opener(robot("test"))() as work:
            return use_case(work)

    def user(self, who: str) -> User:
        return self.reads(lambda work: work.session.get_one(User, self.ids[who]))

    def session(self, who: str) -> tuple[str, str]:
        """A session and an API token of somebody's."""
        with self.database.opener(robot("test"))() as work:
            session = begin_session(work, work.session.get_one(User, self.ids[who])).token
        return session, self.does(who, create_token, "theirs")[1]

    def is_out(self, session: str, token: str) -> bool:
        with self.database.opener(ANONYMOUS)() as work:
            return not (actor_of(work, session).is_signed_in or actor_of_key(work, token).is_signed_in)


@pytest.fixture
def office(database):
    return Office(database)


STEPS: dict[str, Any] = {
    "give a role": lambda office, who: (give_role, office.ids[who], office.roles[CLERK]),
    "suspend": lambda office, who: (suspend_colleague, office.ids[who]),
    "remove": lambda office, who: (remove_colleague, office.ids[who]),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("who", "whom", "allowed"),
    [
        (ADMINISTRATOR, LEAD, True),
        (ADMINISTRATOR, AUDITOR, True),
        (LEAD, PEER, True),
        (PEER, LEAD, False),  # who may read mail, too
        (LEAD, AUDITOR, False),
        (LEAD, ADMINISTRATOR, False),
        (LEAD, LEAD, False),
        (ADMINISTRATOR, ADMINISTRATOR, False),
        (CLERK, PEER, False),
        (AUDITOR, CLERK, False),
    ],
)
def test_who_may_change_whom(office, step, who, whom, allowed):
    use_case, *arguments = STEPS[step](office, whom)
    before = office.user(whom)

    if allowed:
        office.does(who, use_case, *arguments)
    else:
        with pytest.raises(NotAllowed):
            office.does(who, use_case, *arguments)

    after = office.user(whom)
    unchanged = (after.staff_role_id, after.suspended_at) == (before.staff_role_id, before.suspended_at)
    assert unchanged is not allowed


@pytest.mark.parametrize(
    ("who", "role", "allowed"),
    [(ADMINISTRATOR, AUDITOR, True), (LEAD, CLERK, True), (LEAD, AUDITOR, False), (PEER, LEAD, False)],
)
def test_nobody_gives_a_role_that_goes_beyond_their_own(office, who, role, allowed):
    newcomer = office.does(ADMINISTRATOR, invite_colleague, "Nia New", "nia@example.com", office.roles[CLERK])
    ways: list[tuple[Any, ...]] = [(invite_colleague, "Other Person", "other@example.com", office.roles[role])]
    ways += [(give_role, newcomer.id, office.roles[role])] if role != CLERK else []

    for use_case, *arguments in ways:
        with nullcontext() if allowed else pytest.raises(NotAllowed):
            office.does(who, use_case, *arguments)


@pytest.mark.parametrize(
    ("who", "role", "wanted", "refusal"),
    [
        (ADMINISTRATOR, CLERK, {SEE_MAIL}, None),
        (LEAD, CLERK, {SEE_MAIL}, None),
        (LEAD, CLERK, {MANAGE_INVOICES}, NotAllowed),  # they lack it themself
        (LEAD, AUDITOR, {SEE_EVERYTHING}, NotAllowed),  # it holds what they lack
        (LEAD, LEAD, {SEE_EVERYTHING}, NotAllowed),  # their own
        (ADMINISTRATOR, ADMINISTRATOR, {SEE_EVERYTHING}, NotAllowed),  # built in
        (CLERK, PEER, {SEE_EVERYTHING}, NotAllowed),
        (LEAD, CLERK, {"staff.forgotten"}, Invalid),
        (LEAD, CLERK, set(), Invalid),
    ],
)
def test_who_may_change_a_role_to_what(office, who, role, wanted, refusal):
    change = (change_role, office.roles[role], f"{role} too", wanted)
    before = office.reads(lambda work: work.session.get_one(StaffRole, office.roles[role]))

    if refusal:
        with pytest.raises(refusal):
            office.does(who, *change)
    else:
        office.does(who, *change)

    after = office.reads(lambda work: work.session.get_one(StaffRole, office.roles[role]))
    assert (after.name, after.permissions) == (
        (before.name, before.permissions) if refusal else (f"{role} too", sorted(wanted))
    )


@pytest.mark.parametrize("name", ["Administrator", "administrator", " ADMINISTRATOR ", "clerk", "", "x" * 61, "a\x00b"])
def test_a_name_that_is_taken_or_none_is_refused_beside_its_field(office, name):
    for attempt in ((add_role, name, {SEE_MAIL}), (change_role, office.roles[PEER], name, {SEE_MAIL})):
        with pytest.raises(Invalid) as refusal:
            office.does(ADMINISTRATOR, *attempt)

        assert refusal.value.field == "name"


def test_the_administrators_role_is_built_in_even_for_somebody_who_may_do_as_much(office):
    with office.database.opener(robot("test"))() as work:
        work.session.add(StaffRole(name="Twin", permissions=sorted(STAFF_PERMISSIONS)))
        work.session.flush()
        office.ids["Twin"] = add_staff(work, "Tom Twin", "tom@example.com", PASSWORD, "Twin").id

    for change in (
        (change_role, office.roles[ADMINISTRATOR], "Boss", {SEE_MAIL}),
        (delete_role, office.roles[ADMINISTRATOR]),
    ):
        with pytest.raises(NotAllowed, match="built in"):
            office.does("Twin", *change)


def test_nobody_becomes_an_administrator_by_calling_a_role_so_where_there_is_none(database):
    with database.opener(robot("test"))() as work:
        work.session.add(StaffRole(name=LEAD, permissions=sorted(ROLES[LEAD])))
        work.session.flush()
        lead = add_staff(work, "Lena Lead", "lena@example.com", PASSWORD, LEAD)
    with database.opener(ANONYMOUS)() as work:
        actor = actor_for(work, lead.id, confirmed=True)

    with pytest.raises(Invalid), database.opener(actor)() as work:
        add_role(work, ADMINISTRATOR, {SEE_MAIL})


def test_a_role_may_keep_its_name(office):
    office.does(ADMINISTRATOR, change_role, office.roles[CLERK], CLERK, {SEE_MAIL})


def test_a_new_role_holds_what_whoever_made_it_may_give(office):
    made = office.does(LEAD, add_role, "  Front   desk ", {SEE_MAIL, SEE_EVERYTHING})

    assert (made.name, made.permissions) == ("Front desk", sorted({SEE_MAIL, SEE_EVERYTHING}))
    with pytest.raises(NotAllowed):
        office.does(LEAD, add_role, "Bookkeeping", {MANAGE_INVOICES})


def test_a_role_goes_when_nobody_holds_it(office):
    with pytest.raises(BusinessError, match="Somebody has the role"):
        office.does(ADMINISTRATOR, delete_role, office.roles[CLERK])
    office.does(ADMINISTRATOR, remove_colleague, office.ids[CLERK])

    office.does(ADMINISTRATOR, delete_role, office.roles[CLERK])

    assert CLERK not in office.reads(lambda work: [found.role.name for found in roles(work)])


@pytest.mark.parametrize("role", [ADMINISTRATOR, AUDITOR, LEAD])
def test_a_role_above_or_of_ones_own_is_not_deleted(office, role):
    with pytest.raises(NotAllowed):
        office.does(LEAD, delete_role, office.roles[role])


EVERY_CHANGE: dict[str, Any] = {
    "add_role": lambda _: (add_role, "New role", {SEE_EVERYTHING}),
    "change_role": lambda office: (change_role, office.roles[CLERK], "Other", {SEE_EVERYTHING}),
    "delete_role": lambda office: (delete_role, office.roles[CLERK]),
    "invite_colleague": lambda office: (invite_colleague, "New", "new@example.com", office.roles[CLERK]),
    "invite_again": lambda office: (invite_again, office.ids[CLERK]),
    "give_role": lambda office: (give_role, office.ids[CLERK], office.roles[PEER]),
    "suspend_colleague": lambda office: (suspend_colleague, office.ids[CLERK]),
    "bring_back_colleague": lambda office: (bring_back_colleague, office.ids[CLERK]),
    "remove_colleague": lambda office: (remove_colleague, office.ids[CLERK]),
}


@pytest.mark.parametrize("change", EVERY_CHANGE)
def test_every_change_wants_the_permission_and_a_fresh_proof(office, change):
    use_case, *arguments = EVERY_CHANGE[change](office)
    actors = {
        NotSignedIn: ANONYMOUS,
        NotConfirmed: replace(office.actor(ADMINISTRATOR), confirmed=False),
        NotAllowed: replace(office.actor(ADMINISTRATOR), permissions=STAFF_PERMISSIONS - {MANAGE_STAFF}),
    }

    for refusal, actor in actors.items():
        with pytest.raises(refusal), office.database.opener(actor)() as work:
            use_case(work, *arguments)


def test_whoever_lost_the_permission_a_moment_ago_changes_nothing_more(office):
    still_open = office.actor(PEER)
    office.does(ADMINISTRATOR, suspend_colleague, office.ids[PEER])

    with pytest.raises(NotSignedIn), office.database.opener(still_open)() as work:
        suspend_colleague(work, office.ids[CLERK])


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda office: (give_role, office.ids[CLERK], office.roles[PEER]), "role_changed"),
        (lambda office: (change_role, office.roles[CLERK], CLERK, {SEE_MAIL}), "role_changed"),
        (lambda office: (suspend_colleague, office.ids[CLERK]), "colleague_suspended"),
        (lambda office: (remove_colleague, office.ids[CLERK]), "colleague_removed"),
    ],
    ids=["another role", "a role that is another", "suspended", "removed"],
)
def test_whoever_is_changed_is_out_everywhere_at_once_and_told(office, change, how):
    theirs, anothers = office.session(CLERK), office.session(PEER)

    told = office.told(ADMINISTRATOR, *change(office))

    assert office.is_out(*theirs)
    assert not office.is_out(*anothers)
    assert [(type(event), event.user_id, event.how) for event in told] == [(AccessChanged, office.ids[CLERK], how)]


def test_another_name_for_a_role_ends_nobodys_session(office):
    theirs = office.session(CLERK)

    told = office.told(ADMINISTRATOR, change_role, office.roles[CLERK], "Reader", ROLES[CLERK])

    assert (told, office.is_out(*theirs)) == ([], False)


def test_a_suspended_colleague_comes_back(office, visitor):
    office.does(ADMINISTRATOR, suspend_colleague, office.ids[CLERK])
    with pytest.raises(Invalid):
        sign_in(visitor, "clerk@example.com", PASSWORD)
    with pytest.raises(BusinessError, match="suspended already"):
        office.does(ADMINISTRATOR, suspend_colleague, office.ids[CLERK])

    office.does(ADMINISTRATOR, bring_back_colleague, office.ids[CLERK])

    assert isinstance(sign_in(visitor, "clerk@example.com", PASSWORD), SignedIn)
    with pytest.raises(BusinessError, match="not suspended"):
        office.does(ADMINISTRATOR, bring_back_colleague, office.ids[CLERK])


def test_somebody_invited_gets_in_by_their_link_alone_and_chooses_the_password(office, visitor):
    told = office.told(LEAD, invite_colleague, " Nia  New ", "Nia@Example.com", office.roles[CLERK])
    [invited] = [each for each in office.does(LEAD, colleagues) if each.is_invited]
    with pytest.raises(Invalid):
        sign_in(visitor, "nia@example.com", "")

    with visitor() as work:
        secret = new_link_secret(work, invited.user.id, TokenPurpose.RESET_PASSWORD, lasts=timedelta(days=3))
    reset_password(visitor, secret, PASSWORD)

    assert [type(event) for event in told] == [ColleagueInvited]
    assert (invited.user.name, invited.user.password_hash, invited.role.name) == ("Nia New", "", CLERK)
    assert isinstance(sign_in(visitor, "nia@example.com", PASSWORD), SignedIn)
    with pytest.raises(BusinessError, match="needs no invitation"):
        office.does(LEAD, invite_again, invited.user.id)


@pytest.mark.parametrize("email", ["ann@example.com", "ada@example.com", "no address"])
def test_who_is_a_colleague_or_a_customer_already_is_not_invited(office, ada, email):
    with pytest.raises(Invalid) as refusal:
        office.does(ADMINISTRATOR, invite_colleague, "Somebody", email, office.roles[CLERK])

    assert refusal.value.field == "email"


def test_a_former_colleague_comes_back_with_nothing_of_what_they_got_in_with(office, visitor):
    office.does(ADMINISTRATOR, remove_colleague, office.ids[CLERK])
    with visitor() as work:
        work.session.add(
            Passkey(user_id=office.ids[CLERK], created_at=work.now, name="Laptop", key_id="k1", public_key="p")
        )
        work.session.get_one(User, office.ids[CLERK]).new_email = "elsewhere@example.com"

    back = office.does(ADMINISTRATOR, invite_colleague, "Clerk Again", "clerk@example.com", office.roles[CLERK])

    found = office.user(CLERK)
    assert back.id == office.ids[CLERK]
    assert (found.password_hash, found.email_verified_at, found.new_email) == ("", None, "")
    assert office.reads(lambda work: work.session.exec(select(Passkey)).all()) == []


@pytest.mark.parametrize("step", STEPS)
def test_the_last_administrator_stays(office, step):
    with office.database.opener(robot("test"))() as work:  # one who may do as much, without being one
        twin = StaffRole(name="Twin", permissions=sorted(STAFF_PERMISSIONS))
        work.session.add(twin)
        work.session.flush()
        office.ids["Twin"] = add_staff(work, "Tom Twin", "tom@example.com", PASSWORD, "Twin").id
    use_case, *arguments = STEPS[step](office, ADMINISTRATOR)

    with pytest.raises(BusinessError, match="last administrator"):
        office.does("Twin", use_case, *arguments)
    with office.database.opener(robot("test"))() as work:
        suspended = add_staff(work, "Sue Spended", "sue@example.com", PASSWORD)
        suspended.suspended_at = work.now
    office.does("Twin", invite_colleague, "Not Yet", "notyet@example.com", office.roles[ADMINISTRATOR])
    with pytest.raises(BusinessError, match="last administrator"):
        office.does("Twin", use_case, *arguments)
    office.does("Twin", bring_back_colleague, suspended.id)

    office.does("Twin", use_case, *arguments)


@pytest.mark.all_databases
@pytest.mark.parametrize("step", STEPS)
def test_two_administrators_who_throw_each_other_out_at_once_do_not_both_succeed(office, step):
    with office.database.opener(robot("test"))() as work:
        office.ids["Bea"] = add_staff(work, "Bea Root", "bea@example.com", PASSWORD).id
    pairs, together = [(ADMINISTRATOR, "Bea"), ("Bea", ADMINISTRATOR)], Barrier(2)

    def throw_out(pair: tuple[str, str]) -> None:
        (who, whom), actor = pair, office.actor(pair[0])
        use_case, *arguments = STEPS[step](office, whom)
        assert who != whom
        together.wait()
        with suppress(BusinessError, TemporaryFailure), office.database.opener(actor)() as work:
            use_case(work, *arguments)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(throw_out, pairs))

    left = office.reads(
        lambda work: work.session.exec(
            select(User.name)
            .join(StaffRole, col(StaffRole.id) == User.staff_role_id)
            .where(StaffRole.name == ADMINISTRATOR, col(User.suspended_at).is_(None))
        ).all()
    )
    assert len(left) == 1


@pytest.mark.all_databases
def test_a_role_is_not_deleted_while_somebody_is_given_it(office):
    with office.database.opener(robot("test"))() as work:
        role = StaffRole(name="Spare", permissions=[SEE_EVERYTHING])
        work.session.add(role)
    together, actor = Barrier(2), office.actor(ADMINISTRATOR)
    steps = [(delete_role, role.id), (give_role, office.ids[CLERK], role.id)]

    def attempt(step: tuple[Any, ...]) -> str:
        together.wait()
        try:
            with office.database.opener(actor)() as work:
                step[0](work, *step[1:])
        except (BusinessError, TemporaryFailure) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(2) as threads:
        outcome = list(threads.map(attempt, steps))

    assert "done" in outcome
    assert outcome.count("done") == 1
    assert office.user(CLERK).staff_role_id in (office.roles[CLERK], role.id)


def test_somebody_who_is_no_colleague_and_a_role_that_is_none_are_not_found(office, ada):
    for stranger in (ada.id, new_id()):
        with pytest.raises(NotFound):
            office.does(ADMINISTRATOR, suspend_colleague, stranger)
    with pytest.raises(NotFound):
        office.does(ADMINISTRATOR, give_role, office.ids[CLERK], new_id())
    with pytest.raises(NotFound):
        office.does(ADMINISTRATOR, delete_role, new_id())


def test_the_lists_say_what_whoever_looks_may_change(office):
    people = {each.role.name: each.may_change for each in office.does(LEAD, colleagues)}
    every = {each.role.name: (each.may_give, each.may_change, each.people) for each in office.does(LEAD, roles)}

    assert people == {ADMINISTRATOR: False, LEAD: False, CLERK: True, PEER: True, AUDITOR: False}
    assert every == {
        ADMINISTRATOR: (False, False, 1),
        LEAD: (True, False, 1),
        CLERK: (True, True, 1),
        PEER: (True, True, 1),
        AUDITOR: (False, False, 1),
    }
    for reading in (colleagues, roles):
        with pytest.raises(NotAllowed):
            office.does(CLERK, reading)


def test_every_permission_of_a_colleagues_has_its_sentence():
    assert set(PERMISSION_WORDS) == STAFF_PERMISSIONS
    assert len(set(PERMISSION_WORDS.values())) == len(STAFF_PERMISSIONS)
