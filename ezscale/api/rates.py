"""How often one caller may ask: counted in Redis when there is one, so that all web processes count together."""

from collections.abc import Callable
from functools import cache
from math import ceil
from typing import NoReturn, TypeVar

import structlog
from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from ezscale.kit.clock import world_now
from ezscale.kit.errors import TooMany
from ezscale.kit.settings import settings

log = structlog.get_logger()
T = TypeVar("T")

CALLS = RateLimitItemPerMinute(300, namespace="api-calls")
WRONG_TOKENS = RateLimitItemPerMinute(30, namespace="api-wrong-tokens")


def count_call(request: Request, caller: str) -> None:
    """Note a call, and tell the caller how many are left; TooMany after too many within a minute."""
    allowed = _ask(lambda limiter: limiter.hit(CALLS, caller))
    left, wait = _what_is_left(CALLS, caller)
    request.state.headers |= {
        "X-RateLimit-Limit": str(CALLS.amount),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(wait),
    }
    if not allowed:
        _refuse(request, wait)


def count_wrong_token(address: str) -> None:
    """Note that a token which does not exist was tried from an address."""
    _ask(lambda limiter: limiter.hit(WRONG_TOKENS, address))


def refuse_guesser(request: Request, address: str) -> None:
    """TooMany for an address from which too many wrong tokens came within a minute."""
    if not _ask(lambda limiter: limiter.test(WRONG_TOKENS, address)):
        _refuse(request, _what_is_left(WRONG_TOKENS, address)[1])


def _refuse(request: Request, wait: int) -> NoReturn:
    request.state.headers["Retry-After"] = str(wait)
    raise TooMany(f"Too many requests. Please wait {wait} seconds.")


def _what_is_left(item: RateLimitItem, caller: str) -> tuple[int, int]:
    """How many more there may be, and how many seconds until there may be one more."""
    stats = _ask(lambda limiter: limiter.get_window_stats(item, caller))
    return stats.remaining, max(ceil(stats.reset_time - world_now().timestamp()), 1)


def _ask(question: Callable[[RateLimiter], T]) -> T:
    *shared, own = _limiters()
    for limiter in shared:
        try:
            return question(limiter)
        except StorageError as error:
            log.warning("rate_limits_not_shared", reason=str(error.storage_error))
    return question(own)


@cache
def _limiters() -> tuple[RateLimiter, ...]:
    """The one in Redis, if any; and last the one of this process, which also serves while Redis does not answer."""
    own = SlidingWindowCounterRateLimiter(MemoryStorage())
    address = settings().redis_url.replace("redis+socket:", "redis+unix:")
    if not address:
        return (own,)
    shared = storage_from_string(address, wrap_exceptions=True, socket_timeout=1, socket_connect_timeout=1)
    return SlidingWindowCounterRateLimiter(shared), own
