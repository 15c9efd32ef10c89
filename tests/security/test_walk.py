"""The walk: every handler and every route, tried by everybody who has no business there.

Nobody learns what is another's, nobody changes it, and a way in that cannot be classified is a failure.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar
from uuid import UUID
from zipfile import ZipFile
from zlib import crc32

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI
from pypdf import PdfReader
from starlette.routing import Route
from starlette.types import ASGIApp

from ezscale.api.doors import Door
from ezscale.api.sheets import SHEETS
from ezscale.kit import rates
from ezscale.models import Customer
from ezscale.sandbox.in_process import InProcess
from tests.security.entrances import Entrance, Handler, asked_names, entrances, handlers, routes_of_reflex
from tests.security.scene import (
    ANOTHER,
    BOSS,
    CALLERS,
    DELEGATE,
    HELPER,
    IMPERSONATING,
    LOWEST,
    NOBODY,
    SUSPENDED,
    VICTIM,
    Scene,
    a_scene,
)
from tests.security.tab import Pipeline, Tab, pipeline
from tests.security.watcher import Watcher
from tests.sizes import size

T = TypeVar("T")
TEXTS = ("", "zz", "' OR 1=1 --", "../../etc/passwd", "is_staff", "x" * 5000, "a\x00b")
GARBAGE: tuple[object, ...] = (*TEXTS, -1, 1.5, [], {"$ne": None})
WELCOME = {
    NOBODY: {"public"},
    ANOTHER: {"public", "account"},
    SUSPENDED: {"public", "account"},
    DELEGATE: {"public", "account"},
    LOWEST: {"public", "admin"},
    IMPERSONATING: {"public", "account"},
    VICTIM: {"public", "account"},
    BOSS: {"public", "admin"},
    HELPER: {"public", "account"},
}
THOROUGH = size(0, 1)  # everybody sends every kind of rubbish, and ids that a page does not even speak of
MAY_LESS = (SUSPENDED, DELEGATE, IMPERSONATING)
SENDS_GARBAGE = {"public": NOBODY, "account": ANOTHER, "admin": LOWEST}  # the caller who breaks things on each side
IN_TURN = 3  # each kind of rubbish goes to every third handler, and is parsed in the same few ways by all
REFUSALS = {Door.TOKEN: {401, 404}, Door.SESSION: {303, 401, 404}}  # of whoever shows nothing
ALWAYS = {Door.SIGNATURE: {400}, Door.OPERATOR: {401, 403}}  # of whoever is neither the vendor nor the operator


@dataclass(frozen=True)
class Web:
    """The whole web as it is served, and its two halves."""

    served: ASGIApp
    api: FastAPI
    app: rx.App


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REFLEX_ENV_MODE", "prod")
        patch.setenv("__REFLEX_SKIP_COMPILE", "true")
        from ezscale import ezscale  # noqa: PLC0415  # building the app is what the settings above are about

        yield Web(ezscale.app(), ezscale.api, ezscale.app)


@pytest.fixture
def scene(database, clock, tmp_path) -> Iterator[Scene]:
    with a_scene(database, clock, tmp_path) as scene:
        yield scene


def test_every_handler_is_on_a_known_side_of_the_house(web):
    unknown = [handler.name for handler in handlers(web.app) if not handler.is_classified]

    assert unknown == []


def test_every_route_declares_one_door(web):
    unclear = {f"{route.method} {route.path}": route.doors for route in entrances(web.api) if len(route.doors) != 1}

    assert unclear == {}


def test_behind_our_routes_there_is_nothing_but_reflex_and_it_takes_no_files(web):
    behind = {
        route.path: route.endpoint if isinstance(route, Route) else route.app for route in routes_of_reflex(web.api)
    }

    assert [path for path, app in behind.items() if not made_by_reflex(app)] == []
    assert [path for path in behind if "upload" in path] == []


def share_of(who: str, ways_in: list[T]) -> list[T]:
    """All of them; of those who may do a part of what another customer may, each tries a third, but for a soak."""
    if THOROUGH or who not in MAY_LESS:
        return ways_in
    return ways_in[MAY_LESS.index(who) :: len(MAY_LESS)]


@pytest.mark.parametrize("who", CALLERS)
async def test_no_event_gives_away_or_changes_what_is_anothers(web, scene, who):
    harm, bugs = await walk_the_handlers(web, scene, who, share_of(who, handlers(web.app)))

    assert harm == []
    assert bugs == {}


@pytest.mark.parametrize("who", CALLERS)
def test_no_route_gives_away_or_changes_what_is_anothers(web, scene, who):
    watcher, harm = Watcher(scene, who), []

    for route in share_of(who, entrances(web.api)):
        client = a_client(web, scene, who)
        for request in route.requests(asked_of(scene, who, route)):
            rates.start_over()  # whoever may not do a thing may not do it once: limits are another test's story
            answer = client.request(**request)
            wrong = watcher.harm(json.dumps(request), f"{answer.headers} {written_in(answer)}")
            if not is_expected(route, who, answer.status_code):
                wrong.append(f"was answered {answer.status_code}: {answer.text[:200]}")
            harm += [f"{request}: {each}" for each in wrong]

    assert harm == []


def asked_of(scene: Scene, who: str, route: Entrance) -> list[str]:
    """What to put into the places of a route: ids, names of lists, and rubbish (which every route refuses in one way)."""
    ids = [row_id for table, row_id in probes(scene, who) if THOROUGH or route.speaks_of(table)]
    lists = SHEETS if THOROUGH or "{name}" in route.path else ()
    return [*ids, *lists, *(TEXTS if THOROUGH or who in SENDS_GARBAGE.values() else TEXTS[:2])]


def test_the_walk_notices_what_it_looks_for(scene):
    watcher, victim = Watcher(scene, ANOTHER), scene.samples["customer"]
    api = FastAPI(openapi_url=None)
    api.add_api_route("/back-door", lambda: None)
    astray = type("AstrayState", (), {"__module__": "ezscale.state.account.astray", "_face": "public"})

    with scene.at.robot() as work:
        work.session.get_one(Customer, UUID(victim)).city = "Atlantis"

    assert watcher.harm("", "Dear Victoria Underwood")[0] == "was told 'Victoria Underwood'"
    assert Watcher(scene, ANOTHER).harm("Victoria Underwood", "Dear Victoria Underwood") == []
    assert [route.doors for route in entrances(api)] == [set()]
    assert not Handler("astray", lambda _: None, astray).is_classified


def test_the_walk_notices_what_is_done_in_the_name_of_the_customer_as_whom_somebody_acts(scene):
    watcher, acted = Watcher(scene, IMPERSONATING), scene.own_samples(IMPERSONATING)["customer"]

    scene.cookies(IMPERSONATING)
    began = watcher.harm("", "")
    with scene.at.robot() as work:
        work.session.get_one(Customer, UUID(acted)).city = "Atlantis"

    told, changed = watcher.harm("", scene.passwords[ANOTHER])
    assert began == []
    assert told == f"was told {scene.passwords[ANOTHER]!r}"
    assert changed.startswith(f"changed ('customer', '{acted}')")


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        (VICTIM, "account.{}.load: overview services service order invoices invoice profile"),
        (HELPER, "account.{}.load: overview services service order invoices invoice profile"),
        (BOSS, "admin.{}.load: customers customer services service orders invoices invoice mail"),
    ],
)
async def test_whoever_may_know_is_told_on_the_very_same_walk(web, scene, who, pages):
    place, _, names = pages.partition(": ")

    told, _ = await walk_the_handlers(web, scene, who, [each for each in handlers(web.app) if "load" in each.place])

    assert {place.format(name) for name in names.split()} <= {line.partition("(")[0] for line in told}


async def walk_the_handlers(web: Web, scene: Scene, who: str, tried: list[Handler]) -> tuple[list[str], dict[str, str]]:
    """What a caller has heard and changed that is not theirs, and the handlers of ours that broke."""
    watcher, harm, pages = Watcher(scene, who), [], defaultdict(list)
    for handler in tried:
        pages[handler.page].append(handler)
    async with pipeline(web.app) as line:
        for page in pages.values():
            async for place, sent, heard in calls(line, scene, who, page, watcher):
                harm += [f"{place}({sent[:200]}): {wrong}" for wrong in watcher.harm(sent, *heard)]
    return harm, {each.place: line.bugs[each.name] for each in tried if each.ours and each.name in line.bugs}


async def calls(
    line: Pipeline, scene: Scene, who: str, page: list[Handler], watcher: Watcher
) -> AsyncIterator[tuple[str, str, list[str]]]:
    """Everything that is tried on the handlers of a page, and what is heard then.

    It is opened before its buttons are pressed; and again before the next of them, once anything has changed on it that
    could be about what it was opened for.
    """
    name, tab, tried = page[0].page, Tab(scene.cookies(who)), set()
    loading = f"{name}.load"
    for value, is_theirs, buttons in attempts(scene, who, page):
        typed = value if page[0].reads_the_address and isinstance(value, str) else ""
        asked = dict.fromkeys(asked_names(), typed) if typed else {}
        is_rubbish = any(value is each for each in GARBAGE)  # in a page that was never opened it does no less
        opens, is_open = line.knows(loading) and (THOROUGH or not is_rubbish), False
        for handler in buttons:
            has_changed = False
            for payload in handler.payloads(value, choosing=is_theirs):
                sent = f"{asked} {payload}"
                if (handler.name, sent) in tried or handler.name in line.sleepers:
                    continue
                tried.add((handler.name, sent))
                if scene.comes_back(who, tab.cookies) or tab.is_worn:
                    tab, is_open = Tab(scene.cookies(who)), False
                    watcher.looks_away()
                tab.goes_to(asked)
                rates.start_over()
                if opens and not is_open and handler.name != loading:
                    yield f"{handler.place} is opened", sent, await line.answers(tab, loading, {})
                heard, is_open = await line.answers(tab, handler.name, payload), True
                has_changed |= is_theirs and any(text.startswith(name) for text in heard)
                yield handler.place, sent, heard
            is_open = is_open and (handler.name == loading or not has_changed)


def attempts(scene: Scene, who: str, page: list[Handler]) -> Iterator[tuple[object, bool, list[Handler]]]:
    """What to send to which handlers of a page, and whether it could be theirs: then they choose words, too."""
    [one, *_] = page
    ours = [each for each in page if each.ours and each.face in WELCOME[who]]
    others = [each for each in page if each not in ours]
    if others:
        yield scene.samples["service"], False, others
    for odd in ("is_staff", None):
        yield odd, False, [each for each in others if THOROUGH or not each.ours]  # the guard never looks at it
    for table, row_id in probes(scene, who) if ours else ():
        if THOROUGH or one.speaks_of(table):
            yield row_id, one.takes_ids_of(table), ours
    yield None, False, ours  # a list that is not searched, a form that was not filled in
    for number, value in enumerate(GARBAGE if THOROUGH or SENDS_GARBAGE.get(one.face) == who else ()):
        yield (
            value,
            False,
            [each for each in ours if THOROUGH or crc32(each.name.encode()) % IN_TURN == number % IN_TURN],
        )


def a_client(web: Web, scene: Scene, who: str) -> httpx.Client:
    """Somebody with whatever they have to show, coming by way of a proxy."""
    rates.start_over()
    shown = {"Authorization": f"Bearer {token}"} if (token := scene.token(who)) else {}
    return httpx.Client(
        transport=InProcess(web.served),
        base_url="http://localhost",
        headers={"X-Forwarded-For": "203.0.113.7", "Origin": "http://localhost", **shown},
        cookies=scene.cookies(who),
    )


def written_in(answer: httpx.Response) -> str:
    """What an answer tells whoever opens it: the words of a PDF, the files of an archive."""
    match answer.headers.get("content-type", ""):
        case "application/pdf":
            return words_of(answer.content)
        case "application/zip":
            with ZipFile(BytesIO(answer.content)) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
            texts = (words_of(each) if name.endswith(".pdf") else each.decode() for name, each in files.items())
            return " ".join((*files, *texts))
    return answer.text


def words_of(pdf: bytes) -> str:
    """The text on every page."""
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def probes(scene: Scene, who: str) -> list[tuple[str, str]]:
    """Ids to try: the victim's, one from each table; and their own, for whoever may not use (or change) even those.

    A delegate tries the shared server, too: its page must tell nothing else.
    """
    own = scene.own_samples(who).items() if who in (SUSPENDED, IMPERSONATING) else ()
    shared = [("service", str(scene.shared))] if who == DELEGATE else []
    return [*scene.samples.items(), *own, *shared]


def is_expected(route: Entrance, who: str, status: int) -> bool:
    """Whether a route may answer so to a caller."""
    (door,) = route.doors
    allowed = ALWAYS.get(door) or (REFUSALS.get(door) if who == NOBODY else None)
    return status in allowed if allowed else status != 500


def made_by_reflex(app: object) -> bool:
    """Whether a part of the web came with Reflex."""
    modules = {getattr(app, "__module__", ""), type(app).__module__}
    return any(module.partition(".")[0].startswith("reflex") for module in modules)
