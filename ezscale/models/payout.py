"""What gateways have paid out to our bank, and what they still hold for us."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class PayoutStatus(StrEnum):
    """Where a payout stands."""

    UNDER_WAY = "under_way"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


CAME_BACK = (PayoutStatus.FAILED, PayoutStatus.CANCELED)


class Payout(Row, table=True):
    """Money that a gateway has sent to our bank. One that did not get there, or was stopped, is with the gateway again."""

    __table_args__ = (
        UniqueConstraint("gateway", "gateway_ref"),
        Index("ix_payout_arrives_on", "arrives_on"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        PayoutStatus.PAID: "the bank has it",
        PayoutStatus.FAILED: "the gateway has it again, and pays it out another time",
        PayoutStatus.CANCELED: "the gateway has it still",
    }

    gateway: str = Field(max_length=20)
    gateway_ref: str = Field(max_length=120)
    status: PayoutStatus = Field(default=PayoutStatus.UNDER_WAY, sa_type=word(PayoutStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    arrives_on: date
    booked_at: datetime = moment()
    came_back_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What was sent."""
        return Money(self.amount_minor, self.currency)

    @property
    def has_come_back(self) -> bool:
        """The gateway has it again."""
        return self.status in CAME_BACK

    def arrive(self) -> None:
        """The bank has it."""
        require_status("payout", self.status, PayoutStatus.UNDER_WAY)
        self.status = PayoutStatus.PAID

    def fail(self, now: datetime) -> None:
        """The gateway has it again; banks send back even what they had."""
        require_status("payout", self.status, PayoutStatus.UNDER_WAY, PayoutStatus.PAID)
        self.status, self.came_back_at = PayoutStatus.FAILED, now

    def cancel(self, now: datetime) -> None:
        """It was stopped before it had left."""
        require_status("payout", self.status, PayoutStatus.UNDER_WAY)
        self.status, self.came_back_at = PayoutStatus.CANCELED, now


class GatewayBalance(Row, table=True):
    """What a gateway held for us in a currency when it was last asked, and what should have been there by our books.

    `held_minor` is None where it does not say. `differs_since` is the first look of those, one after the other, in which
    the two were not the same, and `told_minor` the difference that a person was told of.
    """

    __tablename__ = "gateway_balance"
    __table_args__ = (UniqueConstraint("gateway", "currency"),)
    __unaudited__: ClassVar[str] = "it is what was seen, look by look, and moves no money"

    gateway: str = Field(max_length=20)
    currency: str = Field(max_length=3)
    held_minor: int | None = Field(default=None, sa_type=BigInteger)
    booked_minor: int = Field(default=0, sa_type=BigInteger)
    looked_at: datetime = moment()
    differs_since: datetime | None = maybe_moment()
    told_minor: int = Field(default=0, sa_type=BigInteger)

    @property
    def booked(self) -> Money:
        """What should be there by our books."""
        return Money(self.booked_minor, self.currency)

    @property
    def held(self) -> Money | None:
        """What was there; None where the gateway does not say."""
        return None if self.held_minor is None else Money(self.held_minor, self.currency)

    @property
    def difference(self) -> Money:
        """How much more was there than is booked; nothing where the gateway does not say."""
        return Money(0 if self.held_minor is None else self.held_minor - self.booked_minor, self.currency)

    def see(self, held: Money | None, booked: Money, now: datetime) -> None:
        """What a look has found."""
        self.held_minor, self.booked_minor, self.looked_at = None if held is None else held.minor, booked.minor, now
        self.differs_since = (self.differs_since or now) if self.difference else None

    def tell(self) -> None:
        """A person hears of the difference as it is now."""
        self.told_minor = self.difference.minor

    def settle(self) -> None:
        """Nobody is told of anything any more."""
        self.told_minor = 0
