"""What a plan can be fitted with: options that size it, and add-ons beside it, each at its own prices."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment


class OptionKind(StrEnum):
    """How a customer chooses."""

    CHOICE = "choice"
    SLIDER = "slider"


class PanelField(StrEnum):
    """What of a server an option or an add-on makes more of, at its panel."""

    CPU_CORES = "cpu_cores"
    MEMORY_MB = "memory_mb"
    DISK_GB = "disk_gb"
    TRAFFIC_GB = "traffic_gb"
    IPV4 = "ipv4"


class Option(Row, table=True):
    """Something about a plan that the customer decides: memory, disk, a control panel.

    A choice has a price for each of its values. A slider goes from `smallest` to `largest` in steps, beyond what the
    plan includes; its only value carries the price of one step. `panel_field` is the `PanelField` that it raises, if any.
    """

    __tablename__ = "configurable_option"

    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    kind: OptionKind = Field(sa_type=word(OptionKind))
    unit: str = Field(default="", max_length=20)
    panel_field: str = Field(default="", max_length=40)
    smallest: int = 0
    largest: int = 0
    step: int = 1
    position: int = 0
    archived_at: datetime | None = maybe_moment()

    def archive(self, now: datetime) -> None:
        """No longer offered; those who have it keep it."""
        self.archived_at = self.archived_at or now

    def restore(self) -> None:
        """Offered again."""
        self.archived_at = None


class OptionValue(Row, table=True):
    """One of the values of an option. `adds` is how much of the panel's field it brings."""

    __tablename__ = "option_value"
    __table_args__ = (UniqueConstraint("option_id", "slug"),)

    option_id: UUID = Field(foreign_key="configurable_option.id")
    slug: str = Field(max_length=60)
    name: str = Field(max_length=80)
    adds: int = 0
    position: int = 0
    archived_at: datetime | None = maybe_moment()

    def archive(self, now: datetime) -> None:
        """No longer offered; those who have it keep it."""
        self.archived_at = self.archived_at or now

    def restore(self) -> None:
        """Offered again."""
        self.archived_at = None


class OptionPrice(Row, table=True):
    """What one cycle of a value (of a step of a slider) costs more. A change is a new row, the old one ends."""

    __tablename__ = "option_price"
    __table_args__ = (Index("ix_option_price_offer", "value_id", "currency", "months"),)

    value_id: UUID = Field(foreign_key="option_value.id")
    currency: str = Field(max_length=3)
    months: int
    amount_minor: int = Field(sa_type=BigInteger)
    setup_minor: int = Field(default=0, sa_type=BigInteger)
    since: datetime = moment()
    until: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """For one cycle, before tax."""
        return Money(self.amount_minor, self.currency)

    @property
    def setup(self) -> Money:
        """Once, with the first cycle, before tax."""
        return Money(self.setup_minor, self.currency)

    def replace(self, moment: datetime) -> None:
        """A newer price takes over from a moment on."""
        self.until = max(self.since, moment)

    def give_up(self) -> None:
        """It was planned, and never begins."""
        self.until = self.since


class OptionOffer(Row, table=True):
    """A plan can be fitted with an option. `standard_value_id` is the value that comes with it, without a price.

    With `needs_value_id` it is offered only to those who take that value of another option.
    """

    __tablename__ = "option_offer"
    __table_args__ = (UniqueConstraint("plan_id", "option_id"),)

    plan_id: UUID = Field(foreign_key="plan.id")
    option_id: UUID = Field(foreign_key="configurable_option.id", index=True)
    standard_value_id: UUID | None = Field(default=None, foreign_key="option_value.id", index=True)
    needs_value_id: UUID | None = Field(default=None, foreign_key="option_value.id", index=True)
    position: int = 0


class AddOn(Row, table=True):
    """Something to have beside a plan: addresses, backups, a licence; again and again, or once."""

    __tablename__ = "add_on"

    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    summary: str = Field(default="", max_length=250)
    recurring: bool = True
    most: int = 1
    panel_field: str = Field(default="", max_length=40)
    position: int = 0
    archived_at: datetime | None = maybe_moment()

    def archive(self, now: datetime) -> None:
        """No longer offered; those who have it keep it."""
        self.archived_at = self.archived_at or now

    def restore(self) -> None:
        """Offered again."""
        self.archived_at = None


class AddOnPrice(Row, table=True):
    """What one of an add-on costs for a cycle; `months` is 0 for one that is paid once."""

    __tablename__ = "add_on_price"
    __table_args__ = (Index("ix_add_on_price_offer", "add_on_id", "currency", "months"),)

    add_on_id: UUID = Field(foreign_key="add_on.id")
    currency: str = Field(max_length=3)
    months: int
    amount_minor: int = Field(sa_type=BigInteger)
    setup_minor: int = Field(default=0, sa_type=BigInteger)
    since: datetime = moment()
    until: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """For one, for one cycle, before tax."""
        return Money(self.amount_minor, self.currency)

    @property
    def setup(self) -> Money:
        """Once for each, with the first cycle, before tax."""
        return Money(self.setup_minor, self.currency)

    def replace(self, moment: datetime) -> None:
        """A newer price takes over from a moment on."""
        self.until = max(self.since, moment)

    def give_up(self) -> None:
        """It was planned, and never begins."""
        self.until = self.since


class AddOnOffer(Row, table=True):
    """An add-on can be had beside a plan; with `needs_value_id` only by those who take that value of an option."""

    __tablename__ = "add_on_offer"
    __table_args__ = (UniqueConstraint("plan_id", "add_on_id"),)

    plan_id: UUID = Field(foreign_key="plan.id")
    add_on_id: UUID = Field(foreign_key="add_on.id", index=True)
    needs_value_id: UUID | None = Field(default=None, foreign_key="option_value.id", index=True)
    position: int = 0
