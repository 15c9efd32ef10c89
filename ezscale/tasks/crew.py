"""The hands of a worker: threads that take what is due from the table, for as long as anything is.

Each lane has hands of its own, so that those which wait for a gateway are missing nowhere else. Whoever wakes them only
says: look. The rows are the truth, and what the hands of other workers hold they leave alone.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from time import sleep
from uuid import UUID

import structlog

from ezscale.kit.jobs import Claim, Lane
from ezscale.kit.turns import Rank, stand
from ezscale.tasks import company
from ezscale.wiring import House

log = structlog.get_logger()

AT_ONCE = 64  # jobs that are fetched with one look
AFTER_TROUBLE = 1.0  # seconds
A_MOMENT = 0.005  # seconds
RANKS = {Lane.GATEWAY: Rank.MONEY, Lane.HOUSE: Rank.HOUSE, Lane.VENDORS: Rank.HOUSE, Lane.BULK: Rank.BULK}
FOR_NOBODY = (Lane.HOUSE, Lane.BULK)  # lanes that wait for nobody outside, so that a hand holds several jobs


def usual_hands(charges_at_once: int) -> dict[Lane, int]:
    """How many hands a worker has for each lane."""
    return {Lane.HOUSE: 4, Lane.BULK: 1, Lane.GATEWAY: charges_at_once, Lane.VENDORS: 6}


def share_of(lane: Lane, hands: int, due: int) -> int:
    """How many jobs of those due are taken up together: half of the quick ones, but of those that wait no more than soon begin.

    A gateway takes a tenth of a second, so every hand has one more; a panel may take several seconds.
    """
    if lane in FOR_NOBODY:
        return max(hands, due // 2)
    return max(2, hands if lane is Lane.GATEWAY else hands // 4)


class Crew:
    """All hands of this process. `house` is asked for anew each time, as it may be moved out of."""

    def __init__(self, house: Callable[[], House], hands: Mapping[Lane, int]) -> None:
        self._house = house
        self._gangs = [Gang(house, lane, count) for lane, count in hands.items()]

    def look(self) -> None:
        """Make jobs of what has happened, and wake everybody: after each block, so that none waits for the last one."""
        is_more = True
        while is_more:
            is_more = bool(company.relay(self._house()))
            for gang in self._gangs:
                gang.wake()

    def end(self) -> None:
        """Everybody ends what they hold, and goes home."""
        for gang in self._gangs:
            gang.stop()


class Gang:
    """The hands of one lane."""

    def __init__(self, house: Callable[[], House], lane: Lane, count: int) -> None:
        self._house, self._lane, self._count = house, lane, count
        self._calls = 0  # how often somebody has called
        self._seen = 0  # by which call the table was found to be empty
        self._taken: deque[Claim] = deque()  # that nobody has begun
        self._held: set[UUID] = set()
        self._called = threading.Condition()
        self._hands: list[threading.Thread] = []
        self._is_over = False

    def wake(self) -> None:
        """There may be something to do."""
        with self._called:
            self._calls += 1
            self._called.notify_all()
            if not self._hands:
                self._hands = [
                    threading.Thread(target=self._work, name=f"{self._lane} {number}", daemon=True)
                    for number in range(self._count)
                ]
                for hand in self._hands:
                    hand.start()

    def stop(self) -> None:
        """No further job is begun; returns when the last one is done."""
        with self._called:
            self._is_over = True
            self._called.notify_all()
        for hand in self._hands:
            hand.join()
        if self._taken:
            company.put_back(self._house(), self._taken)
            self._taken.clear()

    def _work(self) -> None:
        stand(RANKS[self._lane])
        while True:
            try:
                if not self._is_called():
                    return
                self._run_what_is_fetched()
            except Exception:  # the database is away, say; nobody else would start this thread again
                log.exception("hand_stumbled", lane=self._lane)
                sleep(AFTER_TROUBLE)

    def _is_called(self) -> bool:
        """Whether there is something to do, when there is; False when it is time to go home."""
        with self._called:
            while not self._is_over:
                while not self._taken and self._seen < self._calls:
                    self._fetch()
                    if not self._taken and self._seen < self._calls:  # others have just taken what is due
                        self._called.wait(A_MOMENT)
                if self._taken:
                    return True
                self._called.wait()
        return False

    def _run_what_is_fetched(self) -> None:
        while block := self._next_few():
            try:
                company.run(self._house(), block)
            finally:
                with self._called:
                    self._held.difference_update(job.id for job in block)

    def _next_few(self) -> list[Claim]:
        """The next job, or the next few where many wait for nobody outside: the fewer are left, the fewer at once."""
        with self._called:
            if self._is_over:
                return []
            left = len(self._taken)
            fair = min(company.BLOCK, left // (2 * self._count)) if self._lane in FOR_NOBODY else 1
            return [self._taken.popleft() for _ in range(min(left, max(fair, 1)))]

    def _fetch(self) -> None:
        """Take up our share of what is due. When nothing is, it has been seen what somebody called for."""
        calls = self._calls
        due = company.due_jobs(self._house(), self._lane, AT_ONCE)
        free = [job_id for job_id in due if job_id not in self._held]
        if free:
            self._taken.extend(company.take_up(self._house(), free[: share_of(self._lane, self._count, len(free))]))
            self._held.update(job.id for job in self._taken)
        else:
            self._seen = calls
