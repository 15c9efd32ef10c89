"""Refunds as a screen shows them."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.refunds import Refundable
from ezscale.models import Refund
from ezscale.state.amounts import plain_sum
from ezscale.state.reader import Reader

AT_THE_GATEWAY = "At the gateway"


@dataclass
class RefundView:
    """Money that went back, or is on its way."""

    id: str
    at: str
    why: str
    by: str
    amount: str
    status: str
    failure: str

    @classmethod
    def of(cls, refund: Refund, reader: Reader) -> Self:
        """A refund as it stands. One that nobody here has asked for was made at the gateway, and wants its credit note."""
        return cls(
            id=str(refund.id),
            at=reader.moment(refund.created_at),
            why=refund.reason,
            by=refund.asked_by or AT_THE_GATEWAY,
            amount=reader.money(refund.amount),
            status="unexplained" if refund.is_unexplained else refund.status.value,
            failure=refund.failure.replace("_", " "),
        )


@dataclass
class RefundableView:
    """A sum of credit that came of an invoice and can go back to where it came from."""

    id: str
    reason: str
    amount: str
    plain: str

    @classmethod
    def of(cls, found: Refundable, reader: Reader) -> Self:
        """As much of it as can go back."""
        return cls(str(found.entry.id), found.entry.reason, reader.money(found.amount), plain_sum(found.amount))
