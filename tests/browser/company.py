"""A small company for a browser to walk through: the real process tree, with seven customers and two months behind it.

Run as a program it founds the company in EZSCALE_DATA_DIR and keeps it running.
"""

import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx
from sqlmodel import Session

from ezscale.cli.demo import founding, logins
from ezscale.cli.demo.cast import Part, ago, due
from ezscale.cli.demo.lives import arriving, growing, leaving, unlucky, vanishing, wondering
from ezscale.cli.demo.logins import DemoLogin
from ezscale.cli.processes import Program, end_group, launch
from ezscale.cli.running import run_company
from ezscale.cli.surroundings import ROOT, settle
from ezscale.kit.database import open_engine
from ezscale.models.subscription import LeavingReason

PATIENCE = 900  # seconds, most of them for the build and for two years of history, on a machine that does much else
DELIVERY = 30  # seconds that a mail may take
SMALL = founding.Story(
    timedelta(days=62),
    {
        "fjordline": Part(ago(58), lambda me: growing(me, "vps-2", "vps-3", after=20)),
        "kuzey": Part(
            ago(52), lambda me: leaving(me, "vps-3", 30, LeavingReason.NO_LONGER_NEEDED, "We are closing our shop.")
        ),
        "whitaker": Part(due(10, 1), lambda me: vanishing(me, "vps-2", after=12)),
        "bakker": Part(due(3, 1), lambda me: vanishing(me, "vps-1", after=12)),
        "turner": Part(ago(5), arriving),
        "monsoon": Part(ago(1), lambda me: unlucky(me, "vps-4"), hours_ago=6),
        "jizera": Part(ago(1), lambda me: wondering(me, "vps-1")),
    },
)

STORIES = {"small": SMALL, "full": founding.Story()}


class Company:
    """A company that runs: where it is, and how to be somebody in it."""

    def __init__(self, url: str, folder: Path, sandbox_url: str = "") -> None:
        self.url, self.sandbox_url = url, sandbox_url
        self._folder = folder

    def login(self, role: str) -> DemoLogin:
        """The first login with this role: administrator, support or customer."""
        return next(login for login in logins.kept(self._folder) if login.role == role)

    def letter_to(self, address: str) -> str:
        """The words of a mail to this address, once it has come."""
        deadline = time.monotonic() + DELIVERY
        while time.monotonic() < deadline:
            for file in (self._folder / "mail").glob("*.eml"):
                letter = message_from_bytes(file.read_bytes(), policy=default)
                if letter["To"] == address and (body := letter.get_body(("plain",))):
                    return str(body.get_content())
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} has come")

    def link_in_latest_letter(self, path: str) -> str:
        """The link to this page in the latest mail that has one."""
        files = sorted((self._folder / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        letters = (message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",)) for file in files)
        texts = "\n".join(str(body.get_content()) for body in letters if body)
        return re.findall(rf"{re.escape(self.url + path)}\S*", texts)[-1]

    @contextmanager
    def books(self) -> Iterator[Session]:
        """The company's own database."""
        engine = open_engine(f"sqlite:///{self._folder / 'ezscale.db'}")
        with Session(engine) as session:
            yield session
            session.commit()
        engine.dispose()


@contextmanager
def running_company(folder: Path, story: str = "small") -> Iterator[Company]:
    """A company in this folder, from its founding to its end. `story` is small, or full for that of the demo."""
    folder.mkdir(parents=True, exist_ok=True)
    port, sandbox_port = free_ports(2)
    environment = {
        "EZSCALE_DATA_DIR": str(folder),
        "EZSCALE_PORT": str(port),
        "EZSCALE_SANDBOX_PORT": str(sandbox_port),
    }
    log = folder / "company.log"
    program = Program("company", (sys.executable, "-m", "tests.browser.company", story), log, environment, ROOT)
    process = launch(program)
    try:
        company = Company(f"http://localhost:{port}", folder, f"http://127.0.0.1:{sandbox_port}")
        deadline = time.monotonic() + PATIENCE
        while not is_ready(company):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the company did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.2)
        yield company
    finally:
        process.terminate()
        with ExitStack() as last_resort:
            last_resort.callback(end_group, process)
            process.wait(30)


def is_ready(company: Company) -> bool:
    """Whether the company can do business."""
    try:
        return httpx.get(f"{company.url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


if __name__ == "__main__":
    os.umask(0o077)
    own = settle()
    if founding.may_found(own):
        founding.found(own, lambda _days: None, STORIES[sys.argv[1]])
    run_company(own, with_demo=False)
