"""The socket of a node's daemon: a server's console, its power and its figures, for whoever brings a token of the panel's."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from ezscale.kit.clock import world_now
from ezscale.sandbox.pterodactyl.house import LIFELIKE, House, Refusal
from ezscale.sandbox.pterodactyl.wings import figures, server_now, switch
from ezscale.sandbox.store import Document, Store

LIVES = timedelta(minutes=10)
EXPIRES_SOON = timedelta(minutes=1)
LOOKS_EVERY = 1.0
NOT_WELCOME = 1008
GOING_AWAY = 1001
SIGNALS = ("start", "stop", "restart", "kill")
FIRST_LINES = ("Starting the server", 'Done (2.1s)! For help, type "help"')


def token_for(here: House, server: Document) -> str:
    """What opens this server's console for ten minutes."""
    now = here.now()
    times = {"iat": int(now.timestamp()), "exp": int((now + LIVES).timestamp())}
    claims = {**times, "jti": uuid4().hex, "server_uuid": server["uuid"], "permissions": ["*"]}
    return jwt.encode({"alg": "HS256"}, claims, _key(here))


def wings_door(store: Store, origins: Collection[str], now: Callable[[], datetime] = world_now) -> ASGIApp:
    """The daemon's sockets, /api/servers/<uuid>/ws. It answers to pages of these origins alone: its `allowed_origins`."""
    here = House(store, "", "", "", LIFELIKE, now)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            raise RuntimeError("A console is a socket.")
        socket = WebSocket(scope, receive, send)
        uuid = scope["path"].removesuffix("/ws").rsplit("/", 1)[-1]
        found = here.store.where("servers", "uuid", uuid)
        if socket.headers.get("origin") not in origins or not found:
            await socket.close(NOT_WELCOME)
            return
        await socket.accept()
        try:
            await Watch(here, socket, found[0]["id"], uuid).hold()
        except Refusal:
            await socket.close(GOING_AWAY)
        except WebSocketDisconnect:
            return

    return serve


class Watch:
    """One browser at one server's console."""

    def __init__(self, here: House, socket: WebSocket, server_id: int, uuid: str) -> None:
        self._here, self._socket, self._id, self._uuid = here, socket, server_id, uuid
        self._ends: datetime | None = None
        self._is_warned = False
        self._power = ""

    async def hold(self) -> None:
        """Answer what comes, and say what happens, until the browser leaves."""
        async for message in self._messages():
            await self._look_at_token()
            if message is None:
                continue
            try:
                order, said = json.loads(message)["event"], json.loads(message).get("args") or []
            except (ValueError, KeyError, TypeError):
                continue  # as the daemon does
            if order == "auth":
                await self._let_in(str(said[0]) if said else "")
            elif self._ends is None:
                await self._say("jwt error", "no jwt present")
            else:
                await self._do(order, str(said[0]) if said else "")

    async def _messages(self) -> AsyncIterator[str | None]:
        """What comes, and None whenever it is time to look around."""
        while True:
            try:
                yield await asyncio.wait_for(self._socket.receive_text(), LOOKS_EVERY)
            except TimeoutError:
                yield None

    async def _let_in(self, token: str) -> None:
        try:
            claims = jwt.decode(token, _key(self._here), ["HS256"]).claims
        except (JoseError, ValueError):
            await self._say("jwt error", "jwt: could not verify the token")
            return
        ends = datetime.fromtimestamp(claims["exp"], tz=self._here.now().tzinfo)
        if claims["server_uuid"] != self._uuid:
            await self._say("jwt error", "jwt: server uuid mismatch")
        elif ends <= self._here.now():
            await self._say("jwt error", "jwt: exp claim is invalid")
        else:
            is_first, self._ends, self._is_warned = self._ends is None, ends, False
            await self._say("auth success")
            if is_first:
                await self._tell_power()

    async def _look_at_token(self) -> None:
        if self._ends is None:
            return
        left = self._ends - self._here.now()
        if left <= timedelta():
            self._ends = None
            await self._say("token expired")
        elif left <= EXPIRES_SOON and not self._is_warned:
            self._is_warned = True
            await self._say("token expiring")
        else:
            await self._tell_power()

    async def _tell_power(self) -> None:
        server = server_now(self._here, self._id, look=True)
        with self._here.store.transaction():
            measured = figures(self._here, server)
        if measured["current_state"] != self._power:
            self._power = measured["current_state"]
            await self._say("status", self._power)

    async def _do(self, order: str, argument: str) -> None:
        server = server_now(self._here, self._id)
        if order == "send logs":
            for line in FIRST_LINES:
                await self._say("console output", line)
        elif order == "send stats":
            with self._here.store.transaction():
                measured = figures(self._here, server)
            told = {**measured["resources"], "state": measured["current_state"]}
            await self._say("stats", json.dumps(told))
        elif order == "send command" and server["power"] == "running":  # elsewhere the daemon says nothing
            with self._here.store.transaction():
                self._here.done("commands sent")
            await self._say("console output", f"> {argument}")
            if argument.startswith("say "):
                await self._say("console output", f"[Server] {argument.removeprefix('say ')}")
        elif order == "set state" and argument in SIGNALS:
            with self._here.store.transaction():
                switch(self._here, server, argument)
            await self._tell_power()

    async def _say(self, event: str, *args: str) -> None:
        await self._socket.send_text(json.dumps({"event": event, "args": list(args)}))


def _key(here: House) -> OctKey:
    """What the panel and its daemons share."""
    with here.store.transaction():
        kept = here.store.get("daemon", "key")
        if kept is None:
            kept = {"id": "key", "key": token_urlsafe(32)}
            here.store.put("daemon", "key", kept)
    return OctKey.import_key(kept["key"])
