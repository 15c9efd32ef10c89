"""How many requests go to one vendor in a second, counted for all processes together: each gets its own moment to start.

The broker keeps the next free moment. While it does not answer, each process counts alone, and allows itself a part.
"""

import threading
from collections.abc import Callable
from time import monotonic, sleep

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger()

ALONE = 4  # so many processes share the pace while none knows of the others
TRY_STORE_AGAIN = 5.0  # seconds
LONGEST_HOLD = 300.0  # seconds; a vendor that wants a longer rest says so again
LONGEST_QUEUE = 120.0  # seconds; nobody is sent away for longer, however many want to pass
# Moments in microseconds, by the store's own clock. A moment that is further away than somebody wants to wait stays free,
# and they are told when to come again: one after the other, as fast as the pace lets them in.
NEXT_MOMENT = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local free = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local taken = KEYS[1]
local moment = free
if free - now > tonumber(ARGV[2]) then
    taken = KEYS[2]
    moment = math.min(math.max(free, tonumber(redis.call('GET', taken) or '0')), free + tonumber(ARGV[3]))
end
redis.call('SET', taken, string.format('%.0f', moment + ARGV[1]), 'PX', 600000)
return string.format('%.0f', moment - now)
"""
HOLD = """
local t = redis.call('TIME')
local free = math.max(t[1] * 1000000 + t[2] + ARGV[1], tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', 600000)
"""


class Pace:
    """So many in a second pass, evenly spread. Several of one name and one store, in whatever process, are one."""

    def __init__(
        self, name: str, per_second: float, store: Redis | None, pause: Callable[[float], None] = sleep
    ) -> None:
        self._key = f"pace:{name}"
        self._gap = 1 / per_second
        self._store = store
        self._pause = pause
        self._lock = threading.Lock()
        self._own_free = self._own_queue = 0.0
        self._alone_until = 0.0
        if store is not None:
            self._next_moment, self._hold = store.register_script(NEXT_MOMENT), store.register_script(HOLD)

    def wait(self, at_most: float) -> float:
        """Wait for the next free moment: 0. When it is further away than `at_most` seconds, nobody waits.

        Then it is in how many seconds to come again. Each is told another moment, so that a crowd comes back in a line.
        """
        away = self._shared_moment(at_most)
        if away is None:
            away = self._own_moment(at_most)
        if away > at_most:
            return away
        if away > 0:
            self._pause(away)
        return 0.0

    def hold(self, seconds: float) -> None:
        """Nobody passes for so long: the vendor asks for it."""
        rest = min(seconds, LONGEST_HOLD)
        with self._lock:
            self._own_free = max(self._own_free, monotonic() + rest)
        if self._has_store:
            try:
                self._hold(keys=[self._key], args=[round(rest * 1e6)])
            except (RedisError, OSError) as error:
                self._go_alone(error)

    @property
    def _has_store(self) -> bool:
        return self._store is not None and monotonic() >= self._alone_until

    def _shared_moment(self, at_most: float) -> float | None:
        if not self._has_store:
            return None
        try:
            limits = [round(seconds * 1e6) for seconds in (self._gap, at_most, LONGEST_QUEUE)]
            away = self._next_moment(keys=[self._key, f"{self._key}:queue"], args=limits)
        except (RedisError, OSError) as error:
            self._go_alone(error)
            return None
        return int(away) / 1e6

    def _own_moment(self, at_most: float) -> float:
        gap = self._gap if self._store is None else self._gap * ALONE
        with self._lock:
            now = monotonic()
            free = max(now, self._own_free)
            if free - now <= at_most:
                self._own_free = free + gap
                return free - now
            again = min(max(free, self._own_queue), free + LONGEST_QUEUE)
            self._own_queue = again + gap
        return again - now

    def _go_alone(self, error: Exception) -> None:
        self._alone_until = monotonic() + TRY_STORE_AGAIN
        log.warning("pace_not_shared", pace=self._key, reason=str(error))


def open_store(address: str) -> Redis:
    """The broker, for counting: it answers at once or not at all. `address` is as Celery writes it."""
    unix = address.replace("redis+socket:", "unix:")
    return Redis.from_url(unix, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
