"""A tab on a real socket: the web in a process of its own, and Reflex's protocol spoken to it as a browser does."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, RejectConnection, Request, TextMessage

from ezscale.cli.processes import Program, end_group, launch
from ezscale.cli.surroundings import ROOT
from ezscale.kit.cookies import SESSION
from tests.browser.company import free_ports

PATIENCE = 120  # seconds for the web to start, on a machine that does much else
NAMESPACE = "/_event"
LOAD = "reflex___state____state.hydrate_and_load"


@contextmanager
def running_web(folder: Path, environment: Mapping[str, str] = {}) -> Iterator[str]:
    """The address of a web that serves a company's data folder, without its pages."""
    [port] = free_ports(1)
    program = Program(
        "web",
        (
            *(str(Path(sys.executable).parent / "granian"), "--interface", "asgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--factory", "ezscale.ezscale:app"),
        ),
        folder / "web.log",
        {
            "EZSCALE_DATA_DIR": str(folder),
            "EZSCALE_PORT": str(port),
            "REFLEX_ENV_MODE": "prod",
            "REFLEX_TELEMETRY_ENABLED": "false",
            "__REFLEX_SKIP_COMPILE": "true",
            "PATH": os.environ.get("PATH", ""),
            **environment,
        },
        ROOT,
    )
    process = launch(program)
    try:
        end = time.monotonic() + PATIENCE
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the web did not start:\n{program.log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with suppress(Exception):
            process.wait(10)
        end_group(process)


def answers(url: str) -> bool:
    """Whether a web server answers at all."""
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


class Refused(Exception):
    """The handshake was answered with no."""


class SocketTab:
    """An open page, connected. `heard` is everything that it was sent, as text, with the moment it arrived."""

    def __init__(self, web: str, session: str, page: str, *, headers: Mapping[str, str] = {}) -> None:
        self.heard: list[tuple[float, str]] = []
        self._router = {"pathname": page, "asPath": page, "query": {}}
        self._host = web.removeprefix("http://")
        cookie = {"Cookie": f"{SESSION}={session}"} if session else {}
        self._headers = {"Origin": web, **cookie, **headers}

    def __enter__(self) -> Self:
        name, _, port = self._host.partition(":")
        self._line = socket.create_connection((name, int(port)), timeout=10)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._begun, self._part = False, ""
        target = f"{NAMESPACE}/?token={uuid4()}&EIO=4&transport=websocket"
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items() if value]
        self._line.sendall(self._protocol.send(Request(host=self._host, target=target, extra_headers=headers)))
        try:
            self._receive(10)
        except BaseException:
            self._line.close()
            raise
        event = {"name": LOAD, "payload": {"vars": {}}, "router_data": self._router}
        self._say(f"40{NAMESPACE},{json.dumps({'event': event})}")
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def send(self, handler: str, **payload: Any) -> None:
        """An event, as a browser sends it."""
        event = {"name": handler, "payload": payload, "router_data": self._router}
        self._say(f"42{NAMESPACE},{json.dumps(['event', event])}")

    def listens(self, seconds: float, *, until: str = "") -> bool:
        """Listen for a while, or until something is heard: whether it was."""
        end, known = time.monotonic() + seconds, len(self.heard)
        while (left := end - time.monotonic()) > 0:
            self._receive(left)
            if until and any(until in text for _, text in self.heard[known:]):
                return True
        return False

    def everything(self, since: float = 0) -> str:
        """All that was heard, or all since a moment."""
        return "\n".join(text for at, text in self.heard if at >= since)

    def _say(self, text: str) -> None:
        self._line.sendall(self._protocol.send(TextMessage(data=text)))

    def _receive(self, seconds: float) -> None:
        self._line.settimeout(seconds)
        try:
            data = self._line.recv(1 << 16)
        except TimeoutError:
            return
        self._protocol.receive_data(data or None)
        for event in self._protocol.events():
            match event:
                case AcceptConnection():
                    self._begun = True
                case RejectConnection() | CloseConnection():
                    raise Refused(str(event))
                case TextMessage():
                    self._part += event.data
                    if event.message_finished:
                        self._hear(self._part)
                        self._part = ""

    def _hear(self, text: str) -> None:
        if text == "2":  # a ping
            self._say("3")
        else:
            self.heard.append((time.monotonic(), text))
