"""Clients that speak to consoles as browsers do: RFB for a screen, lines for a game."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp

from ezscale.sandbox.virtfusion.vnc import answer_to


class Closed(Exception):
    """The other side has closed the socket, or never opened it."""


class Socket:
    """One end of a web socket whose other end is an app in this process."""

    def __init__(self) -> None:
        self.to_app: asyncio.Queue[Any] = asyncio.Queue()
        self.from_app: asyncio.Queue[Any] = asyncio.Queue()

    async def sends(self, **content: Any) -> None:
        await self.to_app.put({"type": "websocket.receive", **content})

    async def hears(self) -> Any:
        message = await self.from_app.get()
        if message["type"] == "websocket.close":
            raise Closed
        return message


@asynccontextmanager
async def socket_of(app: ASGIApp, address: str, **headers: str) -> AsyncIterator[Socket]:
    """A socket that was opened; Closed when the app does not want it."""
    socket, (path, _, query) = Socket(), address.partition("?")
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": named, "subprotocols": []}
    serving = asyncio.ensure_future(app(scope, socket.to_app.get, socket.from_app.put))
    await socket.to_app.put({"type": "websocket.connect"})
    try:
        await socket.hears()
        yield socket
    finally:
        await socket.to_app.put({"type": "websocket.disconnect", "code": 1000})
        await serving


class Viewer:
    """Sits before a screen."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._kept = b""

    async def reads(self, length: int) -> bytes:
        while len(self._kept) < length:
            self._kept += (await self._socket.hears())["bytes"]
        taken, self._kept = self._kept[:length], self._kept[length:]
        return taken

    async def sends(self, message: bytes) -> None:
        await self._socket.sends(bytes=message)

    async def knocks(self, password: str) -> int:
        """Shakes hands and proves to know the password: 0 is welcome."""
        assert await self.reads(12) == b"RFB 003.008\n"
        await self.sends(b"RFB 003.008\n")
        assert await self.reads(2) == b"\x01\x02"
        await self.sends(b"\x02")
        await self.sends(answer_to(await self.reads(16), password))
        return int(struct.unpack(">I", await self.reads(4))[0])

    async def sits_down(self) -> tuple[int, int, str]:
        """How big the screen is, and what it is called."""
        await self.sends(b"\x01")
        width, height = struct.unpack(">HH16x", await self.reads(20))
        (length,) = struct.unpack(">I", await self.reads(4))
        return width, height, (await self.reads(length)).decode()

    async def looks(self, width: int, height: int, *, again: bool = False) -> bytes:
        """What is on the screen, when there is something new on it."""
        await self.sends(struct.pack(">BBHHHH", 3, again, 0, 0, width, height))
        assert struct.unpack(">BxH", await self.reads(4)) == (0, 1)
        assert struct.unpack(">HHHHi", await self.reads(12)) == (0, 0, width, height, 0)
        return await self.reads(4 * width * height)

    async def types(self, text: str) -> None:
        for letter in text:
            for is_down in (1, 0):
                await self.sends(struct.pack(">BBxxI", 4, is_down, ord(letter)))


class Player:
    """Reads and types at a game's console."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def says(self, event: str, *args: str | None) -> None:
        await self._socket.sends(text=json.dumps({"event": event, "args": list(args)}))

    async def hears(self) -> tuple[str, ...]:
        told = json.loads((await self._socket.hears())["text"])
        return (told["event"], *told["args"])
