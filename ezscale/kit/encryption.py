"""Secrets that we must be able to read again, bound to the row that holds them."""

import base64
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class CannotDecrypt(Exception):
    """The key is gone, or the text was altered or moved to another row."""


class Vault:
    """AES-256-GCM with a ring of keys: the first encrypts, all of them decrypt."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise ValueError("a vault needs at least one key")
        self._keys = keys
        self._current = next(iter(keys))

    def seal(self, secret: str, bound_to: str) -> str:
        """The secret as text for a column; it opens only for the same `bound_to`."""
        nonce = os.urandom(12)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, secret.encode(), bound_to.encode())
        return f"{self._current}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, bound_to: str) -> str:
        """The secret again. CannotDecrypt when the key, the text or the row is another."""
        name, _, text = sealed.partition(":")
        try:
            raw = base64.urlsafe_b64decode(text)
            return AESGCM(self._keys[name]).decrypt(raw[:12], raw[12:], bound_to.encode()).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            raise CannotDecrypt(f"cannot decrypt what is bound to {bound_to}") from error


def open_vault(path: Path) -> Vault:
    """The vault whose keys lie in a file; a first key is made when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        stored = json.loads(path.read_text())
    else:
        stored = {"k1": base64.b64encode(AESGCM.generate_key(256)).decode()}
        with os.fdopen(descriptor, "w") as file:
            json.dump(stored, file)
    return Vault({name: base64.b64decode(key) for name, key in stored.items()})
