"""Several people do things at the very same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ezscale.kit.errors import BusinessError, TemporaryFailure

TRIES = 5


def at_once(deeds: Sequence[Callable[[], object]]) -> list[BusinessError | None]:
    """Everybody does theirs together; whoever had to give way tries again. The refusal of each, if it was refused."""
    start = Barrier(len(deeds))

    def doing(deed: Callable[[], object]) -> BusinessError | None:
        start.wait(timeout=30)
        for _ in range(TRIES):
            try:
                deed()
            except TemporaryFailure:
                continue
            except BusinessError as refusal:
                return refusal
            return None
        raise AssertionError("gave way too often")

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(doing, deeds))
