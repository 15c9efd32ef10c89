"""How an installation ended. The panel never says so: one that is finished, and one that failed, both just vanish."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ezscale.integrations.synergycp.sales import Sale
from ezscale.provisioning.ports import RemoteState

NEARLY_DONE = 90  # percent; what vanishes below that has failed
JUST_NOW = timedelta(seconds=10)  # in which nothing gets from there to its end
OVERLOOKED = timedelta(minutes=10)  # unseen for longer than that, the rest may have been done meanwhile
SLOW_TO_APPEAR = timedelta(seconds=30)  # after it was ordered
A_WHILE = timedelta(minutes=1)  # after which it can be told how fast one is
QUICKEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sighting:
    """How far an installation was when it was seen last, and since when it has been watched.

    One that was only ordered has no percent yet.
    """

    percent: int | None
    at: datetime
    since: datetime

    def has_broken_off(self, now: datetime) -> bool:
        """Whether it cannot have come to its end since then, as fast as it was."""
        if self.percent is None or self.percent >= NEARLY_DONE:
            return False
        watched, unseen = self.at - self.since, now - self.at
        took = watched / self.percent if watched >= A_WHILE and self.percent else QUICKEST / 100
        could_be_done = took * (100 - self.percent) / 2  # the rest may go twice as fast
        return unseen <= JUST_NOW or unseen <= min(could_be_done, OVERLOOKED)


class Installations:
    """What this process has seen of installations. Another process, or one that starts anew, knows nothing of it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[Sale, Sighting] = {}
        self._failed: set[Sale] = set()

    def expect(self, sale: Sale) -> None:
        """One was ordered just now, and may take a while to show."""
        self._failed.discard(sale)
        now = self._now()
        self._seen[sale] = Sighting(None, now, now)

    def state(self, sale: Sale, *, under_way: bool, percent: int) -> RemoteState:
        """How far a machine is, now that the panel has been asked what is under way on it."""
        now, last = self._now(), self._seen.get(sale)
        if under_way:
            self._failed.discard(sale)
            self._seen[sale] = Sighting(percent, now, last.since if last else now)
            return RemoteState.BUILDING
        if sale in self._failed:
            return RemoteState.FAILED
        if last is None:
            return RemoteState.READY
        if last.percent is None and now - last.at < SLOW_TO_APPEAR:
            return RemoteState.BUILDING
        self._seen.pop(sale, None)
        if last.has_broken_off(now):
            self._failed.add(sale)
            return RemoteState.FAILED
        return RemoteState.READY

    def forget(self, sale: Sale) -> None:
        """The machine is no longer ours."""
        self._seen.pop(sale, None)
        self._failed.discard(sale)
