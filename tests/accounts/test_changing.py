"""Another password, another address: what goes on, and what ends."""

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_of_key, live_session
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.changing import ask_for_new_email, change_password, keep_email, prove_new_email
from ezscale.accounts.events import EmailChangeAsked, EmailChanged, PasswordChanged
from ezscale.accounts.lockouts import TRIES_PER_ACCOUNT
from ezscale.accounts.mailed_links import ask_for_reset, new_link_secret, reset_password
from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit import outbox
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, NotConfirmed, NotSignedIn, TooMany
from ezscale.models import Customer, Membership, User
from ezscale.models.customer import MemberRole
from ezscale.models.sign_in import TokenPurpose
from tests.builders import OFFERED
from tests.databases import statements_on

OLD, NEW = "plum orchard lantern 42", "quiet violet harbour 7"
ELSEWHERE = "ada@new.example"


@pytest.fixture
def session(visitor, ada) -> str:
    with visitor() as work:
        return begin_session(work, work.session.get_one(User, ada.id)).token


@pytest.fixture
def told(visitor):
    def told():
        with visitor() as work:
            return [each.name for each in outbox.waiting(work.session)]

    return told


@pytest.fixture
def link(visitor, ada):
    def link(purpose=TokenPurpose.CHANGE_EMAIL):
        with visitor() as work:
            return new_link_secret(work, ada.id, purpose)

    return link


@pytest.fixture
def wishes(as_ada, link):
    """Ada wants another address, and the link to it is in the mail."""

    def wishes(email=ELSEWHERE):
        with as_ada()() as work:
            ask_for_new_email(work, email)
        return link()

    return wishes


@pytest.mark.parametrize(("confirmed", "old"), [(True, ""), (False, OLD)], ids=["just confirmed", "old password"])
def test_a_new_password_ends_everything_but_this_session(visitor, ada, as_ada, session, whoever_holds, confirmed, old):
    with visitor() as work:
        there = begin_session(work, work.session.get_one(User, ada.id)).token
    with as_ada()() as work:
        _, key = create_token(work, "deploy")

    renewed = change_password(as_ada(confirmed=confirmed), NEW, old=old, token=session)

    assert whoever_holds(renewed).user_id == ada.id
    assert [whoever_holds(token) for token in (session, there)] == [ANONYMOUS, ANONYMOUS]
    with visitor() as work:
        assert actor_of_key(work, key) == ANONYMOUS
    assert sign_in(visitor, ada.email, NEW).user_id == ada.id


def test_the_owner_is_told_of_a_new_password(as_ada, session, told):
    change_password(as_ada(), NEW, token=session)

    assert told()[-1] == PasswordChanged.__name__


@pytest.mark.parametrize(
    ("old", "password", "field"), [("wrong", NEW, "old"), ("", NEW, "old"), (OLD, "moreno2026", "password")]
)
def test_a_refused_password_changes_nothing(visitor, ada, as_ada, session, old, password, field):
    with pytest.raises(Invalid) as refusal:
        change_password(as_ada(confirmed=False), password, old=old, token=session)

    with visitor() as work:
        assert live_session(work, session) is not None
    assert refusal.value.field == field
    assert sign_in(visitor, ada.email, OLD).user_id == ada.id


def test_guessing_the_old_password_is_limited(as_ada, session):
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(Invalid):
            change_password(as_ada(confirmed=False), NEW, old="guess", token=session, address="203.0.113.9")

    with pytest.raises(TooMany):
        change_password(as_ada(confirmed=False), NEW, old=OLD, token=session, address="203.0.113.9")


def test_whoever_has_no_password_confirms_first(visitor, ada, as_ada, session):
    with visitor() as work:
        work.session.get_one(User, ada.id).password_hash = ""

    with pytest.raises(NotConfirmed):
        change_password(as_ada(confirmed=False), NEW, old="", token=session)
    change_password(as_ada(), NEW, token=session)


def test_a_session_of_somebody_else_is_not_renewed(visitor, as_ada):
    eve = sign_up(visitor, NewPerson("Eve Lang", "eve@example.com", OLD, "IE", "EUR"), OFFERED)
    with visitor() as work:
        theirs = begin_session(work, eve).token

    with pytest.raises(NotSignedIn):
        change_password(as_ada(), NEW, token=theirs)


def test_a_proven_address_takes_the_place_of_the_old_one(visitor, ada, wishes, told):
    secret = wishes()
    with visitor() as work:
        before = work.session.get_one(User, ada.id).email

    with visitor() as work:
        prove_new_email(work, secret)

    with visitor() as work:
        user = work.session.get_one(User, ada.id)
        assert (user.email, user.new_email, user.email_verified_at) == (ELSEWHERE, "", work.now)
    assert before == "ada@example.com"
    assert told()[-2:] == [EmailChangeAsked.__name__, EmailChanged.__name__]
    with visitor() as work, pytest.raises(Invalid, match="has been used"):
        prove_new_email(work, secret)


