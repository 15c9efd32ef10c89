"""The process tree with small programs: what dies comes back, and nothing is left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale.cli import processes
from ezscale.cli.processes import DidNotStart, Program, Tree

ROOT = Path(__file__).parents[2]
WAITS = "import signal; print('here', flush=True); signal.pause()"
IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); signal.pause()"
HAS_A_CHILD = "import os, signal; child = os.fork(); child and print(child, flush=True); signal.pause()"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(processes, "LOOK_EVERY", 0.01)


@pytest.fixture
def told() -> list[str]:
    """What the tree has said."""
    return []


@pytest.fixture
def tree(told: list[str]) -> Iterator[Tree]:
    """A tree that is ended with the test."""
    tree = Tree(told.append)
    yield tree
    tree.stop()


def python(name: str, code: str, folder: Path) -> Program:
    """A program that is up once it has written something."""
    log = folder / f"{name}.log"
    command = (sys.executable, "-c", code)
    return Program(name, command, log, folder=folder, answers=lambda: log.exists() and log.stat().st_size > 0)


def pids(tree: Tree) -> list[int]:
    """The processes of a tree."""
    return [running.process.pid for wave in tree._waves for running in wave]


def test_a_program_that_was_killed_is_started_again(tree: Tree, told: list[str], tmp_path: Path):
    tree.start([python("worker", WAITS, tmp_path), python("beat", WAITS, tmp_path)])
    before = pids(tree)

    os.kill(before[0], signal.SIGKILL)
    tree._waves[0][0].process.wait()
    tree.look_after()
    tree.look_after()

    assert pids(tree)[0] != before[0]
    assert pids(tree)[1] == before[1]
    assert "was killed (SIGKILL)" in told[0]
    assert told[1] == "The worker was started again."


def test_a_program_that_dies_again_and_again_is_left_alone_for_longer(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.5)
    tree.start([python("worker", WAITS, tmp_path)])
    (running,) = tree._waves[0]

    pauses = []
    for _ in range(8):
        running.note_death()
        pauses.append((running.again_at or 0) - time.monotonic())

    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30], abs=0.2)


def test_a_program_that_cannot_start_is_named_with_the_end_of_its_log(tree: Tree, tmp_path: Path):
    broken = Program("web", (sys.executable, "-c", "raise SystemExit('no such door')"), tmp_path / "web.log")
    never = Program("web", broken.command, broken.log, answers=lambda: False)

    with pytest.raises(DidNotStart) as failure:
        tree.start([never])

    assert "The web ended with status 1" in str(failure.value)
    assert "no such door" in str(failure.value)


def test_stopping_ends_everything_even_what_does_not_listen(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "GRACE", 0.2)
    codes = {"polite": WAITS, "deaf": IGNORES, "parent": HAS_A_CHILD}
    tree.start([python(name, code, tmp_path) for name, code in codes.items()])
    ended = [running.process for wave in tree._waves for running in wave]
    grandchild = os.pidfd_open(int((tmp_path / "parent.log").read_text()))

    tree.stop()

    assert [process.poll() for process in ended] == [-signal.SIGTERM, -signal.SIGKILL, -signal.SIGTERM]
    assert is_over(grandchild)


def test_a_tree_that_is_killed_takes_its_programs_with_it(tmp_path: Path):
    code = f"""
from pathlib import Path
from tests.cli.test_processes import WAITS, Tree, pids, python
tree = Tree(print)
tree.start([python("worker", WAITS, Path({str(tmp_path)!r}))])
print(pids(tree)[0], flush=True)
tree.watch()
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        worker = os.pidfd_open(int(holder.stdout.readline()))
        holder.kill()

    assert is_over(worker)


def is_over(pidfd: int) -> bool:
    """Whether a process ends within some seconds."""
    over, _, _ = select.select([pidfd], [], [], 20)
    os.close(pidfd)
    return bool(over)
