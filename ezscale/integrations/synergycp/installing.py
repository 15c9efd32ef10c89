"""How an installation ended. The panel never says so: one that is finished, and one that failed, both just vanish."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ezscale.integrations.synergycp.sales import Sale
from ezscale.provisioning.ports import RemoteState

NEARLY_DONE = 90  # percent; what vanishes below that has failed
OVERLOOKED = timedelta(minutes=1)  # unseen for longer than that, the rest may have been done meanwhile
SLOW_TO_APPEAR = timedelta(seconds=30)  # after it was ordered


@dataclass(frozen=True, slots=True)
class Sighting:
    """How far an installation was when it was seen last. One that was only ordered has no percent yet."""

    percent: int | None
    at: datetime


class Installations:
    """What this process has seen of installations. Another process, or one that starts anew, knows nothing of it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[Sale, Sighting] = {}
        self._failed: set[Sale] = set()

    def expect(self, sale: Sale) -> None:
        """One was ordered just now, and may take a while to show."""
        self._failed.discard(sale)
        self._seen[sale] = Sighting(None, self._now())

    def state(self, sale: Sale, *, under_way: bool, percent: int) -> RemoteState:
        """How far a machine is, now that the panel has been asked what is under way on it."""
        if under_way:
            self._failed.discard(sale)
            self._seen[sale] = Sighting(percent, self._now())
            return RemoteState.BUILDING
        if sale in self._failed:
            return RemoteState.FAILED
        last = self._seen.get(sale)
        if last is None:
            return RemoteState.READY
        unseen_for = self._now() - last.at
        if last.percent is None and unseen_for < SLOW_TO_APPEAR:
            return RemoteState.BUILDING
        self._seen.pop(sale, None)
        if last.percent is not None and last.percent < NEARLY_DONE and unseen_for <= OVERLOOKED:
            self._failed.add(sale)
            return RemoteState.FAILED
        return RemoteState.READY

    def forget(self, sale: Sale) -> None:
        """The machine is no longer ours."""
        self._seen.pop(sale, None)
        self._failed.discard(sale)
