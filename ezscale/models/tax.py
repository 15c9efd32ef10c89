"""What decides the tax: rates with their days, checked tax ids, and who is exempt."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class Buyers(StrEnum):
    """Whom a rate is for."""

    EVERYBODY = "everybody"
    CONSUMERS = "consumers"
    BUSINESSES = "businesses"


class TaxRate(Row, table=True):
    """A tax that a place has from one day on, until another. A change is a new row, so that the past stays as it was.

    `region` is what follows the country in ISO 3166-2 and `postcode` a pattern such as 35*; empty ones are for all.
    `rate` is in parts of a million. A compound rate of level 2 is also taken from the tax of level 1. `category` is a
    family of plans, all of them when it is empty. `valid_to` is the first day on which it is no longer so.
    """

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint(
            *("country", "region", "postcode", "level", "category", "buyers", "valid_from"), name="uq_tax_rate_begins"
        ),
        CheckConstraint("rate >= 0 AND rate <= 1000000", name="rate"),
        CheckConstraint("level IN (1, 2)", name="level"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days"),
    )

    country: str = Field(max_length=2)
    region: str = Field(default="", max_length=10)
    postcode: str = Field(default="", max_length=20)
    name: str = Field(max_length=30)
    rate: int
    level: int = 1
    compound: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    category: str = Field(default="", max_length=20)
    buyers: Buyers = Field(default=Buyers.EVERYBODY, sa_type=word(Buyers))
    valid_from: date
    valid_to: date | None = None
    created_at: datetime = moment()

    def holds_on(self, day: date) -> bool:
        """Whether it is the rate of a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def end(self, day: date) -> None:
        """From this day on it is no longer so. What was invoiced stays."""
        self.valid_to = max(day, self.valid_from)


class TaxIdState(StrEnum):
    """What the register says of a tax id."""

    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"


FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
ASK_AGAIN = timedelta(days=23)  # a week before an answer is too old, so that a register may be down for days


class TaxIdCheck(Row, table=True):
    """What the register has said of a customer's tax id, and when to ask it next. Without an answer it is not known.

    `request_id` is the register's own proof that it was asked. `unanswered` counts the questions without an answer.
    """

    __tablename__ = "tax_id_check"
    __table_args__ = (
        UniqueConstraint("customer_id", "number", name="uq_tax_id_check_once"),
        Index("ix_tax_id_check_next", "ask_at"),
        Index("ix_tax_id_check_number", "number"),
    )

    customer_id: UUID = Field(foreign_key="customer.id")
    number: str = Field(max_length=30)
    state: TaxIdState = Field(default=TaxIdState.PENDING, sa_type=word(TaxIdState))
    name: str = Field(default="", max_length=250)
    request_id: str = Field(default="", max_length=60)
    asked_at: datetime = moment()
    checked_at: datetime | None = maybe_moment()
    ask_at: datetime | None = maybe_moment()
    unanswered: int = 0

    def answer(self, now: datetime, *, valid: bool, name: str, request_id: str) -> None:
        """The register has answered. It is asked again before the answer is too old."""
        self.state = TaxIdState.VALID if valid else TaxIdState.INVALID
        self.name, self.request_id = name[:250], request_id[:60]
        self.checked_at, self.ask_at, self.unanswered = now, now + ASK_AGAIN, 0

    def wait(self, now: datetime) -> None:
        """The register has not answered: what it said before stands as long as it is fresh, and it is asked again."""
        self.ask_at = now + min(FIRST_WAIT * 2 ** min(self.unanswered, 10), LONGEST_WAIT)
        self.unanswered += 1

    def ask_now(self, now: datetime) -> None:
        """Somebody wants to know."""
        self.ask_at = now

    def rest(self) -> None:
        """Nobody goes by this number any more."""
        self.ask_at = None


class TaxExemption(Row, table=True):
    """A customer owes no tax for a while, for a reason that somebody here has looked at. `until` is its last day."""

    __tablename__ = "tax_exemption"

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    reason: str = Field(max_length=150)
    since: date
    until: date | None = None
    granted_by: str = Field(max_length=120)
    granted_at: datetime = moment()
    withdrawn_at: datetime | None = maybe_moment()

    def holds_on(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.withdrawn_at is None and self.since <= day and (self.until is None or day <= self.until)

    def withdraw(self, now: datetime) -> None:
        """It does not count any more. What was invoiced stays."""
        self.withdrawn_at = self.withdrawn_at or now


class CalculatedRate(Row, table=True):
    """What a tax service says that a place outside our own table takes, until it is asked again."""

    __tablename__ = "calculated_rate"
    __table_args__ = (UniqueConstraint("country", "region", "postcode", name="uq_calculated_rate_place"),)

    country: str = Field(max_length=2)
    region: str = Field(max_length=10)
    postcode: str = Field(max_length=20)
    rate: int
    source: str = Field(max_length=20)
    calculated_at: datetime = moment()
