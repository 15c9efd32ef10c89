"""`ezscale run`: the whole company on this machine, as one process tree."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from ezscale.cli import front_end
from ezscale.cli.demo import founding, logins
from ezscale.cli.processes import ASKING_TO_STOP, DidNotStart, Tree, end_group, launch
from ezscale.cli.programs import company, is_taken, log_of, needed_first
from ezscale.cli.schema import bring_up_to_date
from ezscale.cli.telling import Steps, console
from ezscale.kit.encryption import open_vault
from ezscale.kit.settings import BadSettings, Settings


def run_company(own: Settings, *, with_demo: bool) -> None:
    """Prepare what is missing, start everything, and keep it running until somebody asks to stop."""
    began = time.monotonic()
    for name in ASKING_TO_STOP:
        signal.signal(name, signal.default_int_handler)
    with alone_in(own.data_dir):
        require_free_ports(own)
        tree = Tree(lambda sentence: console.print(f"[yellow]![/] {sentence}", soft_wrap=True))
        try:
            with Steps().shown() as steps:
                prepare(own, steps, with_demo=with_demo)
                start(own, tree, steps)
            welcome(own, time.monotonic() - began)
            tree.watch()
        except KeyboardInterrupt:
            console.print("Stopping …")
        finally:
            tree.stop()
            remove_socket(own)
    console.print("Stopped.")


def prepare(own: Settings, steps: Steps, *, with_demo: bool) -> None:
    """Keys, database, demo and front end, each only when it is missing or out of date."""
    open_vault(own.data_dir / "keys.json")
    is_new = not founding.has_database(own)
    if not is_new:  # the pages will say what is for sale in it, so it comes first
        prepare_database(own, steps, with_demo=with_demo)
    with front_end_built(own, steps):
        if is_new:
            prepare_database(own, steps, with_demo=with_demo)


def prepare_database(own: Settings, steps: Steps, *, with_demo: bool) -> None:
    """The tables as this release wants them, and the demo company where there is nobody yet."""
    if founding.has_database(own):
        bring_up_to_date(own.database)
    if with_demo and founding.may_found(own):
        found_demo(own, steps)
    bring_up_to_date(own.database)
    if founding.was_interrupted(own):
        raise BadSettings("EZSCALE_DATABASE_URL: a demo was begun here and interrupted; please empty the database")


def found_demo(own: Settings, steps: Steps) -> None:
    """Let the demo company live through its two years."""
    step = steps.begin("Living through two years of the demo company (once)", total=founding.Story().length.days)
    counts = founding.found(own, step.advance)
    step.done(f"{counts['customers']} customers")


@contextmanager
def front_end_built(own: Settings, steps: Steps) -> Iterator[None]:
    """The front end is fresh at the end of the block; what the block does happens meanwhile."""
    with front_end.building_alone():
        if front_end.is_fresh(own):
            yield
            return
        step = steps.begin("Building the front end (when its sources, or what is for sale, have changed)")
        made_of = front_end.fingerprint(own)
        front_end.STAMP.unlink(missing_ok=True)
        process = launch(front_end.build_program(own))
        try:
            yield
            is_ready = front_end.ready(process, made_of)
        finally:
            end_group(process)
        if not is_ready:
            raise DidNotStart("The front end was not built", log_of(own, "front-end"))
        step.done()


def start(own: Settings, tree: Tree, steps: Steps) -> None:
    """Start the broker, then everything that rings it."""
    for programs in filter(None, (needed_first(own), company(own))):
        step = steps.begin(f"Starting {', '.join(program.name for program in programs)}", total=len(programs))
        tree.start(programs, step.one_more)
        step.done()


def welcome(own: Settings, seconds: float) -> None:
    """Say where everything is, and how many seconds it took until it answered."""
    web = own.web_url
    admin = f"{web.split('://', 1)[0]}://{own.admin_host}" if own.admin_host else web
    places = [("Home page", f"{web}/"), ("Customers", f"{web}/account/"), ("Staff", f"{admin}/admin/")]
    places.append(("API", f"{web}/api/docs"))
    if own.sandbox:
        places.append(("Stand-in vendors", f"{own.sandbox_url}/"))
    console.print(f"\n[bold]EZSCALE runs[/], {seconds:.0f} s after the start. Ctrl-C stops it.\n")
    for name, address in places:
        console.print(f"  {name:<20}[cyan]{address}[/]")
    known = logins.kept(own.data_dir)
    if known:
        console.print("\n  Sign in as")
    for login in known:
        console.print(f"  {login.email:<30}{login.password:<30}[dim]{login.about}[/]", soft_wrap=True)
    console.print(f"\n  Logs are in {own.data_dir / 'logs'}\n", soft_wrap=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a data folder. BadSettings while another copy does."""
    with (folder / "run.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise BadSettings(f"EZSCALE_DATA_DIR: {folder} is in use by process {holder}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def require_free_ports(own: Settings) -> None:
    """BadSettings when somebody else listens where we want to."""
    wanted = [("EZSCALE_PORT", own.host, own.port)]
    if own.sandbox:
        wanted.append(("EZSCALE_SANDBOX_PORT", "127.0.0.1", own.sandbox_port or own.port + 1))
    taken = [f"{name}: port {port} is in use by another program" for name, host, port in wanted if is_taken(host, port)]
    if taken:
        raise BadSettings("\n".join(taken))


def remove_socket(own: Settings) -> None:
    """Leave nothing behind outside the data folder."""
    if own.broker_socket.parent != own.data_dir.resolve():
        rmtree(own.broker_socket.parent, ignore_errors=True)
