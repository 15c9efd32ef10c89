"""What opens a console goes to the page that has asked for it, and to nobody else."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.kit.settings import settings
from ezscale.models import ConsoleSession
from ezscale.models.console import ConsoleStatus
from ezscale.provisioning.consoles import GRACE
from tests.panels import on_panel


@pytest.fixture(autouse=True)
def _game_nodes(monkeypatch):
    """The nodes of the stand-in are among the sockets that a page may call."""
    monkeypatch.setenv("EZSCALE_CONSOLE_SOCKETS", "wss://*.example.test:8080")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def game(at, moved_into, bob):
    game = on_panel(at, "pterodactyl")
    moved_into(at)
    game.buys(bob, "game.example.com")
    at.lives(days=0.01)
    return bob.service()


def test_a_page_opens_keeps_and_leaves_the_console_of_its_persons_service(at, bob, game, browser_of):
    page, ada = browser_of(bob), browser_of(at.signs_up("Ada Moreno"))
    page.headers["Accept"] = ada.headers["Accept"] = "application/json"

    opened = page.post("/api/consoles", json={"service_id": str(game.id)})
    told = opened.json()
    fresh = page.post("/api/consoles", json={"service_id": str(game.id), "session_id": told["session_id"]}).json()

    assert opened.headers["cache-control"] == "no-store"
    assert (told["kind"], told["url"][:6], bool(told["token"])) == ("lines", "wss://", True)
    assert fresh["session_id"] == told["session_id"]
    here = f"/api/consoles/{told['session_id']}"
    assert [ada.post(f"{here}/{word}").status_code for word in ("keep", "leave")] == [404, 404]
    assert ada.post("/api/consoles", json={"service_id": str(game.id)}).status_code == 404
    assert page.post(f"{here}/keep").status_code == 204
    assert page.post(f"{here}/leave").status_code == 204
    at.lives(days=GRACE / timedelta(days=1))
    assert page.post(f"{here}/keep").status_code == 409
    with at.robot() as work:
        assert [session.status for session in work.session.exec(select(ConsoleSession))] == [ConsoleStatus.CLOSED]


def test_nobody_who_is_not_signed_in_opens_one(game, web):
    assert web.post("/api/consoles", json={"service_id": str(game.id)}).status_code == 401
