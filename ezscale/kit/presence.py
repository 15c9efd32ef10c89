"""Which process this is, and whether another process of this machine is surely gone. Known on Linux alone."""

import os
from functools import cache
from pathlib import Path

PROC = Path("/proc")
ENDED = ("Z", "X")  # a zombie does nothing any more


def this_process() -> str:
    """A name that no other process has or will have, on any machine; empty where there is no /proc."""
    return _name_of(os.getpid())


def is_gone(name: str) -> bool:
    """Whether the process of that name has ended. False for one we cannot see: elsewhere, or in another container."""
    place, _, rest = name.rpartition("/")
    pid, _, began = rest.partition("@")
    if not place or place != _place():
        return False
    return _began(int(pid)) != began


@cache
def _name_of(pid: int) -> str:
    place = _place()
    return f"{place}/{pid}@{_began(pid)}" if place else ""


def _place() -> str:
    """This start of this machine, as the processes of this container see it."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(PROC / 'self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return ""


def _began(pid: int) -> str:
    """When a process began, in the kernel's ticks; a later one with the same pid began later."""
    try:
        state, *facts = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if state in ENDED else facts[18]
