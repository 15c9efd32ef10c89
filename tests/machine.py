"""What a test run needs from the machine, found or installed; what is missing is a skip, or a failure in CI."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

ENOUGH = 8 << 30  # bytes


def run_folder() -> Path:
    """The folder that all processes of this test run share; it goes when the run ends."""
    return Path(os.environ["EZSCALE_TEST_RUN"])


def quickest_place() -> str | None:
    """Where files are held in memory, if there is enough of it for the databases of a test run; or None."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH else None


def debian_program(names: tuple[str, ...], packages: tuple[str, ...]) -> str:
    """The path of a program, installed from Debian when we are root. Skips the test, or fails it, without one."""
    found = first_program(names)
    if not found:
        with one_at_a_time("apt"):
            found = first_program(names) or install(names, packages)
    return found or unavailable(f"{names[0]} is not installed (Debian: apt-get install {' '.join(packages)})")


def unavailable(reason: str) -> NoReturn:
    """Leave the test: skipped with the reason, or failed where everything is required."""
    if os.environ.get("EZSCALE_REQUIRE_ALL") == "1":
        pytest.fail(f"EZSCALE_REQUIRE_ALL is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Keep the other processes of this test run out meanwhile."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def first_program(names: tuple[str, ...]) -> str | None:
    """The first of these programs that the machine has."""
    places = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    return next((path for name in names if (path := shutil.which(name, path=places))), None)


def install(names: tuple[str, ...], packages: tuple[str, ...]) -> str | None:
    """Ask Debian for the packages, when we may; the program, when that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with tempfile.TemporaryFile() as log:
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(command, env=quietly, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    return first_program(names)
