"""The raw web socket of a console: RFB 3.8 with a VNC password, for a screen that shows the host name and what is typed."""

import asyncio
import secrets
import struct
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from ezscale.kit.clock import world_now
from ezscale.sandbox.store import Document, Store
from ezscale.sandbox.virtfusion.house import LIFELIKE, House
from ezscale.sandbox.virtfusion.screen import HEIGHT, PIXEL_FORMAT, WIDTH, Screen

VERSION = b"RFB 003.008\n"
VNC_PASSWORD, REFUSED = 2, 1
RAW = 0
WRONG_WAY = 1002  # the client does not speak RFB
NOT_WELCOME = 1008
FIXED = {0: 20, 3: 10, 4: 8, 5: 6}  # how long a message of the client's is, by its kind
SET_ENCODINGS, CUT_TEXT = 2, 6
LONGEST_TEXT = 10_000
LOOKS_EVERY = 1.0  # seconds after which an idle console looks whether it is still switched on


class NotRfb(Exception):
    """What came is no message that RFB knows."""


def console_door(store: Store, now: Callable[[], datetime] = world_now) -> ASGIApp:
    """The sockets of the control host, /vnc/?token=…: one token opens one server's console, while it is switched on."""
    here = House(store, "", LIFELIKE, now)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            raise RuntimeError("A console is a socket.")
        socket = WebSocket(scope, receive, send)
        token = socket.query_params.get("token", "")
        server = _switched_on(here, token)
        if server is None:
            await socket.close(NOT_WELCOME)
            return
        wanted = socket.headers.get("sec-websocket-protocol", "")
        await socket.accept(subprotocol="binary" if "binary" in wanted else None)
        try:
            await Talk(here, socket, token).hold(server)
        except NotRfb:
            await socket.close(WRONG_WAY)
        except WebSocketDisconnect:
            return

    return serve


class Talk:
    """A conversation with one client, from the handshake to its end."""

    def __init__(self, here: House, socket: WebSocket, token: str) -> None:
        self._here, self._socket, self._token = here, socket, token
        self._kept = b""
        self._is_awaited = self._has_news = False

    async def hold(self, server: Document) -> None:
        """Check the password, show the screen, and take what is typed, for as long as the console is switched on."""
        await self._socket.send_bytes(VERSION)
        if await self._read(len(VERSION)) != VERSION or not await self._knows_password(server["vncPassword"]):
            await self._socket.close(NOT_WELCOME)
            return
        await self._read(1)  # whether others may watch too
        name = server["hostname"].encode()
        await self._socket.send_bytes(
            struct.pack(">HH", WIDTH, HEIGHT) + PIXEL_FORMAT + struct.pack(">I", len(name)) + name
        )
        screen = Screen(server["hostname"])
        while _switched_on(self._here, self._token):
            try:
                kind = (await asyncio.wait_for(self._read(1), LOOKS_EVERY))[0]
            except TimeoutError:
                continue
            await self._take(kind, screen)
        await self._socket.close(NOT_WELCOME)

    async def _knows_password(self, password: str) -> bool:
        await self._socket.send_bytes(bytes((1, VNC_PASSWORD)))
        if await self._read(1) != bytes((VNC_PASSWORD,)):
            raise NotRfb
        challenge = secrets.token_bytes(16)
        await self._socket.send_bytes(challenge)
        if secrets.compare_digest(await self._read(16), answer_to(challenge, password)):
            await self._socket.send_bytes(struct.pack(">I", 0))
            return True
        reason = b"Authentication failed"
        await self._socket.send_bytes(struct.pack(">II", REFUSED, len(reason)) + reason)
        return False

    async def _take(self, kind: int, screen: Screen) -> None:
        if kind == SET_ENCODINGS:
            (count,) = struct.unpack(">xH", await self._read(3))
            await self._read(4 * count)
            return
        if kind == CUT_TEXT:
            (length,) = struct.unpack(">3xI", await self._read(7))
            if length > LONGEST_TEXT:
                raise NotRfb
            screen.type((await self._read(length)).decode("latin-1"))
            await self._changed(screen)
            return
        if kind not in FIXED:
            raise NotRfb
        message = await self._read(FIXED[kind] - 1)
        match kind:
            case 0:
                screen.paint_as(message[3:])
            case 3:
                self._is_awaited, self._has_news = True, self._has_news or not message[0]
                await self._show(screen)
            case 4 if message[0]:
                with self._here.store.transaction():
                    self._here.done("keys pressed")
                screen.press(struct.unpack(">I", message[3:])[0])
                await self._changed(screen)

    async def _changed(self, screen: Screen) -> None:
        self._has_news = True
        await self._show(screen)

    async def _show(self, screen: Screen) -> None:
        """A picture for a client that has asked for one, as soon as there is something new on it."""
        if self._is_awaited and self._has_news:
            self._is_awaited = self._has_news = False
            head = struct.pack(">BxHHHHHi", 0, 1, 0, 0, WIDTH, HEIGHT, RAW)
            await self._socket.send_bytes(head + screen.picture())

    async def _read(self, length: int) -> bytes:
        while len(self._kept) < length:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            if message.get("bytes") is None:
                raise NotRfb
            self._kept += message["bytes"]
        taken, self._kept = self._kept[:length], self._kept[length:]
        return taken


def answer_to(challenge: bytes, password: str) -> bytes:
    """What somebody who knows the password makes of a challenge: DES, with the bits of each letter the other way round."""
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode()[:8].ljust(8, b"\0"))
    des = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()  # noqa: S305  # RFB's own, and nothing better
    return des.update(challenge) + des.finalize()


def _switched_on(here: House, token: str) -> Document | None:
    found = here.store.where("servers", "vncToken", token) if token else []
    usable = [server for server in found if server["vnc"] and not server["suspended"]]
    return usable[0] if usable else None
