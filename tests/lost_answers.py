"""The ways in which a vendor's answer gets lost, and what a stubborn caller makes of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ezscale.kit.errors import TemporaryFailure
from ezscale.sandbox.faults import Wrong

AFTER_THE_ACT = [
    {"wrong": Wrong.LOST},
    {"wrong": Wrong.LOST, "status": 500},
    {"wrong": Wrong.LATE, "seconds": 6},
    {"wrong": Wrong.GARBAGE},
    {"wrong": Wrong.GARBAGE, "status": 502},
]
BEFORE_THE_ACT = [{"wrong": Wrong.DOWN}, {"wrong": Wrong.REFUSE, "status": 500}]


def fifty_answers(ask: Callable[[], str]) -> set[str]:
    """What fifty callers at once hear, each of whom asks again until there is an answer."""

    def ask_stubbornly(_: int) -> str:
        for _ in range(30):
            try:
                return ask()
            except TemporaryFailure:
                continue
        return ""

    with ThreadPoolExecutor(10) as threads:
        return set(threads.map(ask_stubbornly, range(50)))
