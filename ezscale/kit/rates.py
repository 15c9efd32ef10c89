"""How often one caller may ask, by what they ask for. Counted in Redis when there is one, so that all web processes count
together; one place for all doors, each of which says no in its own language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from ezscale.kit.clock import world_now
from ezscale.kit.settings import settings

log = structlog.get_logger()
T = TypeVar("T")

ONE_HOME = 64  # an IPv6 network of this size is one customer of a provider


@dataclass(frozen=True, slots=True)
class Rate:
    """A class of asking: so many times within so many seconds. `by` says who is counted, for people."""

    name: str
    amount: int
    by: str
    seconds: int = 60

    @property
    def item(self) -> RateLimitItem:
        """As the library wants it."""
        return RateLimitItemPerSecond(self.amount, self.seconds, namespace=self.name)


# Routes.
FORMS = Rate("forms", 60, "address")  # signing in and up, mailed links: before anybody is known
OPEN = Rate("open", 600, "address")  # what everybody may read
READING = Rate("reading", 300, "person")
CHANGING = Rate("changing", 120, "person")
EXPORTS = Rate("exports", 20, "person")  # whole lists and documents
CALLS = Rate("calls", 300, "token")  # programs
WRONG_TOKENS = Rate("wrong tokens", 30, "address")
GUESSES = Rate("guesses", 100, "key", 3600)  # tokens that begin like one of ours and are wrong, from wherever
NOTICES = Rate("notices", 6000, "address")  # vendors' messages come in bursts
PROBES = Rate("probes", 600, "address")
PAGES = Rate("pages", 6000, "address")  # files and everything else that comes to the web at all
SOCKETS = Rate("sockets", 600, "address")  # tabs that connect

# Events of open pages. What they do is counted again, as reading or changing.
TAB = Rate("tab", 200, "tab", 10)
TABS = Rate("tabs", 5000, "address", 10)
EVENTS_READING = Rate("events reading", 1200, "person")
EVENTS_CHANGING = Rate("events changing", 300, "person")
CODES = Rate("coupon codes", 30, "address", 600)  # wrong ones: nobody finds one by trying
PAY_LINKS = Rate("pay links", 30, "address", 600)  # wrong ones, likewise

REVERSE_NAMES = Rate("reverse names", 60, "person", 3600)  # each try asks name servers of other people

PLACES = Rate("places", 1, "key and address", 90 * 86_400)  # where a key has been used: remembered, not limited

ALL = tuple(each for each in globals().values() if isinstance(each, Rate))


def hit(rate: Rate, caller: str, *, alone: bool = False) -> int:
    """Note that a caller has asked: 0 when they may, otherwise the seconds they must wait.

    `alone` counts in this process only: for what comes so often that asking Redis would cost more than the answer.
    """
    item = rate.item
    if _ask(lambda limiter: limiter.hit(item, caller), alone=alone):
        return 0
    return left(rate, caller, alone=alone)[1]


def test(rate: Rate, caller: str) -> int:
    """Whether a caller might ask once more, without noting it: 0, or the seconds they must wait."""
    item = rate.item
    return 0 if _ask(lambda limiter: limiter.test(item, caller)) else left(rate, caller)[1]


def left(rate: Rate, caller: str, *, alone: bool = False) -> tuple[int, int]:
    """How many more there may be, and how many seconds until there may be one more."""
    item = rate.item
    stats = _ask(lambda limiter: limiter.get_window_stats(item, caller), alone=alone)
    return stats.remaining, max(ceil(stats.reset_time - world_now().timestamp()), 1)


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or with IPv6 the network that one customer of a provider has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, ONE_HOME), strict=False))


def start_over() -> None:
    """Forget what this process has counted."""
    _limiters(settings().redis_url)[-1].storage.reset()


def _ask(question: Callable[[RateLimiter], T], *, alone: bool = False) -> T:
    *shared, own = _limiters(settings().redis_url)
    for limiter in () if alone else shared:
        try:
            return question(limiter)
        except StorageError as error:
            log.warning("rate_limits_not_shared", reason=str(error.storage_error))
    return question(own)


@cache
def _limiters(redis_url: str) -> tuple[RateLimiter, ...]:
    """The one in Redis, if any; and last the one of this process, which also serves while Redis does not answer."""
    own = SlidingWindowCounterRateLimiter(MemoryStorage())
    if not redis_url:
        return (own,)
    address = redis_url.replace("redis+socket:", "redis+unix:")
    shared = storage_from_string(address, wrap_exceptions=True, socket_timeout=1, socket_connect_timeout=1)
    return SlidingWindowCounterRateLimiter(shared), own
