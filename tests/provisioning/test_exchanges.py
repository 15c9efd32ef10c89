"""What was said to panels is kept beside the log, found again, thrown away in time, and never tells a secret."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select as core_select
from sqlmodel import select

from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_EXCHANGES
from ezscale.integrations.http import ask, open_http
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.database import table_of
from ezscale.kit.errors import BusinessError, NotAllowed, Rejected, TemporaryFailure
from ezscale.kit.exchanges import LONGEST
from ezscale.kit.ids import new_id
from ezscale.models import PanelExchange
from ezscale.provisioning.exchanges import FAILED, UNANSWERED, About, Wanted, exchanges, on_record
from ezscale.provisioning.panel_skills import GivesLogins, PowerAction, Powers, SignsIn, skills_of
from ezscale.provisioning.power import press_power
from ezscale.provisioning.using import reset_login, sign_in_to_panel
from ezscale.sandbox.panels import ENHANCE_TOKEN, PTERODACTYL_KEYS, SYNERGYCP_KEY
from tests.company import TOKEN
from tests.panels import PANELS, on_panel
from tests.sizes import figures

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, SEE_EXCHANGES}))
OUR_KEYS = (TOKEN, *PTERODACTYL_KEYS, SYNERGYCP_KEY, ENHANCE_TOKEN)
SECRET = ("password", "newPassword", "token", "tokens", "1", "2", "authorization")  # as panels call them


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def found(at, actor=SAM, **wanted):
    with at.house.database.opener(actor)() as work:
        return [(row, service.number) for row, service in exchanges(work, Wanted(**wanted))]


def table_of_exchanges(at) -> str:
    with at.house.database.engine.connect() as connection:
        rows = connection.execute(core_select(table_of(PanelExchange))).mappings()
        return "\n".join(json.dumps(dict(row), default=str, ensure_ascii=False) for row in rows)


def secrets_in(value: object, name: str = "") -> set[str]:
    """What panels call a password or a token, wherever it stands."""
    if isinstance(value, dict):
        return set().union(*(secrets_in(inner, key) for key, inner in value.items()), set())
    if isinstance(value, str) and not name and "?" in value:  # an answer that is one bare way in
        return {value.partition("?")[2]}
    if isinstance(value, list):
        return set().union(*(secrets_in(inner, name) for inner in value), set())
    return {value} if isinstance(value, str) and name in SECRET and len(value) > 5 else set()


@pytest.mark.parametrize("name", PANELS)
def test_a_job_and_an_action_leave_what_was_said_and_no_secret_that_went_over_the_line(at, ada, name):
    story = on_panel(at, name)
    story.buys(ada, "web.example.com")
    story.settles()
    service = ada.service()
    opener = at.house.database.opener(ada.actor)

    if isinstance(story.panel, Powers):
        press_power(opener, at.house.panels, service.id, PowerAction.RESTART)
    if "login" in skills_of(story.panel) and isinstance(story.panel, GivesLogins):
        reset_login(opener, at.house.panels, at.house.vault, service.id)
    if isinstance(story.panel, SignsIn):
        with suppress(BusinessError):  # nobody is sent to an address that is not encrypted, but the panel was asked
            sign_in_to_panel(opener, at.house.panels, service.id)

    kept, told = found(at, number=service.number.lower()), table_of_exchanges(at)
    planted = set(OUR_KEYS).union(
        *(secrets_in(json.loads(body)) for body in story.line.bodies if body[:1] and body[:1] in b'{["')
    )
    figures(f"secrets on the line of {name}", looked_for=len(planted), kept=len(kept))
    assert [secret for secret in planted if secret in told] == []
    assert {(row.panel, row.service_id, number) for row, number in kept} == {(name, service.id, service.number)}
    assert {bool(row.job_id) for row, _ in kept} >= {True}
    assert any(row.method == "POST" and row.code and row.code < 300 and row.sent for row, _ in kept)


def test_of_two_hundred_secrets_that_panels_send_and_repeat_none_is_kept(at, ada):
    ada.buys("vps-1")
    planted = [f"plant/{number}+%-{new_id().hex}" for number in range(200)]
    answers = [
        ("/servers/7/resetPassword", lambda secret: (200, {"data": {"expectedPassword": secret}})),
        (
            "/users/1/authenticationTokens/7",
            lambda secret: (200, {"data": {"authentication": {"tokens": {"1": secret}}}}),
        ),
        ("/servers/7/vnc", lambda secret: (200, {"data": {"ip": "10.0.0.1", "port": 5901, "word": secret}})),
        (
            "/client/servers/7/websocket",
            lambda secret: (200, {"data": {"socket": f"wss://n/{secret}", "token": secret}}),
        ),
        ("/orgs/1/members/2/sso", lambda secret: (200, secret)),
        ("/servers/7", lambda secret: (200, {"where": f"https://panel.test/in?x={secret}", "id": 7})),
        ("/servers/7", lambda secret: (422, {"message": f"The password {secret} is too weak."})),
        ("/servers/7", lambda secret: (200, {"environment": {"RCON_PASSWORD": secret, "apiKey": secret}})),
    ]

    for number, secret in enumerate(planted):
        path, answer = answers[number % len(answers)]
        status, body = answer(secret)
        line = httpx.MockTransport(lambda _request, status=status, body=body: httpx.Response(status, json=body))
        key = secret if path == "/orgs/1/members/2/sso" else "another-key"  # which the panel repeats
        http = open_http("http://panel.test", key, transport=line, query={"key": f"{key}-too"})
        sent = {"password": secret} if status == 422 else {"name": "web"}
        with on_record(at.house.automation("test"), About(ada.service().id, "virtfusion")), suppress(Rejected):
            ask(http, "POST", path, json=sent)

    told = table_of_exchanges(at)
    leaks = [secret for secret in planted if secret in told or json.dumps(secret)[1:-1] in told or secret[8:] in told]
    figures("secrets looked for", planted=len(planted), found=len(leaks))
    assert (len(found(at, words="/servers/7")), leaks) == (50, [])


def test_what_fails_is_kept_too_and_found_by_panel_outcome_number_and_words(at, ada):
    ada.buys("vps-1")
    service = ada.service()
    opener = at.house.database.opener(ada.actor)
    at.breaks(at.panel_http, "down", "*/power/*", times=1)
    with pytest.raises(BusinessError):
        press_power(opener, at.house.panels, service.id, PowerAction.RESTART)
    at.breaks(at.panel_http, "lost", "*/power/*", times=1)
    with pytest.raises(BusinessError):
        press_power(opener, at.house.panels, service.id, PowerAction.RESTART)

    assert [row.code for row, _ in found(at, outcome=FAILED)] == [None, 503, 404]  # nobody had an account at first
    [(lost, number)] = found(at, outcome=UNANSWERED, panel="virtfusion")
    assert (number, lost.method, lost.trouble != "") == (service.number, "POST", True)
    assert {row.method for row, _ in found(at, words="/POWER/", number=service.number)} == {"POST"}
    assert found(at, panel="enhance") == found(at, number="S-999999") == found(at, words="nobody said this") == []


def test_only_staff_with_the_right_read_it(at, ada):
    for actor in (ada.actor, replace(SAM, permissions=frozenset({SEE_EVERYTHING}))):
        with pytest.raises(NotAllowed):
            found(at, actor)


def test_it_is_cut_to_size_kept_when_nothing_follows_and_thrown_away_in_time(at, ada):
    ada.buys("vps-1")
    service, open_work = ada.service(), at.house.automation("test")
    before = len(found(at))
    line = httpx.MockTransport(
        lambda request: httpx.Response(200 if request.method == "GET" else 500, json=["x" * 9000])
    )

    with on_record(open_work, About(service.id, "virtfusion")):  # as a build that waits asks again and again
        ask(open_http("http://panel.test", transport=line), "GET", "/servers/7")
    waiting = len(found(at))
    with pytest.raises(TemporaryFailure), on_record(open_work, About(service.id, "virtfusion")):
        ask(open_http("http://panel.test", transport=line), "POST", "/servers/7")
    [(newest, _), *_] = found(at)

    assert (waiting, len(found(at))) == (before, before + 1)
    assert (newest.code, len(newest.got)) == (500, LONGEST + 1)
    at.sleeps(91)
    with at.robot() as work:
        kept = work.session.exec(select(PanelExchange.at)).all()
    assert all(moment > at.clock.now - timedelta(days=90) for moment in kept)
