"""How many requests go to a vendor in a second."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from redis import Redis

from ezscale.cli.broker import embedded_broker
from ezscale.cli.processes import Tree
from ezscale.kit.ids import new_id
from ezscale.kit.pace import ALONE, Pace, open_store

PER_SECOND, PATIENT = 10, 60.0
GAP = 1 / PER_SECOND


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a broker listens."""
    folder = tmp_path_factory.mktemp("broker")
    tree = Tree(lambda _sentence: None)
    tree.start([embedded_broker(folder / "valkey.sock", folder / "log")])
    yield f"redis+socket://{folder / 'valkey.sock'}"
    tree.stop()


class Waits:
    """Notes for how long everybody waits, instead of waiting."""

    def __init__(self, name: str, store: Redis | None) -> None:
        self.began = monotonic()
        self.moments: list[float] = []
        self.pace = Pace(name, PER_SECOND, store, self._waited)

    def pass_by(self) -> None:
        """Somebody wants to pass."""
        before = len(self.moments)
        assert self.pace.wait(PATIENT) == 0
        if len(self.moments) == before:
            self._waited(0)

    def _waited(self, seconds: float) -> None:
        self.moments.append(monotonic() - self.began + seconds)


def test_all_processes_together_keep_the_pace(broker: str) -> None:
    name = new_id().hex
    processes = [Waits(name, open_store(broker)) for _ in range(3)]

    for number in range(15):
        processes[number % 3].pass_by()

    moments = sorted(moment for each in processes for moment in each.moments)
    assert moments[-1] - moments[0] == pytest.approx(14 * GAP, abs=GAP)
    assert min(later - one for one, later in pairwise(moments)) > GAP * 0.8


def test_who_does_not_want_to_wait_that_long_takes_nobodys_moment(broker: str) -> None:
    pace = Pace(new_id().hex, 1, open_store(broker), lambda _seconds: None)
    assert [pace.wait(0.5), pace.wait(2)] == [0, 0]

    refused = [pace.wait(0.5) for _ in range(3)]

    assert all(seconds > 0.5 for seconds in refused)
    assert pace.wait(2) == 0


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_crowd_that_is_sent_away_comes_back_in_a_line(broker: str, *, is_shared: bool) -> None:
    pace = Pace(new_id().hex, PER_SECOND, open_store(broker) if is_shared else None, lambda _seconds: None)
    while pace.wait(1) == 0:
        pass

    told = [pace.wait(1) for _ in range(50)]

    assert told[-1] - told[0] == pytest.approx(49 * GAP, abs=2 * GAP)
    assert all(later > one for one, later in pairwise(told))


def test_a_vendor_that_wants_a_rest_gets_it_from_all(broker: str) -> None:
    name = new_id().hex
    one, other = (Pace(name, 100, open_store(broker), lambda _seconds: None) for _ in range(2))

    one.hold(7)

    assert 6.5 < other.wait(1) <= 7
    assert other.wait(8) == 0


def test_without_the_broker_each_process_takes_a_part(tmp_path: Path) -> None:
    waits = Waits("alone", open_store(f"redis+socket://{tmp_path}/nobody.sock"))

    for _ in range(3):
        waits.pass_by()

    assert waits.moments[-1] - waits.moments[0] == pytest.approx(2 * GAP * ALONE, abs=GAP)
