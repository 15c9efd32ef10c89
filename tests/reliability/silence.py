"""A vendor's computer that hangs, and people in one process who talk with it and read other pages meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock
from time import perf_counter

import httpx

from ezscale import wiring
from ezscale.accounts.signing_in import begin_session
from ezscale.billing.invoicing import invoices
from ezscale.kit import rates
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import OpenWork
from ezscale.models import User
from ezscale.state.session import SessionState
from tests.company import Company, Person
from tests.sizes import SOAK
from tests.state.conftest import open_tab, state_of

THREADS = 4
TALKING = 6
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Call:
    """A request that came through: at which time of the company and of the world, and what."""

    at: datetime
    moment: float
    request: httpx.Request

    @property
    def patience(self) -> float:
        """How many seconds the caller waits for the answer."""
        return float(self.request.extensions["timeout"]["read"])


class HangingLine(httpx.BaseTransport):
    """A line that can hang until it is let go, and remembers the calls.

    Of those that hang every second one is acted on. They hang for `part` of the caller's patience, to save time.
    `hanging` is how many do now.
    """

    def __init__(self, line: httpx.BaseTransport, clock: FixedClock, *, below: str = "/") -> None:
        self.calls: list[Call] = []
        self.part = 0.01
        self.hanging = 0
        self._line, self._clock, self._below = line, clock, below
        self._counting, self._answers = Lock(), Event()
        self._answers.set()

    def hangs(self) -> None:
        """From now on."""
        self.calls.clear()
        self._answers.clear()

    def answers(self) -> None:
        """Again."""
        self._answers.set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The other side's answer, or the caller's patience runs out."""
        if not request.url.path.startswith(self._below):
            return self._line.handle_request(request)
        call = Call(self._clock.now, perf_counter(), request)
        self.calls.append(call)
        if self._answers.is_set():
            return self._line.handle_request(request)
        if len(self.calls) % 2:
            self._line.handle_request(request)
        self._hang(call.patience * self.part)
        raise httpx.ReadTimeout("The read operation timed out", request=request)

    def _hang(self, seconds: float) -> None:
        with self._counting:
            self.hanging += 1
        self._answers.wait(seconds)
        with self._counting:
            self.hanging -= 1


class Crowd:
    """Several browsers of one person: most of them talk with the vendor, one reads invoices."""

    def __init__(self, token: str, talk: Callable[[OpenWork], object]) -> None:
        self._token, self._talk = token, talk

    async def talks(self, number: int) -> None:
        """One of them asks the vendor for something."""
        tab = await state_of(open_tab(self._token, name=f"talking {number}"), SessionState)
        with suppress(BusinessError):
            await tab.converse(self._talk)

    async def reads(self) -> float:
        """A page that needs no vendor: how many seconds it took."""
        tab = await state_of(open_tab(self._token, name="reading"), SessionState)
        began = perf_counter()
        await tab.read(invoices)
        return perf_counter() - began

    async def reads_while_all_wait(self, line: HangingLine, pages: int) -> int:
        """Read so many pages while everybody who talks hangs: how many of those still hung when the pages were there."""
        talking = [asyncio.create_task(self.talks(number)) for number in range(TALKING)]
        async with asyncio.timeout(PATIENCE):
            while line.hanging < THREADS:  # noqa: ASYNC110  # threads count it, to whom a loop's events do not belong
                await asyncio.sleep(0.01)
        for _ in range(pages):
            await self.reads()
        still_hung = line.hanging
        line.answers()
        await asyncio.gather(*talking)
        return still_hung

    async def browses(self, seconds: int) -> list[float]:
        """How long each page took while the others talked and talked."""
        end, pages = perf_counter() + seconds, list[float]()

        async def talks(number: int) -> None:
            while perf_counter() < end:
                await self.talks(number)
                await asyncio.sleep(0.3)

        async def reads() -> None:
            while perf_counter() < end:
                pages.append(await self.reads())
                await asyncio.sleep(0.06 if SOAK else 0.01)  # more than 1,200 in a minute are refused

        rates.start_over()
        await asyncio.gather(reads(), *(talks(number) for number in range(TALKING)))
        return pages


@asynccontextmanager
async def crowd_of(company: Company, person: Person, talk: Callable[[OpenWork], object]) -> AsyncIterator[Crowd]:
    """They come to the company's pages, in a process with fewer threads than people."""
    with company.robot() as work:
        session = begin_session(work, work.session.get_one(User, person.user.id))
    wiring.move_into(company.house)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    try:
        yield Crowd(session.token, talk)
    finally:
        wiring.move_out()


def worst(times: list[float]) -> float:
    """The 99th percentile, in seconds."""
    return round(sorted(times)[int(len(times) * 0.99)], 4)
