"""What stands between our threads and a vendor that hangs or has had enough: a breaker, and a pace below its own limit."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from redis import Redis

from ezscale.integrations.http import NotAsked, retry_after_of
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.pace import Pace
from ezscale.kit.vendor_lines import Breaker, Standing
from ezscale.kit.work import Database

LONGEST_WAIT = 2.0  # seconds that a thread waits for its moment
USUAL_REST = 5.0  # seconds, when a vendor that has had enough does not say how many
SPREAD = (30.0, 150.0)  # seconds over which those that were turned away come back, so that they do not come all at once


@dataclass(frozen=True, slots=True)
class LineGuard:
    """The breaker of one vendor, and how fast it may be asked: what changes something, and what only reads."""

    breaker: Breaker
    writes: Pace | None = None
    reads: Pace | None = None

    def send(self, request: httpx.Request, line: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer that the line gives; NotAsked while the vendor is silent, or has enough to do."""
        standing = self._look()
        if standing.wait is not None:
            again = standing.wait.total_seconds() + random.uniform(*SPREAD)  # noqa: S311  # spreads load, guards nothing
            raise NotAsked(f"{self.breaker.name} does not answer", again)
        self._keep_pace(request)
        try:
            answer = line()
        except httpx.TransportError as error:
            self.breaker.failed(f"{type(error).__name__}: {error}")
            raise
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._rest(answer)
        if answer.status_code >= 500:
            self.breaker.failed(f"it answered {answer.status_code}")
        elif standing.is_in_doubt:
            self.breaker.answered()
        return answer

    def _look(self) -> Standing:
        try:
            return self.breaker.look()
        except TemporaryFailure as failure:
            raise NotAsked(failure.message, USUAL_REST) from failure

    def _keep_pace(self, request: httpx.Request) -> None:
        pace = self.reads if request.method in ("GET", "HEAD") else self.writes
        away = pace.wait(LONGEST_WAIT) if pace is not None else 0.0
        if away:
            raise NotAsked(f"{self.breaker.name} is asked as often as it allows", away)

    def _rest(self, answer: httpx.Response) -> None:
        seconds = retry_after_of(answer)
        for pace in (self.reads, self.writes):
            if pace is not None:
                pace.hold(USUAL_REST if seconds is None else seconds)


def guard_of(name: str, per_second: float, database: Database, store: Redis | None) -> LineGuard:
    """The guard of a vendor that takes so many requests in a second; of all processes together with a store."""
    writes, reads = (Pace(f"{name}:{kind}", per_second, store) for kind in ("writes", "reads"))
    return LineGuard(Breaker(database, name), writes, reads)
