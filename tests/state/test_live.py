"""Open pages hear of what happens elsewhere."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from ezscale.kit.events import Event
from ezscale.kit.ids import new_id
from ezscale.kit.outbox import OutboxEvent
from ezscale.state import live
from ezscale.state.live import LiveState, News, followers_of, look
from tests.state.conftest import open_tab, session_of, state_of


@dataclass(frozen=True, slots=True)
class BellRang(Event):
    """Something happened to a customer."""

    customer_id: UUID


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


async def test_staff_hear_of_everything(house, news):
    page = await state_of(open_tab(session_of(house, "Grace Operator", staff=True).token, name="staff"), LiveState)
    await page.follow("refresh")
    look(news)

    ring(house, new_id())

    assert [token for token, _ in followers_of(look(news))] == ["staff"]


async def test_a_visitor_follows_nothing(house, news):
    page = await state_of(open_tab(), LiveState)

    await page.follow("refresh")

    assert followers_of(frozenset({"", "None"})) == []


async def test_what_happened_before_the_first_look_is_old_news(house, news):
    ring(house, new_id())

    assert look(news) == frozenset()


async def test_an_event_is_news_once(house, news):
    look(news)
    someone = new_id()
    ring(house, someone)

    first, second = look(news), look(news)

    assert (first, second) == (frozenset({str(someone)}), frozenset())


async def test_an_event_that_was_committed_late_is_not_missed(house, news):
    early, late = new_id(), new_id()
    look(news)
    ring(house, late)
    look(news)

    with house.automation("test")() as work:
        work.session.add(
            OutboxEvent(id=early, name="BellRang", payload={"customer_id": str(early)}, happened_at=work.now)
        )

    assert look(news) == frozenset({str(early)})
