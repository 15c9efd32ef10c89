"""What billing needs from a gateway about the money that it holds for us: what it pays out, keeps, and still has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ezscale.kit.money import Money


class PayoutState(StrEnum):
    """Where a payout stands. UNDER_WAY: the gateway has sent it, and the bank has not said yet that it has come."""

    UNDER_WAY = "under_way"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PayoutReceipt:
    """What the gateway says about one payout, right now: how much went to our bank, and on which day it is there."""

    ref: str
    amount: Money
    arrives_on: date
    state: PayoutState


@dataclass(frozen=True, slots=True)
class KeptFee:
    """What the gateway has kept for itself, and no receipt of a payment or a dispute has told. `what` is its own word."""

    ref: str
    amount: Money
    what: str


class MoneyHolder(Protocol):
    """Whoever holds our money until it goes to our bank. Each call raises TemporaryFailure when it has no answer."""

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """All payouts begun since a moment, also those that have come back, in no order."""
        ...

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """All that was kept since a moment and is told nowhere else, in no order."""
        ...

    def balances(self) -> Mapping[str, Money] | None:
        """What is held for us right now by currency, settled or not. None where nobody says so."""
        ...
