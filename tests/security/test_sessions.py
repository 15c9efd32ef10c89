"""Whoever has no session any more sees nothing any more, whether they touch their page or not (row 20)."""

import time
from statistics import median

import pytest
from reflex_base.utils.format import format_event_handler
from sqlmodel import select

from ezscale.accounts.signing_in import confirm, end_sessions
from ezscale.models import Customer, Membership
from ezscale.state.account.overview import OverviewState
from tests.security.wire import Refused, SocketTab
from tests.sizes import figures, size

AT_MOST = 5.0  # seconds from the end of a session to an empty screen
OVERVIEW = "/account/"
LOADED = '"is_hydrated_rx_state_":true'
TO_THE_LOGIN = '"path":"/login/'


def test_an_idle_page_is_emptied_within_seconds_of_its_sessions_end(served):
    people = [served.somebody(f"Ada Number{number}") for number in range(size(1, 20))]
    took = []
    for person in people:
        with SocketTab(served.web, served.session(person), OVERVIEW) as tab:
            assert tab.listens(20, until=LOADED)
            assert person.name in tab.everything()

            ended = time.monotonic()
            with served.robot() as work:
                end_sessions(work, person.id)
            gone = tab.listens(AT_MOST, until=TO_THE_LOGIN)
            took.append(time.monotonic() - ended)

            left = time.monotonic()
            tab.listens(2.5)
            assert gone, tab.everything(ended)
            assert person.name not in tab.everything(left)
    figures("sessions ended", tabs=len(took), median=f"{median(took):.1f} s", longest=f"{max(took):.1f} s")
    assert max(took) <= AT_MOST


@pytest.mark.parametrize("touched", [False, True])
def test_a_tab_with_the_old_secret_of_a_session_is_hung_up_and_comes_back_with_the_new_one_alone(served, touched):
    person = served.somebody(f"Mona {'Touching' if touched else 'Idle'}")
    old = served.session(person)
    with SocketTab(served.web, old, OVERVIEW) as tab:
        assert tab.listens(20, until=LOADED)
        with served.robot() as work:
            new = confirm(work, old)
        renewed = time.monotonic()
        if touched:
            tab.send(format_event_handler(OverviewState.event_handlers["load"]))

        with pytest.raises(Refused):
            tab.listens(AT_MOST)
        told = tab.everything(renewed)

    assert TO_THE_LOGIN not in told
    assert person.name not in told
    with SocketTab(served.web, new, OVERVIEW) as with_the_new, SocketTab(served.web, old, OVERVIEW) as with_the_old:
        assert with_the_new.listens(20, until=LOADED)
        assert with_the_old.listens(20, until=TO_THE_LOGIN)
        assert TO_THE_LOGIN not in with_the_new.everything()
        assert person.name not in with_the_old.everything()


def test_what_happens_after_the_end_of_a_session_is_told_to_no_tab_of_it(served):
    person = served.somebody("Bob Byrne")
    with SocketTab(served.web, served.session(person), OVERVIEW) as tab:
        assert tab.listens(20, until=LOADED)
        assert person.name in tab.everything()
        with served.robot() as work:
            end_sessions(work, person.id)
            work.session.get_one(Customer, customer_of(work, person)).company = "Byrne Secrets"
        ended = time.monotonic()

        tab.send(format_event_handler(OverviewState.event_handlers["load"]))
        tab.listens(AT_MOST)

    assert "Byrne" not in tab.everything(ended)
    assert TO_THE_LOGIN in tab.everything(ended)


def test_somebody_who_was_removed_from_a_customer_sees_nothing_of_it_and_stays_signed_in(served):
    owner, helper = served.somebody("Carla Owner"), served.somebody("Henry Helper")
    with served.robot() as work:
        membership_of(work, helper).customer_id = customer_of(work, owner)
    with SocketTab(served.web, served.session(helper), "/account/profile/") as tab:
        assert tab.listens(20, until=LOADED)
        assert "Carla Owner" in tab.everything()

        removed = time.monotonic()
        with served.robot() as work:
            work.session.delete(membership_of(work, helper))
        tab.listens(AT_MOST, until=LOADED)

    heard = tab.everything(removed)
    assert '"person_rx_state_":"Henry Helper"' in heard
    assert "Carla Owner" not in heard
    assert TO_THE_LOGIN not in heard


def membership_of(work, person):
    return work.session.exec(select(Membership).where(Membership.user_id == person.id)).one()


def customer_of(work, person):
    return membership_of(work, person).customer_id
