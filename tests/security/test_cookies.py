"""What our cookies are made of: every one of them, from every route that can set one (row 20)."""

import ast
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

import ezscale
from ezscale.accounts.signing_in import begin_session
from ezscale.api.signing_in import router
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ACTING, ANSWER, SESSION, STEP, session_token
from ezscale.kit.settings import settings
from ezscale.kit.work import Database
from tests.company import PASSWORD

HOUSE = Path(ezscale.__path__[0])


@pytest.fixture
def over_tls(monkeypatch):
    monkeypatch.setenv("EZSCALE_PUBLIC_URL", "https://shop.example")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize("tls", [False, True])
def test_every_cookie_is_out_of_reach_of_scripts_and_of_other_sites(bob, web, request, tls):
    if tls:
        request.getfixturevalue("over_tls")

    answers = [
        web.post("/api/session", data={"email": bob.user.email, "password": PASSWORD}),
        web.post("/api/session", data={"email": bob.user.email, "password": "wrong"}),
        web.post("/api/register", data={"email": "new@example.com"}),
        web.post("/api/session/end"),
        *(web.post(route.path, data={}) for route in router.routes if isinstance(route, APIRoute)),
    ]

    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0].removeprefix("__Host-") for cookie in cookies} >= {SESSION, ANSWER}
    for cookie in cookies:
        properties = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= properties, cookie
        assert not any(part.startswith("domain") for part in properties)
        assert ("secure" in properties) is cookie.startswith("__Host-") is tls


@pytest.mark.parametrize("name", [SESSION, ACTING, STEP])
def test_over_tls_a_cookie_that_a_neighbour_could_have_planted_counts_for_nothing(over_tls, name):
    planted, own = session_token(f"{name}=planted"), session_token(f"{SESSION}=planted; __Host-{SESSION}=own")

    assert (planted, own) == ("", "own")


def test_cookies_are_set_in_one_place():
    setting = [
        str(source.relative_to(HOUSE))
        for source in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("set_cookie", "delete_cookie")
    ]

    assert {place for place in setting if not place.startswith("sandbox/")} == {"api/cookies.py"}


def test_signing_in_gives_another_secret_each_time_and_ends_the_one_before(bob, web, database: Database):
    with database.opener(ANONYMOUS)() as work:
        planted = begin_session(work, bob.user).token
    web.cookies.set(SESSION, planted)

    answer = web.post("/api/session", data={"email": bob.user.email, "password": PASSWORD})

    assert planted not in answer.headers["set-cookie"]
    assert web.get("/api/exports/customers.csv", headers={"Cookie": f"{SESSION}={planted}"}).status_code == 401
