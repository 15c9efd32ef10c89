"""Secrets that we must be able to read again, bound to the row that holds them."""

import base64
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ezscale.kit.settings import BadSettings

Version = tuple[int, int]


class CannotDecrypt(Exception):
    """The key is gone, or the text was altered or moved to another row."""


class Vault:
    """AES-256-GCM with a ring of keys: the first encrypts, all of them decrypt.

    A ring that lies in a file is read again when the file has become another one: before something is sealed, and when
    something was sealed with a key that is not known here. So every process follows a rotation without a restart.
    """

    def __init__(self, keys: Mapping[str, bytes], file: Path | None = None) -> None:
        if not keys:
            raise ValueError("a vault needs at least one key")
        self._keys = dict(keys)
        self._file = file
        self._version = _version(file)
        self._reading = threading.Lock()

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        self._look_again()
        return next(iter(self._keys))

    @property
    def names(self) -> tuple[str, ...]:
        """Every key's name, the sealing one first."""
        self._look_again()
        return tuple(self._keys)

    def seal(self, secret: str, bound_to: str) -> str:
        """The secret as text for a column; it opens only for the same `bound_to`."""
        self._look_again()
        keys = self._keys
        name, nonce = next(iter(keys)), os.urandom(12)
        sealed = AESGCM(keys[name]).encrypt(nonce, secret.encode(), bound_to.encode())
        return f"{name}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, bound_to: str) -> str:
        """The secret again. CannotDecrypt when the key, the text or the row is another."""
        name, _, text = sealed.partition(":")
        if name not in self._keys:
            self._look_again()
        try:
            raw = base64.urlsafe_b64decode(text)
            return AESGCM(self._keys[name]).decrypt(raw[:12], raw[12:], bound_to.encode()).decode()
        except (KeyError, InvalidTag, ValueError) as error:
            raise CannotDecrypt(f"cannot decrypt what is bound to {bound_to}") from error

    def _look_again(self) -> None:
        if self._file is None or _version(self._file) == self._version:
            return
        with self._reading:
            version = _version(self._file)
            self._keys, self._version = _read(self._file), version


def open_vault(path: Path) -> Vault:
    """The vault whose keys lie in a file; a first key is made when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Vault(_read(path), path)
    with os.fdopen(descriptor, "w") as file:
        json.dump(_as_text({"k1": AESGCM.generate_key(256)}), file)
    return Vault(_read(path), path)


def add_key(path: Path) -> str:
    """A new key, which seals from now on; the older ones still open. Its name."""
    keys = _read(path)
    name = f"k{1 + max((int(known[1:]) for known in keys if known[1:].isdecimal()), default=0)}"
    _write(path, {name: AESGCM.generate_key(256), **keys})
    return name


def drop_keys(path: Path, names: set[str]) -> None:
    """Forget keys for good. ValueError for the one that seals."""
    keys = _read(path)
    if next(iter(keys)) in names:
        raise ValueError("the key that seals cannot be dropped")
    _write(path, {name: key for name, key in keys.items() if name not in names})


def _read(path: Path) -> dict[str, bytes]:
    """The keys in a file. BadSettings when it is damaged: it is never made anew, since nothing else opens what is sealed."""
    try:
        keys = {name: base64.b64decode(key) for name, key in json.loads(path.read_text()).items()}
    except (ValueError, TypeError, AttributeError):
        keys = {}
    if not keys:
        raise BadSettings(f"{path} holds no keys that can be read: put back the one of your backup.")
    return keys


def _write(path: Path, keys: Mapping[str, bytes]) -> None:
    """As a whole or not at all, whatever happens in between: without this file every secret is lost."""
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(_as_text(keys), file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _as_text(keys: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(key).decode() for name, key in keys.items()}


def _version(path: Path | None) -> Version | None:
    """Changes whenever another file has taken the place."""
    try:
        known = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (known.st_ino, known.st_mtime_ns) if known else None
