"""Handlers work as whoever is signed in, and refusals reach the person."""

from uuid import uuid4

import pytest
import reflex as rx

from ezscale.accounts.signing_in import sign_out
from ezscale.kit.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TemporaryFailure
from ezscale.models import Customer
from ezscale.state.session import LATER, SessionState
from tests.state.conftest import open_tab, state_of


class CounterState(SessionState):
    """A screen with one button, on which everything can go wrong."""

    heard: str = ""

    @rx.event
    async def ask(self):
        self.heard = await self.read(lambda work: work.actor.name)

    @rx.event
    async def rename(self, customer_id, name):
        def use_case(work):
            work.session.get_one(Customer, customer_id).name = name

        await self.perform(use_case)

    @rx.event
    async def refuse_with(self, refusal):
        def use_case(work):
            raise refusal

        await self.perform(use_case)

    @rx.event
    async def refuse_half_way(self):
        self.heard = "started"
        yield
        raise NotFound


async def test_a_handler_reads_as_the_person_behind_the_cookie(house, customer_session):
    counter = await state_of(open_tab(customer_session.token), CounterState)

    await counter.ask()

    assert counter.heard == "Ada Moreno"


async def test_an_ended_session_is_nobody_from_the_next_event_on(house, customer_session):
    counter = await state_of(open_tab(customer_session.token), CounterState)
    with house.automation("test")() as work:
        sign_out(work, customer_session.token)

    await counter.ask()

    assert counter.heard == "visitor"


async def test_what_a_handler_performs_is_committed(house, customer_session, work):
    customer_id = (await state_of(open_tab(customer_session.token), SessionState)).actor
    customer_id = (await customer_id()).customer_id
    counter = await state_of(open_tab(customer_session.token), CounterState)

    await counter.rename(customer_id, "Ada Lovelace")

    assert work.session.get_one(Customer, customer_id).name == "Ada Lovelace"


async def test_a_refusal_that_names_a_field_appears_beside_it(house):
    counter = await state_of(open_tab(), CounterState)

    await counter.refuse_with(Invalid("A name, please.", field="name"))

    assert counter.errors == {"name": "A name, please."}
    assert counter.messages == []


async def test_old_errors_go_when_the_next_try_succeeds(house):
    counter = await state_of(open_tab(), CounterState)
    await counter.refuse_with(Invalid("A name, please.", field="name"))

    with pytest.raises(Exception, match="No row"):
        await counter.rename(uuid4(), "Ada")

    assert counter.errors == {}


@pytest.mark.parametrize(
    "refusal", [NotAllowed("Not yours."), NotFound("Not yours."), TemporaryFailure("panel is off")]
)
async def test_any_other_refusal_is_a_message(house, refusal):
    counter = await state_of(open_tab(), CounterState)

    await counter.refuse_with(refusal)

    said = counter.messages[0]
    assert (said.tone, said.text) == ("danger", LATER if isinstance(refusal, TemporaryFailure) else "Not yours.")


async def test_a_refusal_half_way_is_told_like_any_other(house):
    counter = await state_of(open_tab(), CounterState)

    steps = [step async for step in counter.refuse_half_way()]

    assert steps == [None, None]
    assert [message.text for message in counter.messages] == ["We could not find this."]


async def test_a_stranger_is_led_to_the_login_and_back(house):
    counter = await state_of(open_tab(at="/account/invoices/?page=2"), CounterState)

    answer = await counter.refuse_with(NotSignedIn())

    assert "/login/?next=%2Faccount%2Finvoices%2F%3Fpage%3D2" in str(answer.args)


async def test_only_the_last_messages_stay_and_each_can_be_closed():
    session = await state_of(open_tab(), SessionState)
    for text in ("one", "two", "three", "four"):
        session.say(text)

    session.dismiss(session.messages[0].id)

    assert [message.text for message in session.messages] == ["three", "four"]


async def test_what_was_said_is_still_there_on_the_next_page_and_over_on_the_one_after():
    session = await state_of(open_tab(), SessionState)
    session.turn_page()
    session.say("Saved.")

    session.turn_page()
    next_page = [message.text for message in session.messages]
    session.turn_page()
    page_after = list(session.messages)
    session.say("Said later.")
    session.turn_page()

    assert (next_page, page_after) == (["Saved."], [])
    assert [message.text for message in session.messages] == ["Said later."]


def test_what_handlers_call_cannot_be_called_as_an_event():
    ours = {"perform", "converse", "read", "actor", "say", "turn_page", "bind", "refuse"}

    assert not ours & set(SessionState.event_handlers)
    assert set(SessionState.event_handlers) == {"dismiss", "apologise", "begin_anew", "setvar"}
