"""Open pages hear of what happens elsewhere."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from ezscale.kit.events import Event
from ezscale.kit.ids import new_id
from ezscale.kit.outbox import OutboxEvent
from ezscale.models.customer import MemberRole
from ezscale.state import live
from ezscale.state.live import Concern, LiveState, News, followers_of, look
from tests.state.conftest import open_tab, session_of, state_of
from tests.state.portal import session_of as session_of_person


@dataclass(frozen=True, slots=True)
class BellRang(Event):
    """Something happened to a customer."""

    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServerBeeped(Event):
    """Something happened to a service."""

    customer_id: UUID
    service_id: UUID


@pytest.fixture
def news():
    """Nobody follows anything yet."""
    live._followers.clear()
    yield News()
    live._followers.clear()


def ring(house, customer_id):
    with house.automation("test")() as work:
        work.emit(BellRang(customer_id))


async def test_a_customers_page_is_refreshed_by_their_own_events_and_no_others(house, customer_session, news):
    page = await state_of(open_tab(customer_session.token, name="adas"), LiveState)
    await page.follow("refresh")
    ada = (await page.actor()).customer_id
    look(news)

    ring(house, new_id())
    strangers = followers_of(look(news))
    ring(house, ada)
    own = followers_of(look(news))

    assert strangers == []
    assert [token for token, _ in own] == ["adas"]


async def test_a_delegates_page_is_refreshed_by_the_server_they_use_and_by_nothing_else_of_its_owner(company, news):
    ada = company.signs_up("Ada Moreno")
    shared = ada.buys()
    dan = ada.brings_along("Dan Delegate", MemberRole.DELEGATE, shared.id)
    customer_id = ada.actor.customer_id
    page = await state_of(open_tab(session_of_person(company, dan), name="dans"), LiveState)
    await page.follow("refresh")
    look(news)

    heard = []
    for event in (
        BellRang(customer_id),
        ServerBeeped(customer_id, new_id()),
        ServerBeeped(new_id(), shared.id),
        ServerBeeped(customer_id, shared.id),
    ):
        with company.robot() as work:
            work.emit(event)
        heard.append([token for token, _ in followers_of(look(news))])

    assert heard == [[], [], [], ["dans"]]


async def test_staff_hear_of_everything(house, news):
    page = await state_of(open_tab(session_of(house, "Grace Operator", staff=True).token, name="staff"), LiveState)
    await page.follow("refresh")
    look(news)

    ring(house, new_id())

    assert [token for token, _ in followers_of(look(news))] == ["staff"]


async def test_a_visitor_follows_nothing(house, news):
    page = await state_of(open_tab(), LiveState)

    await page.follow("refresh")

    assert followers_of(frozenset({Concern(""), Concern("None")})) == []


async def test_what_happened_before_the_first_look_is_old_news(house, news):
    ring(house, new_id())

    assert look(news) == frozenset()


async def test_an_event_is_news_once(house, news):
    look(news)
    someone = new_id()
    ring(house, someone)

    first, second = look(news), look(news)

    assert (first, second) == (frozenset({Concern(str(someone))}), frozenset())


async def test_an_event_that_was_committed_late_is_not_missed(house, news):
    early, late = new_id(), new_id()
    look(news)
    ring(house, late)
    look(news)

    with house.automation("test")() as work:
        work.session.add(
            OutboxEvent(id=early, name="BellRang", payload={"customer_id": str(early)}, happened_at=work.now)
        )

    assert look(news) == frozenset({Concern(str(early))})
