"""Starts a program that ends when the one who started it does, even by SIGKILL: `leash.py <their pid> <program> …`.

Run as a file on its own, before anything else is loaded, so it imports nothing of ours.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def run(holder: int, command: list[str]) -> None:
    """Become the program, on the leash."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != holder:  # gone before we could ask to be told
        sys.exit(0)
    os.execvp(command[0], command)  # noqa: S606  # the command is ours


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
