"""The process tree: starts the programs of the company, starts again what dies, and ends them all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
LOOK_EVERY = 0.1  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a program is started again
STEADY = 60.0  # seconds of life after which earlier deaths are forgotten
GRACE = 6.0  # seconds to end politely
LAST_LINES = 15
ASKING_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LOG = 10_000_000  # bytes; a longer log is put aside at the next start


class DidNotStart(Exception):
    """A program did not come up; the message says which, and the end of its log why."""

    def __init__(self, what: str, log: Path) -> None:
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        super().__init__("\n".join([f"{what}; the end of {log}:", *lines[-LAST_LINES:]]))


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the tree. `answers` says whether it can be used; without it, it can at once."""

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    answers: Callable[[], bool] | None = None
    patience: float = 60.0


class Running:
    """A program with its present process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.deaths = 0
        self.again_at: float | None = None
        self.launch()

    def launch(self) -> None:
        """A fresh process, alone in its group, on a leash."""
        self.process = launch(self.program)
        self.since, self.again_at = time.monotonic(), None

    def is_ready(self) -> bool:
        """Whether it can be used. DidNotStart when it never will."""
        if self.process.poll() is not None:
            raise DidNotStart(f"The {self.program.name} {ending(self.process.returncode)}", self.program.log)
        if self.program.answers is None or self.program.answers():
            return True
        if time.monotonic() - self.since > self.program.patience:
            raise DidNotStart(f"The {self.program.name} does not answer", self.program.log)
        return False

    def note_death(self) -> None:
        """Plan the next start, the later the more often it has died lately."""
        end_group(self.process)  # nothing of it may stay behind and hold its port
        now = time.monotonic()
        self.deaths = 1 if now - self.since > STEADY else self.deaths + 1
        self.again_at = now + min(FIRST_PAUSE * 2.0 ** (self.deaths - 1), LONGEST_PAUSE)


class Tree:
    """The programs that run. `tell` gets a sentence whenever one of them dies or comes back."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waves: list[list[Running]] = []
        self._hurry = False

    def start(self, programs: Iterable[Program], on_ready: Callable[[], None] = lambda: None) -> None:
        """Start some programs, and wait until all of them answer. DidNotStart when one does not."""
        wave: list[Running] = []
        self._waves.append(wave)
        wave.extend(map(Running, programs))
        waiting = list(wave)
        while waiting:
            for running in [running for running in waiting if running.is_ready()]:
                waiting.remove(running)
                on_ready()
            self.look_after(self._waves[:-1])
            if waiting:
                time.sleep(LOOK_EVERY)

    def watch(self) -> None:
        """Look after the programs, for ever: a signal ends it as KeyboardInterrupt."""
        while True:
            self.look_after()
            time.sleep(LOOK_EVERY)

    def look_after(self, waves: list[list[Running]] | None = None) -> None:
        """Start again what has died, when its pause is over."""
        for running in (running for wave in (self._waves if waves is None else waves) for running in wave):
            if running.again_at is not None:
                if time.monotonic() >= running.again_at:
                    running.launch()
                    self._tell(f"The {running.program.name} was started again.")
            elif running.process.poll() is not None:
                running.note_death()
                how = ending(running.process.returncode)
                self._tell(
                    f"The {running.program.name} {how}; it will be started again. Its log: {running.program.log}"
                )

    def stop(self) -> None:
        """End everything, what was started last first. A second signal takes away the time to end politely."""
        before = {name: signal.signal(name, self._be_quick) for name in ASKING_TO_STOP}
        for wave in reversed(self._waves):
            self._end(wave)
        self._waves.clear()
        for name, handler in before.items():
            signal.signal(name, handler)

    def _end(self, wave: list[Running]) -> None:
        for running in wave:
            with suppress(ProcessLookupError):
                running.process.terminate()
        deadline = time.monotonic() + GRACE
        while any(running.process.poll() is None for running in wave):
            if self._hurry or time.monotonic() > deadline:
                break
            time.sleep(LOOK_EVERY / 2)
        for running in wave:
            end_group(running.process)

    def _be_quick(self, *_signal: object) -> None:
        self._hurry = True


def launch(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own; it ends when we do, however we do."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > LONGEST_LOG:
        program.log.replace(program.log.with_suffix(".old.log"))
    with program.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # the commands are our own
            [sys.executable, "-IS", str(LEASH), str(os.getpid()), *program.command],
            env={**os.environ, **program.environment},
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and whatever it has left behind in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ending(status: int) -> str:
    """How a process ended, in words."""
    if status < 0:
        return f"was killed ({signal.Signals(-status).name})"
    return f"ended with status {status}"
