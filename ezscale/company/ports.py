"""What the company needs from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublishedRates:
    """How much of other currencies one unit of `base` was worth on a day, as exact decimals."""

    base: str
    as_of: date
    rates: Mapping[str, str]


class RateFeed(Protocol):
    """Whoever publishes exchange rates."""

    name: str

    def latest(self) -> PublishedRates:
        """The newest rates there are; TemporaryFailure while they cannot be had."""
        ...
