"""Open tabs are looked after: whose session has ended, or whose person may do other things, is told to begin anew."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from reflex_base.event import Event
from reflex_base.utils.format import format_event_handler
from sqlmodel import select

from ezscale.accounts.signing_in import SESSION_LASTS, sign_out
from ezscale.models import Customer, Impersonation, LoginSession, Membership, StaffRole, User
from ezscale.models.customer import MemberRole
from ezscale.state import open_tabs
from ezscale.state.guard import SessionGuard
from ezscale.state.session import SessionState
from tests.state.conftest import open_tab, session_of

LOOK = Event(name=format_event_handler(SessionState.event_handlers["begin_anew"]))


@pytest.fixture(autouse=True)
def _nobody_yet():
    open_tabs._open.clear()
    open_tabs._standings.clear()
    yield
    open_tabs._open.clear()


@pytest.fixture
def a_tab(house):
    """Opens a tab, of which the guard hears."""
    guard = SessionGuard()

    async def a_tab(token, name, at="/account/"):
        await guard.preprocess(cast("Any", None), open_tab(token, at, name), LOOK)

    return a_tab


async def test_while_nothing_changes_no_tab_is_disturbed(house, customer_session, a_tab):
    await a_tab(customer_session.token, "adas")

    assert open_tabs.look() == open_tabs.look() == []


async def test_only_the_tabs_of_an_ended_session_are_told(house, customer_session, a_tab):
    bob = session_of(house, "Bob Byrne")
    await a_tab(customer_session.token, "adas")
    await a_tab(customer_session.token, "adas second")
    await a_tab(bob.token, "bobs")
    await a_tab("", "nobodys")
    open_tabs.look()

    with house.automation("test")() as work:
        sign_out(work, customer_session.token)

    assert sorted(open_tabs.look()) == ["adas", "adas second"]


async def test_a_session_that_runs_out_ends_by_itself(house, clock, customer_session, a_tab):
    await a_tab(customer_session.token, "adas")
    open_tabs.look()

    clock.move(SESSION_LASTS)

    assert open_tabs.look() == ["adas"]


def suspended(work, session, user):
    user.suspended_at = work.now


def customer_suspended(work, session, user):
    work.session.exec(select(Customer)).one().suspended_at = work.now


def another_role(work, session, user):
    work.session.exec(select(Membership)).one().role = MemberRole.READ_ONLY


def removed(work, session, user):
    work.session.delete(work.session.exec(select(Membership)).one())


@pytest.mark.parametrize("what", [suspended, customer_suspended, another_role, removed])
@pytest.mark.parametrize("looked_before", [True, False])
async def test_whatever_changes_what_a_person_may_do_empties_their_tabs(
    house, customer_session, a_tab, what, looked_before
):
    await a_tab(customer_session.token, "adas")
    if looked_before:
        open_tabs.look()

    with house.automation("test")() as work:
        session = work.session.exec(select(LoginSession)).one()
        what(work, session, work.session.get_one(User, session.user_id))

    assert open_tabs.look() == ["adas"]
    open_tabs._open.clear()  # it was told, and came past the guard
    await a_tab(customer_session.token, "adas")
    assert open_tabs.look() == []


async def test_a_colleagues_role_that_was_edited_counts_at_once(house, a_tab):
    grace = session_of(house, "Grace Operator", staff=True)
    await a_tab(grace.token, "graces", at="/admin/")
    open_tabs.look()

    with house.automation("test")() as work:
        work.session.exec(select(StaffRole)).one().permissions = []

    assert open_tabs.look() == ["graces"]


async def test_acting_as_a_customer_ends_with_its_half_hour_and_with_the_colleagues_right(
    house, clock, customer_session, a_tab
):
    grace = session_of(house, "Grace Operator", staff=True)
    with house.automation("test")() as work:
        ada = work.session.exec(select(LoginSession.user_id)).first()
        customer = work.session.exec(select(Membership.customer_id).where(Membership.user_id == ada)).one()
        work.session.exec(select(StaffRole)).one().permissions = ["staff.see", "staff.impersonate"]
        session = work.session.exec(select(LoginSession).where(LoginSession.user_id == grace.user_id)).one()
        acting = Impersonation(
            session_id=session.id,
            staff_id=grace.user_id,
            user_id=ada,
            customer_id=customer,
            reason="helping",
            began_at=work.now,
            ends_at=work.now + timedelta(minutes=30),
        )
        work.session.add(acting)
        work.session.flush()
        session.impersonation_id = acting.id
    await a_tab(grace.token, "graces")
    assert open_tabs.look() == []

    clock.move(timedelta(minutes=30))

    assert open_tabs.look() == ["graces"]


@pytest.mark.all_databases
async def test_a_thousand_tabs_are_looked_after_in_a_few_queries(house, customer_session, a_tab):
    await a_tab(customer_session.token, "adas")
    tab = open_tabs._open["adas"]
    open_tabs._open.update({f"tab {n}": replace(tab, secret=f"gone {n}") for n in range(1000)})

    assert len(open_tabs.look()) == 1000
