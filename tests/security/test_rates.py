"""Every route and every event has a limit of its class, found by walking through the app itself."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from reflex_base.event import Event
from starlette.responses import PlainTextResponse, StreamingResponse
from time_machine import travel

import ezscale.state
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.signing_in import begin_session
from ezscale.api.app import create_api
from ezscale.api.doors import Door
from ezscale.api.edge import Edge, Site
from ezscale.api.rates import heavy
from ezscale.cli.broker import embedded_broker
from ezscale.cli.processes import Tree
from ezscale.kit import rates
from ezscale.kit.clock import world_now
from ezscale.kit.cookies import SESSION
from ezscale.kit.errors import TooMany
from ezscale.kit.ids import fingerprint
from ezscale.kit.rates import (
    CALLS,
    CHANGING,
    CODES,
    EVENTS_CHANGING,
    EVENTS_READING,
    EXPORTS,
    FORMS,
    GUESSES,
    NOTICES,
    OPEN,
    PAGES,
    PAY_LINKS,
    PLACES,
    PROBES,
    READING,
    REVERSE_NAMES,
    SOCKETS,
    TAB,
    TABS,
    WRONG_TOKENS,
    Rate,
    hit,
    network_of,
)
from ezscale.kit.settings import settings
from ezscale.sandbox.in_process import InProcess
from ezscale.state import guard
from ezscale.state.session import SessionState
from tests.browser.company import free_ports
from tests.company import Person
from tests.databases import statements_on
from tests.security.entrances import Entrance, entrances, parts_of
from tests.state.conftest import open_tab, state_of

OF_ROUTES = (FORMS, OPEN, READING, CHANGING, EXPORTS, CALLS, WRONG_TOKENS, NOTICES, PROBES)
OF_EVENTS = (TAB, TABS, EVENTS_READING, EVENTS_CHANGING)
OF_THE_EDGE = (PAGES, SOCKETS)
BY_DOOR = {
    Door.PUBLIC: {"GET": {OPEN.name}, "POST": {FORMS.name}},
    Door.SESSION: {"GET": {READING.name}, "POST": {CHANGING.name}},
    Door.TOKEN: {"GET": {CALLS.name, WRONG_TOKENS.name}, "POST": {CALLS.name, WRONG_TOKENS.name}},
    Door.SIGNATURE: {"POST": {NOTICES.name}},
    Door.OPERATOR: {"GET": {PROBES.name}},
}
NO_APP: Any = None  # the guard does not ask it
HERE = "127.0.0.1"  # where the tests' requests come from
OPENS_THE_DATABASE = re.compile(r"wiring\.(database|work_of|automation|house)\(")


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    rates.start_over()
    yield
    rates.start_over()


def exhaust(rate: Rate, *callers: str, alone: bool = False) -> None:
    """These have asked as often as they may."""
    for caller in callers:
        use_up(rate, caller, rates.left(rate, caller, alone=alone)[0], alone=alone)
        while not hit(rate, caller, alone=alone):  # a minute has ended meanwhile
            pass


def use_up(rate: Rate, caller: str, times: int, *, alone: bool) -> None:
    """They ask so many times, all at once."""
    rates._ask(lambda limiter: limiter.hit(rate.item, caller, cost=times), alone=alone)


def ask(line: InProcess, route: Entrance, person: Person, limits: Iterable[Rate]) -> httpx.Response:
    """A request by somebody who shows everything they have, and has asked as often as these limits allow."""
    with person.at.robot() as work:
        session = begin_session(work, person.user).token
    _, token = person.does(lambda work: create_token(work, "test"))
    rates.start_over()
    for rate in limits:
        exhaust(rate, HERE, str(person.user.id), fingerprint(session), fingerprint(token))
    shown = {"Authorization": f"Bearer {token}"} if route.doors == {Door.TOKEN} else {"Cookie": f"{SESSION}={session}"}
    client = httpx.Client(transport=line, base_url="http://ezscale.test", headers=shown)
    return client.request(**route.requests(["00000000-0000-7000-8000-000000000000"])[0])


def test_every_route_is_limited_by_the_class_of_its_door(bob, line):
    unlimited, limited_by_others = [], []

    for route in entrances(create_api()):
        name, classes = f"{route.method} {route.path}", expected(route)
        for rate in OF_ROUTES:
            if rate.name in classes:
                answer = ask(line, route, bob, [rate])
                if answer.status_code != 429:  # once more, in case that a minute has ended just then
                    answer = ask(line, route, bob, [rate])
                if answer.status_code != 429:
                    unlimited.append(f"{name} by {rate.name}")
                    continue
                assert 1 <= int(answer.headers["retry-after"]) <= 61
                assert answer.headers["content-type"] == "application/problem+json"
        others = [rate for rate in OF_ROUTES if rate.name not in classes]
        if ask(line, route, bob, others).status_code == 429:
            limited_by_others.append(name)

    assert unlimited == []
    assert limited_by_others == []


def expected(route: Entrance) -> set[str]:
    """The classes of a route: that of its door and method, and another one for whole lists and documents."""
    (door,) = route.doors
    method = "GET" if route.method in ("GET", "HEAD", "OPTIONS") else "POST"
    classes = BY_DOOR[door].get(method) or next(iter(BY_DOOR[door].values()))
    return classes | ({EXPORTS.name} if is_heavy(route) else set())


def is_heavy(route: Entrance) -> bool:
    """Whether a whole list or a document leaves by it."""
    returned = getattr(route.dependant.call, "__annotations__", {}).get("return")
    streams = isinstance(returned, type) and issubclass(returned, StreamingResponse)
    return streams or any(part.call is heavy for part in parts_of(route.dependant))


def test_a_browser_is_told_in_words_and_a_program_in_a_document(bob, web, browser_of):
    exhaust(FORMS, HERE)

    form = web.post("/api/session", headers={"Accept": "text/html"})
    program = web.post("/api/session")

    assert form.text == f"Too many requests. Please wait {form.headers['retry-after']} seconds."
    assert program.headers["content-type"] == "application/problem+json"


def test_one_home_counts_as_one_whatever_addresses_it_takes():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:198.51.100.7") == "198.51.100.7"
    assert network_of("no address") == "no address"


async def test_the_edge_limits_files_pages_and_sockets():
    async def everything(scope, receive, send):
        await PlainTextResponse("here")(scope, receive, send)

    edge = Edge(everything, Site(hosts=frozenset({"shop.example"})))
    exhaust(PAGES, HERE, alone=True)
    exhaust(SOCKETS, HERE, alone=True)
    said = []

    async def send(message):
        said.append(message)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://shop.example") as visitor:
        answer = await visitor.get("/assets/page.js")
    headers = [(b"host", b"shop.example"), (b"origin", b"http://shop.example")]
    await edge({"type": "websocket", "path": "/_event", "headers": headers, "client": (HERE, 1)}, NO_APP, send)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert said == [{"type": "websocket.close", "code": 1008}]


async def test_every_event_of_a_tab_or_an_address_that_sends_too_many_is_dropped_unasked(at):
    names = [name for name in all_events() if name]
    tab = open_tab()
    guarding = guard.SessionGuard()

    # The clock stands still: on a busy machine so many events take longer than somebody is left in peace for.
    with travel(world_now(), tick=False), statements_on(at.house.database.engine) as asked:
        exhaust(TAB, "tab-1", alone=True)
        by_tab = [await guarding.preprocess(NO_APP, tab, Event(name=name)) for name in names]
        rates.start_over()
        exhaust(TABS, HERE, alone=True)
        by_address = [await guarding.preprocess(NO_APP, tab, Event(name=name)) for name in names]

    assert len(names) > 100
    assert None not in (*by_tab, *by_address)
    assert asked == []
    assert [message.text for message in (await state_of(tab, SessionState)).messages] == [guard.TOO_FAST] * 2
    assert len([update for update in (*by_tab, *by_address) if update and update.delta]) == 2


def all_events() -> list[str]:
    """Every event that there is."""
    from reflex_base.registry import RegistrationContext  # noqa: PLC0415

    import ezscale.pages.routes  # noqa: F401, PLC0415  # every state is known once the pages are

    return list(RegistrationContext.ensure_context().event_handlers)


@pytest.mark.parametrize(("rate", "way"), [(EVENTS_READING, "read"), (EVENTS_CHANGING, "perform")])
async def test_what_events_read_and_change_is_counted_for_the_person(bob, at, rate, way):
    with at.robot() as work:
        token = begin_session(work, bob.user).token
    session = await state_of(open_tab(token), SessionState)
    assert await getattr(session, way)(lambda work: work.actor.user_id) == bob.user.id

    exhaust(rate, str(bob.user.id))

    with pytest.raises(TooMany, match="Please wait"):
        await getattr(session, way)(lambda work: pytest.fail(f"{work.actor.name} was let through"))


def test_events_reach_the_database_by_the_counted_ways_alone():
    folder = Path(ezscale.state.__path__[0])
    reaching = {
        str(source.relative_to(folder))
        for source in folder.rglob("*.py")
        if OPENS_THE_DATABASE.search(source.read_text("utf-8"))
    }

    # The guard has counted the tab and the address before it asks; the catalog keeps what it has read; whoever came by a
    # pay link has been counted by `converse`, and goes on as somebody who may do less.
    known = {"session.py", "guard.py", "live.py", "open_tabs.py", "marketing/catalog.py", "paying/by_link.py"}
    assert reaching == known


def test_every_class_is_one_of_these():
    assert set(rates.ALL) == {*OF_ROUTES, *OF_EVENTS, *OF_THE_EDGE, GUESSES, CODES, PAY_LINKS, REVERSE_NAMES, PLACES}
    assert all(rate.amount > 0 and rate.by for rate in rates.ALL)


def test_all_web_processes_count_together_and_each_alone_while_redis_is_away(tmp_path, monkeypatch):
    tree = Tree(lambda _sentence: None)
    [port] = free_ports(1)
    broker = embedded_broker(tmp_path / "valkey.sock", tmp_path / "broker.log")
    tree.start([replace(broker, command=(*broker.command, "--port", str(port), "--bind", "127.0.0.1"))])
    monkeypatch.setenv("EZSCALE_REDIS_URL", f"redis://127.0.0.1:{port}")
    settings.cache_clear()
    try:
        rates.start_over()
        exhaust(EXPORTS, "ada")
        rates.start_over()  # as another process, which has counted nothing itself
        seen_elsewhere = hit(EXPORTS, "ada")
        tree.stop()
        without_redis = hit(EXPORTS, "ada")
    finally:
        tree.stop()
        settings.cache_clear()

    assert 1 <= seen_elsewhere <= 60
    assert without_redis == 0
