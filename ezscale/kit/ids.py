"""Keys of rows, and secrets handed to people."""

import os
import secrets
import time
from collections.abc import Iterator
from hashlib import sha256
from struct import unpack
from uuid import UUID, SafeUUID

VERSION, VARIANT = 0x7 << 76, 0b10 << 62
AT_ONCE = 100
SET = object.__setattr__
UNKNOWN = SafeUUID.unknown  # looking it up takes as long as all else about an id


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, method 3): rows made later sort later, to a quarter of a microsecond."""
    return _id(_ticks(time.time_ns()), int.from_bytes(os.urandom(8), "big"))


def new_ids() -> Iterator[UUID]:
    """Fresh ids without end, for whoever writes many rows: each sorts after the one before, at half the price."""
    while True:
        tick, noise = _ticks(time.time_ns()), unpack(f">{AT_ONCE}Q", os.urandom(8 * AT_ONCE))
        for each in noise:
            yield _id(tick, each)
            tick += 1


def new_secret() -> str:
    """A random 256-bit token, safe in an address or a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret that only has to be recognised: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def _ticks(nanoseconds: int) -> int:
    """The time in steps of a 4096th of a millisecond, a quarter of a microsecond: the least that two ids can tell apart."""
    return (nanoseconds << 12) // 1_000_000


def _id(tick: int, noise: int) -> UUID:
    made = UUID.__new__(UUID)  # its own constructor does the same, after looking at every way of being called
    SET(made, "int", (tick >> 12) << 80 | VERSION | (tick & 0xFFF) << 64 | VARIANT | noise >> 2)
    SET(made, "is_safe", UNKNOWN)
    return made
