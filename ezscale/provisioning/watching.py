"""Watching a machine while its page is open: the panel is asked once for everybody who looks at the same moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from ezscale.kit.work import OpenWork
from ezscale.provisioning.jobs import Panels
from ezscale.provisioning.panel_skills import Usage
from ezscale.provisioning.power import LiveState, live_state
from ezscale.provisioning.services import service_overview
from ezscale.provisioning.using import usage_of

FRESH = timedelta(seconds=8)
MANY = 1000


@dataclass(frozen=True, slots=True)
class Glance:
    """How a machine does. What its panel does not tell, or did not answer, is None."""

    usage: Usage | None
    live: LiveState | None


class Glances:
    """What was seen a moment ago, for others who look now. Each process has its own: it only saves questions."""

    def __init__(self) -> None:
        self._seen: dict[UUID, tuple[datetime, Glance]] = {}
        self._asked: dict[UUID, Lock] = {}
        self._lock = Lock()

    def at(self, service_id: UUID, now: datetime, look: Callable[[], Glance]) -> Glance:
        """What somebody has seen within the last seconds; otherwise what is to be seen now. One asks, the others wait."""
        with self._alone(service_id):
            seen_at, glance = self._seen.get(service_id, (None, None))
            if glance is None or seen_at is None or not seen_at <= now < seen_at + FRESH:
                glance = look()
                self._seen[service_id] = (now, glance)
            return glance

    @contextmanager
    def _alone(self, service_id: UUID) -> Iterator[None]:
        with self._lock:
            if len(self._asked) >= MANY:
                idle = [known for known, lock in self._asked.items() if not lock.locked()]
                for known in idle:
                    self._asked.pop(known)
                    self._seen.pop(known, None)
            lock = self._asked.setdefault(service_id, Lock())
        with lock:
            yield


def glance_at(open_work: OpenWork, panels: Panels, glances: Glances, service_id: UUID) -> Glance:
    """How a service does now, for whoever may see it."""
    with open_work() as work:
        service_overview(work, service_id)
        now = work.now
    return glances.at(
        service_id,
        now,
        lambda: Glance(usage_of(open_work, panels, service_id), live_state(open_work, panels, service_id)),
    )