@pytest.mark.parametrize(
    ("role", "billed_at", "then"),
    [
        (MemberRole.OWNER, "ada@example.com", ELSEWHERE),
        (MemberRole.OWNER, "bills@lanterns.example", "bills@lanterns.example"),
        (MemberRole.TECHNICAL, "ada@example.com", "ada@example.com"),
    ],
)
def test_bills_follow_their_owner_unless_they_have_an_address_of_their_own(visitor, wishes, role, billed_at, then):
    with visitor() as work:
        work.session.exec(select(Membership)).one().role = role
        work.session.exec(select(Customer)).one().email = billed_at

    secret = wishes()
    with visitor() as work:
        prove_new_email(work, secret)

    with visitor() as work:
        assert work.session.exec(select(Customer.email)).one() == then


def test_a_taken_address_is_refused_only_when_it_is_proven(visitor, ada, wishes):
    sign_up(visitor, NewPerson("Eve Lang", ELSEWHERE, OLD, "IE", "EUR"), OFFERED)

    secret = wishes()

    with visitor() as work, pytest.raises(Invalid, match="cannot be used"):
        prove_new_email(work, secret)
    with visitor() as work:
        assert work.session.get_one(User, ada.id).email == "ada@example.com"


def test_asking_for_a_taken_address_and_for_a_free_one_does_the_same(visitor, engine, as_ada):
    sign_up(visitor, NewPerson("Eve Lang", "taken@new.example", OLD, "IE", "EUR"), OFFERED)

    done = [statements(engine, lambda email=email: ask(as_ada, email)) for email in ("taken@new.example", ELSEWHERE)]

    assert done[0] == done[1]


def test_another_address_needs_a_confirmed_session(as_ada):
    with as_ada(confirmed=False)() as work, pytest.raises(NotConfirmed):
        ask_for_new_email(work, ELSEWHERE)


@pytest.mark.parametrize("email", ["ada@example.com", "no address", ""])
def test_an_address_that_cannot_be_is_refused_beside_its_field(as_ada, email):
    with as_ada()() as work, pytest.raises(Invalid) as refusal:
        ask_for_new_email(work, email)

    assert refusal.value.field == "email"


@pytest.mark.parametrize("way", ["a new password", "a password by mail", "taking it back"])
def test_a_change_that_was_asked_for_can_be_stopped(visitor, ada, as_ada, session, wishes, link, way):
    secret = wishes()

    if way == "a new password":
        change_password(as_ada(), NEW, token=session)
    elif way == "a password by mail":
        reset_password(visitor, link(TokenPurpose.RESET_PASSWORD), NEW)
    else:
        with as_ada(confirmed=False)() as work:
            keep_email(work)

    with visitor() as work, pytest.raises(Invalid):
        prove_new_email(work, secret)
    with visitor() as work:
        user = work.session.get_one(User, ada.id)
        assert (user.email, user.new_email) == ("ada@example.com", "")


def test_links_that_went_to_the_old_address_open_nothing(visitor, wishes, link):
    reset = link(TokenPurpose.RESET_PASSWORD)
    secret = wishes()
    with visitor() as work:
        prove_new_email(work, secret)

    with pytest.raises(Invalid, match="has been used"):
        reset_password(visitor, reset, NEW)


@pytest.mark.parametrize(
    "form",
    [
        lambda visitor, email: sign_in(visitor, email, "not the password"),
        ask_for_reset,
    ],
    ids=["signing in", "asking for a new password"],
)
def test_a_form_does_the_same_for_an_account_that_exists_and_one_that_does_not(visitor, ada, engine, form):
    def fill_in(email):
        try:
            form(visitor, email)
        except Invalid as refusal:
            return refusal.message, refusal.field
        return None

    both = (ada.email, "nobody@example.com")
    for email in both:
        fill_in(email)  # whoever comes first to a counter makes it

    known, unknown = (statements(engine, lambda email=email: fill_in(email)) for email in both)

    assert known == unknown


def ask(as_ada, email):
    with as_ada()() as work:
        ask_for_new_email(work, email)


def statements(engine, doing) -> tuple[object, list[str]]:
    """What somebody was answered, and the kinds of statements that the database was sent meanwhile."""
    with statements_on(engine) as sent:
        answer = doing()
    return answer, [statement.split(maxsplit=1)[0] for statement in sent]
