"""The vendors in a process of their own, behind real sockets, remembering in files."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ezscale.cli.processes import LEASH
from ezscale.sandbox.app import STRIPE_PATH, VIRTFUSION_PATH, sandbox_app
from ezscale.sandbox.virtfusion import Pace
from tests.company import KEY, SECRET, TOKEN, Lines

ROOT = Path(__file__).parents[2]
FOLDER, URL = "EZSCALE_TEST_VENDORS_FOLDER", "EZSCALE_TEST_VENDORS_URL"
PATIENCE = 60  # seconds


@contextmanager
def vendors_on_loopback(folder: Path) -> Iterator[str]:
    """A web server of stand-ins on a port of this machine, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = ("-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port), f"{__name__}:app")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-IS", str(LEASH), str(os.getpid()), sys.executable, *serve],
            env={**os.environ, FOLDER: str(folder), URL: url},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_it_listens(server, port)
        yield url
    finally:
        server.terminate()
        server.wait()


def lines_to(url: str, name: str) -> Lines:
    """How to reach a Stripe account and a panel that nobody else uses; they are there as soon as they are called."""
    return Lines(f"{url}/{name}{STRIPE_PATH}", f"{url}/{name}{VIRTFUSION_PATH}")


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_listens(server: subprocess.Popen[bytes], port: int) -> None:
    """Go on when the server takes connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the stand-ins did not start")


class Streets:
    """A sandbox for every first part of a path. Webhooks are not delivered: everything here heals without them."""

    def __init__(self) -> None:
        self._router = Router()
        self._known: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].split("/")[1]
        if name not in self._known:
            self._known.add(name)
            self._router.routes.append(Mount(f"/{name}", sandbox(name)))
        await self._router(scope, receive, send)


def sandbox(name: str) -> ASGIApp:
    """All stand-ins, as new."""
    return sandbox_app(
        Path(os.environ[FOLDER], name),
        web_url="",
        sandbox_url=f"{os.environ[URL]}/{name}",
        stripe_key=KEY,
        stripe_webhook_secret=SECRET,
        virtfusion_token=TOKEN,
        pace=Pace(build_looks=1),
    )


app = Streets()
