"""The stand-ins' sockets are as strict as those of the panels: who has not the right password, token or page stays outside."""

import json
from datetime import timedelta

import pytest

from ezscale.sandbox.pterodactyl import wings_door
from ezscale.sandbox.store import Store
from ezscale.sandbox.virtfusion import console_door
from tests.sandbox.sockets import Closed, Player, Viewer, socket_of
from tests.sandbox.test_pterodactyl_stand_in import ORDER
from tests.sandbox.test_pterodactyl_stand_in import Panel as GamePanel
from tests.sandbox.test_virtfusion_stand_in import Panel as ServerPanel

PAGE = "https://shop.test"


class Screen:
    """A server whose console is switched on."""

    def __init__(self):
        self.panel = ServerPanel()
        self.id = self.panel.built()
        self.vnc = self.switch("enable")
        self.door = console_door(self.panel.store, self.panel.clock)

    def switch(self, action):
        answer = self.panel.post(f"/servers/{self.id}/vnc", {"action": action}).json()["data"]
        for _ in range(2):
            self.panel.get(f"/queue/{answer['queueId']}")
        return answer["vnc"]

    def socket(self):
        return socket_of(self.door, self.vnc["wss"]["url"].removeprefix("/vnc"), **{"sec-websocket-protocol": "binary"})


async def test_a_screen_shows_the_host_name_and_what_is_typed():
    screen = Screen()
    async with screen.socket() as socket:
        viewer = Viewer(socket)
        assert await viewer.knocks(screen.vnc["password"]) == 0
        width, height, name = await viewer.sits_down()
        first = await viewer.looks(width, height)
        await viewer.types("ls")
        second = await viewer.looks(width, height, again=True)

    assert name == "web.example.test"
    assert any(first)
    assert first != second
    assert screen.panel.done()["keys pressed"] == 2


async def test_without_the_password_the_token_or_the_switch_nobody_sees_a_screen():
    screen = Screen()
    async with screen.socket() as socket:
        assert await Viewer(socket).knocks("guessed!") == 1
    with pytest.raises(Closed):
        async with socket_of(screen.door, "/?token=guessed"):
            pass

    old = screen.vnc
    screen.vnc = screen.switch("enable")
    with pytest.raises(Closed):
        async with socket_of(screen.door, old["wss"]["url"].removeprefix("/vnc")):
            pass

    screen.switch("disable")
    with pytest.raises(Closed):
        async with screen.socket():
            pass


async def test_who_sits_before_a_screen_is_sent_away_when_it_is_switched_off():
    screen = Screen()
    async with screen.socket() as socket:
        viewer = Viewer(socket)
        await viewer.knocks(screen.vnc["password"])
        size = (await viewer.sits_down())[:2]
        await viewer.looks(*size)

        screen.switch("disable")
        await viewer.types("x")

        with pytest.raises(Closed):
            await viewer.looks(*size, again=True)


class Game:
    """A game server that runs."""

    def __init__(self):
        store = Store()
        self.panel = GamePanel(store=store)
        self.server = self.panel.installed()
        self.door = wings_door(store, [PAGE], self.panel.clock)

    def way_in(self, server=0):
        name = self.panel.name(server or self.server)
        told = self.panel.client.get(f"/servers/{name}/websocket").json()["data"]
        return told["token"], told["socket"].removeprefix("wss://").partition("/")[2]

    def socket(self, path, page=PAGE):
        return socket_of(self.door, f"/{path}", origin=page)


async def test_a_game_tells_its_state_and_lines_and_takes_commands():
    game = Game()
    token, path = game.way_in()
    async with game.socket(path) as socket:
        player = Player(socket)
        await player.says("send command", "say too early")
        assert await player.hears() == ("jwt error", "no jwt present")
        await player.says("auth", token)
        assert [await player.hears(), await player.hears()] == [("auth success",), ("status", "running")]
        await player.says("send stats", None)
        told, figures = await player.hears()
        assert (told, json.loads(figures)["state"]) == ("stats", "running")
        await player.says("send command", "say hi")
        assert [await player.hears(), await player.hears()] == [
            ("console output", "> say hi"),
            ("console output", "[Server] hi"),
        ]
        await player.says("set state", "kill")
        assert await player.hears() == ("status", "offline")


async def test_a_token_opens_one_server_for_ten_minutes_and_one_minute_before_it_says_so():
    game = Game()
    token, path = game.way_in()
    async with game.socket(path) as socket:
        player = Player(socket)
        await player.says("auth", "guessed")
        assert (await player.hears())[0] == "jwt error"
        await player.says("auth", token)
        assert [(await player.hears())[0] for _ in range(2)] == ["auth success", "status"]

        game.panel.clock.now += timedelta(minutes=9.5)
        await player.says("send nothing", None)
        assert await player.hears() == ("token expiring",)
        fresh, _ = game.way_in()
        await player.says("auth", fresh)
        assert await player.hears() == ("auth success",)

        game.panel.clock.now += timedelta(minutes=11)
        await player.says("send command", "say hi")
        assert [(await player.hears())[0], (await player.hears())[0]] == ["token expired", "jwt error"]
        await player.says("auth", fresh)
        assert await player.hears() == ("jwt error", "jwt: exp claim is invalid")


async def test_a_token_of_another_server_and_a_page_of_another_site_are_refused():
    game = Game()
    other = game.panel.post("/servers", ORDER | {"external_id": "SRV-2"}).json()["attributes"]["id"]
    game.panel.server(other), game.panel.server(other)
    path = game.way_in()[1]
    async with game.socket(path) as socket:
        player = Player(socket)
        await player.says("auth", game.way_in(other)[0])
        assert await player.hears() == ("jwt error", "jwt: server uuid mismatch")

    with pytest.raises(Closed):
        async with game.socket(path, page="https://elsewhere.test"):
            pass
