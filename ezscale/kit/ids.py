"""Keys of rows, and secrets handed to people."""

import os
import secrets
import time
from collections.abc import Iterator
from hashlib import sha256
from struct import unpack
from uuid import UUID, SafeUUID

VERSION, VARIANT = 0x7 << 76, 0b10 << 62
STEP = 245  # nanoseconds: the least that two ids can tell apart
AT_ONCE = 100
SET = object.__setattr__


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, method 3): rows made later sort later, to a quarter of a microsecond."""
    return _id(time.time_ns(), int.from_bytes(os.urandom(8), "big"))


def new_ids() -> Iterator[UUID]:
    """Fresh ids without end, for whoever writes many rows: each sorts after the one before, at half the price."""
    while True:
        now, noise = time.time_ns(), unpack(f">{AT_ONCE}Q", os.urandom(8 * AT_ONCE))
        for place in range(AT_ONCE):
            yield _id(now + place * STEP, noise[place])


def new_secret() -> str:
    """A random 256-bit token, safe in an address or a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret that only has to be recognised: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()


def _id(nanoseconds: int, noise: int) -> UUID:
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = (rest << 12) // 1_000_000  # events of one transaction keep their order by it
    made = UUID.__new__(UUID)  # its own constructor does the same, after looking at every way of being called
    SET(made, "int", milliseconds << 80 | VERSION | fraction << 64 | VARIANT | noise >> 2)
    SET(made, "is_safe", SafeUUID.unknown)
    return made
