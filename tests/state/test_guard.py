"""Every event comes past the guard."""

from typing import ClassVar

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import Event
from reflex_base.utils.format import format_event_handler
from sqlmodel import select

from ezscale.accounts.actors import actor_of
from ezscale.accounts.delegates import delegates, end_delegation
from ezscale.accounts.invitations import accept_invitation
from ezscale.accounts.members import choose_customer
from ezscale.accounts.sessions import SEEN_EVERY
from ezscale.accounts.signing_in import sign_out
from ezscale.kit.settings import settings
from ezscale.kit.staff_door import MARK
from ezscale.models import LoginSession, User
from ezscale.models.customer import MemberRole
from ezscale.state.guard import SessionGuard
from ezscale.state.session import Face, SessionState
from tests.state.conftest import open_tab, session_of, state_of, visit
from tests.state.portal import session_of as session_of_person


class DrawerState(SessionState):
    """A screen of the account, with something private in it."""

    _face: ClassVar[Face] = "account"
    private: str = ""

    @rx.event
    def open(self):
        pass


class SafeState(SessionState):
    """A screen of the staff."""

    _face: ClassVar[Face] = "admin"

    @rx.event
    def open(self):
        pass


class VestibuleState(SessionState):
    """A screen of the staff on which they get a second factor."""

    _face: ClassVar[Face] = "admin"
    _before_second_factor: ClassVar[bool] = True

    @rx.event
    def open(self):
        pass


class ShopState(SessionState):
    """A screen for everybody."""

    @rx.event
    def look(self):
        pass


HYDRATE = Event(name=format_event_handler(State.event_handlers["hydrate"]))
OPEN_DRAWER, OPEN_SAFE, OPEN_VESTIBULE, LOOK = (
    Event(name=format_event_handler(handler))
    for handler in (
        DrawerState.event_handlers["open"],
        SafeState.event_handlers["open"],
        VestibuleState.event_handlers["open"],
        ShopState.event_handlers["look"],
    )
)


@pytest.fixture
def guard():
    return SessionGuard()


