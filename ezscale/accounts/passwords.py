"""Passwords: how strong they must be, how they are kept and checked."""

import re
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from zxcvbn import zxcvbn

from ezscale.kit.errors import Invalid

SHORTEST, LONGEST = 10, 200
BCRYPT_READS = 72  # bytes; the older systems whose hashes we know cut passwords there


@cache
def hasher() -> PasswordHash:
    """What makes and reads the hashes: OWASP's Argon2id, 19 MiB, 2 rounds."""
    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


@cache
def _nobodys_hash() -> str:
    return hasher().hash("the account that does not exist")


def require_strong(password: str, *known_words: str) -> None:
    """Invalid, on the field `password`, for one that is short, endless, or quickly guessed from the person's data."""
    if len(password) < SHORTEST:
        raise Invalid(f"Please use at least {SHORTEST} characters.", field="password")
    if len(password) > LONGEST:
        raise Invalid(f"Please use at most {LONGEST} characters.", field="password")
    known = [part for words in known_words for part in re.findall(r"\w{3,}", words)]
    if zxcvbn(password[:72], user_inputs=known)["score"] < 2:
        raise Invalid("This password is easy to guess. A few unrelated words make a good one.", field="password")


def hash_password(password: str) -> str:
    """What the database keeps."""
    return hasher().hash(password)


def check_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it is right, and a fresh hash when the stored one is of an older kind.

    Takes the same time when there is no account (`stored` is None).
    """
    if len(password) > LONGEST:
        return False, None
    if stored and BcryptHasher.identify(stored):
        right = BcryptHasher().verify(password.encode()[:BCRYPT_READS], stored)
        return right, hash_password(password) if right else None
    right, renewed = hasher().verify_and_update(password, stored or _nobodys_hash())
    return (right, renewed) if stored else (False, None)
