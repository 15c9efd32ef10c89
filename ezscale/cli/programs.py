"""The programs that make up the company on one machine, and how each is started."""

import socket
import sys
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from ezscale.cli.broker import embedded_broker
from ezscale.cli.processes import Program
from ezscale.cli.surroundings import ROOT
from ezscale.kit.settings import Settings

BIN = Path(sys.executable).parent
SERVE_THE_FINISHED_BUILD = {  # the last two are Reflex's internal names: look at them again when it is upgraded
    "REFLEX_ENV_MODE": "prod",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
}
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # one worker has nobody to talk to
_direct = build_opener(ProxyHandler({}))


def needed_first(own: Settings) -> list[Program]:
    """What all others want to find."""
    return [] if own.redis_url else [embedded_broker(own.broker_socket, log_of(own, "broker"))]


def company(own: Settings) -> list[Program]:
    """The company itself, and in the sandbox its vendors."""
    return [*([stand_ins(own)] if own.sandbox else []), web(own), worker(own), beat(own)]


def web(own: Settings, workers: int = 1) -> Program:
    """Pages, API and webhooks on one port, from the finished build. Several workers need EZSCALE_REDIS_URL."""
    address = f"http://{visible(own.host)}:{own.port}/"
    return Program(
        "web",
        (*granian(own.host, own.port), "--workers", str(workers), "--factory", "ezscale.ezscale:app"),
        log_of(own, "web"),
        SERVE_THE_FINISHED_BUILD,
        ROOT,
        lambda: answers(address),
        patience=120,
    )


def worker(own: Settings) -> Program:
    """Does what is to be done: it has hands for that, and threads of Celery's only to hear the bell."""
    return Program(
        "worker",
        (*celery(), "worker", "--pool=threads", "--concurrency=2", "--loglevel=INFO", *QUIET),
        log_of(own, "worker"),
        folder=ROOT,
    )


def beat(own: Settings) -> Program:
    """Wakes the worker again and again. Several do no harm."""
    return Program("beat", (*celery(), "beat", "--loglevel=WARNING"), log_of(own, "beat"), folder=ROOT)


def stand_ins(own: Settings) -> Program:
    """The vendors' stand-ins, on loopback."""
    port = own.sandbox_port or own.port + 1
    return Program(
        "sandbox",
        (*granian("127.0.0.1", port), "--factory", "ezscale.cli.stand_ins:app"),
        log_of(own, "sandbox"),
        folder=ROOT,
        answers=lambda: answers(own.sandbox_url),
    )


def log_of(own: Settings, name: str) -> Path:
    """Where a program writes what it has to say."""
    return own.data_dir / "logs" / f"{name}.log"


def granian(host: str, port: int) -> tuple[str, ...]:
    """The web server."""
    return (str(BIN / "granian"), "--interface", "asgi", "--host", host, "--port", str(port))


def celery() -> tuple[str, ...]:
    """Celery with our tasks."""
    return (str(BIN / "celery"), "--app", "ezscale.tasks.app:app", "--quiet")


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens on a port already."""
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def visible(host: str) -> str:
    """An address under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  # read, not listened on


def answers(url: str) -> bool:
    """Whether a web server answers, whatever it says."""
    try:
        with _direct.open(url, timeout=5):
            return True
    except HTTPError as error:
        return error.code < 500
    except OSError:
        return False
