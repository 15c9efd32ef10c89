"""The built front end: made anew only when something it is made of has changed."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from ezscale import wiring
from ezscale.catalog.showing import mark_of_the_shop, read_the_shop
from ezscale.cli.processes import Program
from ezscale.cli.programs import BIN, log_of
from ezscale.cli.surroundings import ROOT
from ezscale.company.currencies import offered_currencies
from ezscale.kit.settings import Settings
from ezscale.kit.work import Work

BUILD = ROOT / ".web" / "build" / "client"
STAMP = ROOT / ".web" / "ezscale.stamp"
LOCK = ROOT / ".web.lock"  # beside the folder, which the first build makes anew
INGREDIENTS = ("ezscale", "assets", "reflex.lock/bun.lock", "rxconfig.py", "requirements.lock")
NOT_IN_THE_BROWSER = ("api", "cli", "integrations", "sandbox", "tasks")
KINDS = {".py", ".md", ".css", ".js", ".json", ".svg", ".png", ".webp", ".woff2", ".ico", ".txt", ".lock"}


def build_program(own: Settings) -> Program:
    """The build: about half a minute, no network once Bun has its packages."""
    environment = {
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_SYSTEM_BUN": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    command = (str(BIN / "reflex"), "export", "--frontend-only", "--no-zip", "--env", "prod")
    return Program("front-end", command, log_of(own, "front-end"), environment, ROOT)


def is_fresh(own: Settings) -> bool:
    """Whether the build that lies there is made of what lies there now."""
    return (BUILD / "index.html").is_file() and STAMP.is_file() and STAMP.read_text("utf-8") == fingerprint(own)


def fingerprint(own: Settings) -> str:
    """One value for everything that the build is made of: our sources, and what is for sale."""
    seen = sha256(f"{own.public_url}\0{read_the_shop(wiring.database(), _for_sale)}\0".encode())
    for path in ingredients():
        seen.update(f"{path.relative_to(ROOT)}\0".encode())
        seen.update(sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def _for_sale(work: Work) -> str:
    return mark_of_the_shop(work, offered_currencies(work))


def ingredients() -> Iterator[Path]:
    """The files that the build is made of, always in the same order."""
    apart = {ROOT / "ezscale" / name for name in NOT_IN_THE_BROWSER}
    for name in INGREDIENTS:
        place = ROOT / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and path.suffix in KINDS and not apart.intersection(path.parents):
                yield path


@contextmanager
def building_alone() -> Iterator[None]:
    """Let two copies that start at once build one after the other."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ready(process: subprocess.Popen[bytes], made_of: str) -> bool:
    """Whether a build has ended well; then it is marked as made of `made_of`."""
    if process.wait() != 0 or not (BUILD / "index.html").is_file():
        return False
    STAMP.write_text(made_of, "utf-8")
    return True
