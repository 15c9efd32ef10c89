"""Money that customers put into their account credit: once, or again and again by themselves."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class TopUpStatus(StrEnum):
    """Where a top-up stands."""

    ASKED = "asked"
    PAID = "paid"
    ABANDONED = "abandoned"


class TopUp(Row, table=True):
    """A sum that a customer pays into their credit. It is no sale and no invoice: what comes is their money.

    `live_for` is the customer while it is asked for: one at a time that they ask for, and one that comes by itself.
    `form_key` is that of the form that wanted it from a kept method: sent twice, it is one top-up. `credit_entry_id` is
    the credit that became of it.
    """

    __tablename__ = "top_up"
    __table_args__ = (
        UniqueConstraint("live_for", "is_automatic"),
        Index("ix_top_up_unpaid", "status", "asked_at"),
        Index("ix_top_up_customer", "customer_id", "asked_at"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        TopUpStatus.PAID: "it is credit, which is checked",
        TopUpStatus.ABANDONED: "nobody has paid it",
    }

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    live_for: UUID | None = None
    is_automatic: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    status: TopUpStatus = Field(default=TopUpStatus.ASKED, sa_type=word(TopUpStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    form_key: str | None = Field(default=None, max_length=80, unique=True)
    asked_by: str = Field(max_length=120)
    asked_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()
    credit_entry_id: UUID | None = Field(default=None, foreign_key="credit_entry.id", unique=True)

    @property
    def amount(self) -> Money:
        """What is to come, or came."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_asked(self) -> bool:
        """It can be paid."""
        return self.status is TopUpStatus.ASKED

    def ask_for(self, amount: Money, by: str, now: datetime) -> None:
        """They want it to be another sum."""
        require_status("top-up", self.status, TopUpStatus.ASKED)
        self.amount_minor, self.currency, self.asked_by, self.asked_at = amount.minor, amount.currency, by, now

    def pay(self, came: Money, credit_entry_id: UUID, now: datetime) -> None:
        """The money came. Even one that was given up can turn out so: money wins over opinion."""
        require_status("top-up", self.status, TopUpStatus.ASKED, TopUpStatus.ABANDONED)
        self.status, self.live_for, self.finished_at = TopUpStatus.PAID, None, now
        self.amount_minor, self.currency, self.credit_entry_id = came.minor, came.currency, credit_entry_id

    def abandon(self, now: datetime) -> None:
        """Nobody pays it any more."""
        require_status("top-up", self.status, TopUpStatus.ASKED)
        self.status, self.live_for, self.finished_at = TopUpStatus.ABANDONED, None, now


class AutoTopUpStatus(StrEnum):
    """Whether credit is topped up by itself."""

    ON = "on"
    PAUSED = "paused"
    OFF = "off"


class AutoTopUp(Row, table=True):
    """What a customer has agreed to: below so much credit, so much is taken from their default method by itself.

    In a calendar month no more than `monthly_most_minor` is taken so. `agreed_at` and `agreed_by` are their consent, and
    `halted_because` says why it pauses or has ended.
    """

    __tablename__ = "auto_top_up"
    __table_args__ = (
        Index("ix_auto_top_up_status", "status", "id"),
        CheckConstraint("amount_minor > 0 AND below_minor > 0", name="amount"),
        CheckConstraint("monthly_most_minor >= amount_minor", name="monthly_most"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        AutoTopUpStatus.ON: "it is an agreement, and lasts",
        AutoTopUpStatus.PAUSED: "the customer was told why, and decides",
        AutoTopUpStatus.OFF: "nothing is agreed",
    }

    customer_id: UUID = Field(foreign_key="customer.id", unique=True)
    status: AutoTopUpStatus = Field(default=AutoTopUpStatus.OFF, sa_type=word(AutoTopUpStatus))
    currency: str = Field(max_length=3)
    below_minor: int = Field(sa_type=BigInteger)
    amount_minor: int = Field(sa_type=BigInteger)
    monthly_most_minor: int = Field(sa_type=BigInteger)
    agreed_at: datetime = moment()
    agreed_by: str = Field(max_length=120)
    halted_at: datetime | None = maybe_moment()
    halted_by: str = Field(default="", max_length=120)
    halted_because: str = Field(default="", max_length=200)

    @property
    def below(self) -> Money:
        """With less credit than this it is topped up."""
        return Money(self.below_minor, self.currency)

    @property
    def amount(self) -> Money:
        """What is taken each time."""
        return Money(self.amount_minor, self.currency)

    @property
    def monthly_most(self) -> Money:
        """What is taken at most in a calendar month."""
        return Money(self.monthly_most_minor, self.currency)

    @property
    def is_on(self) -> bool:
        """Money may be taken by itself."""
        return self.status is AutoTopUpStatus.ON

    def agree(self, below: Money, amount: Money, monthly_most: Money, by: str, now: datetime) -> None:
        """The customer wants it, or wants it otherwise."""
        self.currency, self.below_minor, self.amount_minor = amount.currency, below.minor, amount.minor
        self.monthly_most_minor, self.agreed_by, self.agreed_at = monthly_most.minor, by, now
        self._go_on()

    def go_on(self) -> None:
        """It pauses no longer."""
        require_status("automatic top-up", self.status, AutoTopUpStatus.PAUSED)
        self._go_on()

    def pause(self, because: str, now: datetime) -> None:
        """Nothing is taken until the customer lets it go on, or leaves a new card."""
        require_status("automatic top-up", self.status, AutoTopUpStatus.ON)
        self._halt(AutoTopUpStatus.PAUSED, "", because, now)

    def stop(self, by: str, because: str, now: datetime) -> None:
        """Nothing is taken any more, unless the customer agrees anew."""
        require_status("automatic top-up", self.status, AutoTopUpStatus.ON, AutoTopUpStatus.PAUSED)
        self._halt(AutoTopUpStatus.OFF, by, because, now)

    def _go_on(self) -> None:
        self.status, self.halted_at, self.halted_by, self.halted_because = AutoTopUpStatus.ON, None, "", ""

    def _halt(self, status: AutoTopUpStatus, by: str, because: str, now: datetime) -> None:
        self.status, self.halted_at, self.halted_by, self.halted_because = status, now, by, because[:200]