@pytest.fixture
def staff_need_a_second_factor(monkeypatch):
    """As in production."""
    monkeypatch.setenv("EZSCALE_STAFF_SECOND_FACTOR", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_customer_may_use_the_account_but_not_the_staff_side(guard, house, customer_session):
    tab = open_tab(customer_session.token)

    to_the_account = await guard.preprocess(None, tab, OPEN_DRAWER)
    to_the_staff = await guard.preprocess(None, tab, OPEN_SAFE)

    assert to_the_account is None
    assert [event.payload["path"] for event in to_the_staff.events] == ["/account/"]


async def test_staff_are_at_home_on_their_own_side(guard, house):
    tab = open_tab(session_of(house, "Grace Operator", staff=True).token)

    to_the_staff = await guard.preprocess(None, tab, OPEN_SAFE)
    to_the_account = await guard.preprocess(None, tab, OPEN_DRAWER)

    assert to_the_staff is None
    assert [event.payload["path"] for event in to_the_account.events] == ["/admin/"]


async def test_a_colleague_without_a_second_factor_is_led_to_where_they_get_one_and_may_do_nothing_else(
    guard, house, staff_need_a_second_factor
):
    session = session_of(house, "Grace Operator", staff=True)
    tab = open_tab(session.token)

    at_the_safe = await guard.preprocess(None, tab, OPEN_SAFE)
    in_the_vestibule = await guard.preprocess(None, tab, OPEN_VESTIBULE)
    in_the_shop = await guard.preprocess(None, tab, LOOK)
    with house.automation("test")() as work:
        may = actor_of(work, session.token).permissions
        work.session.get_one(User, session.user_id).second_factor_since = work.now
    afterwards = await guard.preprocess(None, tab, OPEN_SAFE)

    assert [event.payload["path"] for event in at_the_safe.events] == ["/admin/security/"]
    assert (in_the_vestibule, in_the_shop, may) == (None, None, frozenset())
    assert afterwards is None


async def test_a_tab_that_is_used_keeps_its_session_seen(guard, house, customer_session, clock, work):
    tab = open_tab(customer_session.token)
    clock.move(SEEN_EVERY)

    await guard.preprocess(None, tab, LOOK)

    assert work.session.exec(select(LoginSession.last_seen_at)).one() == clock.now


@pytest.fixture
def guarded_door(monkeypatch):
    """The company lets its staff in by one door alone."""
    monkeypatch.setenv("EZSCALE_ADMIN_ALLOW", "192.0.2.0/24")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(("mark", "answer"), [({MARK: "open"}, None), ({MARK: "closed"}, "/"), ({}, "/")])
async def test_staffs_events_come_by_a_socket_that_was_opened_at_the_staffs_door(
    guard, house, guarded_door, mark, answer
):
    tab = open_tab(session_of(house, "Grace Operator", staff=True).token, at="/admin/")
    tab.router_data["headers"] |= mark
    tab.router = type(tab.router).from_router_data(tab.router_data)

    dropped = await guard.preprocess(None, tab, OPEN_SAFE)
    in_the_shop = await guard.preprocess(None, tab, LOOK)

    assert (dropped.events[0].payload["path"] if dropped else None) == answer
    assert in_the_shop is None


async def test_a_customers_events_need_no_staff_door(guard, house, customer_session, guarded_door):
    assert await guard.preprocess(None, open_tab(customer_session.token), OPEN_DRAWER) is None


async def test_a_stranger_may_look_at_the_shop_alone_and_is_led_to_the_login(guard, house):
    tab = open_tab(at="/account/services/")

    in_the_shop = await guard.preprocess(None, tab, LOOK)
    at_the_drawer = await guard.preprocess(None, tab, OPEN_DRAWER)

    assert in_the_shop is None
    assert [event.payload["path"] for event in at_the_drawer.events] == ["/login/?next=%2Faccount%2Fservices%2F"]


async def test_a_tab_forgets_everything_when_somebody_else_signs_in(guard, house, customer_session):
    tab = open_tab(customer_session.token)
    await guard.preprocess(None, tab, LOOK)
    (await state_of(tab, DrawerState)).private = "Ada's invoices"

    visit(tab, session_of(house, "Bob Byrne").token)
    await guard.preprocess(None, tab, LOOK)

    assert (await state_of(tab, DrawerState)).private == ""
    assert (await state_of(tab, SessionState)).person == "Bob Byrne"


async def test_a_session_that_was_ended_elsewhere_ends_in_this_tab_with_the_next_event(guard, house, customer_session):
    tab = open_tab(customer_session.token)
    await guard.preprocess(None, tab, OPEN_DRAWER)
    (await state_of(tab, DrawerState)).private = "Ada's invoices"
    with house.automation("test")() as work:
        sign_out(work, customer_session.token)

    answer = await guard.preprocess(None, tab, OPEN_DRAWER)

    assert "/login/" in answer.events[0].payload["path"]
    assert (await state_of(tab, DrawerState)).private == ""


async def test_the_same_login_keeps_what_the_tab_holds(guard, house, customer_session):
    tab = open_tab(customer_session.token)
    await guard.preprocess(None, tab, LOOK)
    (await state_of(tab, DrawerState)).private = "Ada's invoices"

    await guard.preprocess(None, tab, OPEN_DRAWER)

    assert (await state_of(tab, DrawerState)).private == "Ada's invoices"


async def test_a_tab_forgets_one_customer_when_its_person_acts_for_another(guard, company):
    ada, bob = company.signs_up("Ada Moreno"), company.signs_up("Bob Byrne")
    company.proves_address(bob)
    secret = ada.invites(bob.user.email, MemberRole.READ_ONLY)
    bob.does(lambda work: accept_invitation(work, secret))
    token = session_of_person(company, bob)
    tab = open_tab(token)
    await guard.preprocess(None, tab, HYDRATE)
    (await state_of(tab, DrawerState)).private = "Bob's invoices"
    was_for = (await state_of(tab, SessionState)).acts_for
    customer_id = ada.actor.customer_id
    with company.robot() as work:
        choose_customer(work, token, customer_id)

    answer = await guard.preprocess(None, tab, OPEN_DRAWER)

    session = await state_of(tab, SessionState)
    assert (await state_of(tab, DrawerState)).private == ""
    assert (was_for, session.acts_for, session.role) == ("Bob Byrne", "Ada Moreno", "read_only")
    assert [(choice.name, choice.is_chosen) for choice in session.customers] == [
        ("Bob Byrne", False),
        ("Ada Moreno", True),
    ]
    [onwards] = answer.events
    assert onwards.payload["path"].startswith("/account/?as=")


async def test_what_was_pressed_on_a_page_of_another_customer_is_not_done_but_the_next_page_loads(guard, company):
    ada, bob = company.signs_up("Ada Moreno"), company.signs_up("Bob Byrne")
    company.proves_address(bob)
    secret = ada.invites(bob.user.email, MemberRole.OWNER)
    bob.does(lambda work: accept_invitation(work, secret))
    token = session_of_person(company, bob)
    tab, customer_id = open_tab(token), ada.actor.customer_id
    await guard.preprocess(None, tab, HYDRATE)
    with company.robot() as work:
        choose_customer(work, token, customer_id)

    pressed = await guard.preprocess(None, tab, OPEN_DRAWER)
    loaded = await guard.preprocess(None, tab, HYDRATE)
    pressed_there = await guard.preprocess(None, tab, OPEN_DRAWER)

    assert pressed is not None
    assert (loaded, pressed_there) == (None, None)


async def test_a_tab_forgets_what_its_person_may_see_no_more(guard, company):
    ada = company.signs_up("Ada Moreno")
    shared = ada.buys()
    dan = ada.brings_along("Dan Delegate", MemberRole.DELEGATE, shared.id)
    tab = open_tab(session_of_person(company, dan))
    await guard.preprocess(None, tab, HYDRATE)
    (await state_of(tab, DrawerState)).private = shared.hostname
    is_delegate = (await state_of(tab, SessionState)).is_delegate
    [(delegation, _)] = ada.does(lambda work: delegates(work, shared.id))
    ada.does(lambda work: end_delegation(work, delegation.id))

    await guard.preprocess(None, tab, LOOK)

    session = await state_of(tab, SessionState)
    assert is_delegate
    assert (await state_of(tab, DrawerState)).private == ""
    assert (session.acts_for, list(session.may), list(session.customers)) == ("", [], [])


def test_a_screen_that_only_seems_to_name_its_face_is_never_made():
    with pytest.raises(TypeError, match="ClassVar"):

        class OpenByMistakeState(SessionState):
            _face = "admin"


async def test_a_burst_of_events_is_dropped_without_asking_the_database(guard, house):
    tab = open_tab()
    for _ in range(200):
        await guard.preprocess(None, tab, LOOK)

    answer = await guard.preprocess(None, tab, LOOK)

    assert answer is not None
    assert answer.events == []
