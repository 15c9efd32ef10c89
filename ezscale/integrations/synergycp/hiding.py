"""Keeping the key, which is part of every address, out of logs and error texts."""

import logging
from collections.abc import Iterable

import httpx

from ezscale.kit.errors import Rejected, TemporaryFailure

HIDDEN = "•••"
KEY = "key"


class WithoutKeys(logging.Filter):
    """Shows the addresses in httpx's log without their query when there is a key in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the line is written, with less in it."""
        if isinstance(record.args, tuple):
            record.args = tuple(_without_key(value) for value in record.args)
        return True


WITHOUT_KEYS = WithoutKeys()


def hide_keys_in_logs() -> None:
    """To be called before the first request. httpx writes every address into its log, as soon as that is read at INFO."""
    logging.getLogger("httpx").addFilter(WITHOUT_KEYS)


def hide(failure: Rejected | TemporaryFailure, secrets: Iterable[str]) -> None:
    """Take secrets out of what a failure says: the panel may repeat what it was sent."""
    for secret in secrets:
        failure.message = failure.message.replace(secret, HIDDEN)
    failure.args = (failure.message,)


def _without_key(value: object) -> object:
    if isinstance(value, httpx.URL) and KEY in value.params:
        return value.copy_with(query=None)
    return value
