"""Keys of rows, and secrets handed to people."""

import os
import secrets
import time
from hashlib import sha256
from uuid import UUID

VERSION, VARIANT = 0x7 << 76, 0b10 << 62


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, method 3): rows made later sort later, to a quarter of a microsecond."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000  # events of one transaction keep their order by it
    noise = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | VERSION | fraction << 64 | VARIANT | noise)


def new_secret() -> str:
    """A random 256-bit token, safe in an address or a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What the database keeps of a secret that only has to be recognised: its SHA-256, in hex."""
    return sha256(secret.encode()).hexdigest()
