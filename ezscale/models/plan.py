"""What is for sale, and at which prices."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment


class Family(StrEnum):
    """The product lines, each living on its own kind of panel."""

    VPS = "vps"
    DEDICATED = "dedicated"
    HOSTING = "hosting"
    GAME = "game"


class StockSource(StrEnum):
    """Who knows how many of a plan may still be sold: nobody, we, or its panel."""

    NONE = "none"
    COUNTED = "counted"
    PANEL = "panel"


class Plan(Row, table=True):
    """A product as it is sold: sizes for people, package for the panel.

    `panel_settings` are what its panel has to know beside that, a line for each: a name, an equals sign, a value.
    `stock` is how many may still be sold, no end of them when it is empty; `set_aside` are beside these, and are for whoever
    waits for one. Where it is read from the panel, `safety_margin` of them are kept free in each place. A hidden plan is
    sold by its address alone.
    """

    __table_args__ = (
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
        CheckConstraint("set_aside >= 0", name="set_aside"),
    )

    slug: str = Field(max_length=60, unique=True)
    family: Family = Field(sa_type=word(Family))
    name: str = Field(max_length=80)
    summary: str = Field(default="", max_length=250)
    cpu_cores: int = 0
    memory_mb: int = 0
    disk_gb: int = 0
    traffic_gb: int = 0
    panel: str = Field(max_length=40)
    package: str = Field(max_length=60)
    panel_settings: str = Field(default="", max_length=1000, sa_column_kwargs={"server_default": ""})
    position: int = 0
    popular: bool = False
    hidden: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    needs_approval: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    stock: int | None = None
    stock_from_panel: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    safety_margin: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    set_aside: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    archived_at: datetime | None = maybe_moment()

    @property
    def stock_source(self) -> StockSource:
        """Who knows how many may still be sold."""
        if self.stock_from_panel:
            return StockSource.PANEL
        return StockSource.NONE if self.stock is None else StockSource.COUNTED

    @property
    def settings_of_panel(self) -> dict[str, str]:
        """`panel_settings` by name."""
        lines = (line.partition("=") for line in self.panel_settings.splitlines())
        return {name.strip(): value.strip() for name, _, value in lines if name.strip()}

    @property
    def backups(self) -> str:
        """What customers are told of its backups, by the line `backups` of its settings: a number of them, or words."""
        said = self.settings_of_panel.get("backups", "")
        if not (said.isascii() and said.isdecimal()):
            return said
        return f"{int(said)} included" if int(said) else ""

    def count_on_panel(self, margin: int) -> None:
        """Its panel says how many may be sold; until it has, it is as many as before."""
        self.stock_from_panel, self.safety_margin = True, margin

    def count_here(self, stock: int | None) -> None:
        """We count how many may be sold, or nobody does."""
        self.stock_from_panel, self.safety_margin, self.stock = False, 0, stock

    def archive(self, now: datetime) -> None:
        """No longer for sale; those who have it keep it."""
        self.archived_at = self.archived_at or now

    def restore(self) -> None:
        """For sale again."""
        self.archived_at = None


class Price(Row, table=True):
    """What one cycle of a plan costs in one currency, from a moment on. A change is a new row, the old one ends."""

    __table_args__ = (Index("ix_price_offer", "plan_id", "currency", "months"),)

    plan_id: UUID = Field(foreign_key="plan.id")
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


class Location(Row, table=True):
    """A place where servers stand. `panel_ref` is the panel's name for it."""

    __table_args__ = (UniqueConstraint("panel", "panel_ref"),)

    slug: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=80)
    country: str = Field(max_length=2)
    panel: str = Field(max_length=40)
    panel_ref: str = Field(max_length=60)
    position: int = 0


class SystemImage(Row, table=True):
    """An operating system that can be installed. `panel_ref` is the panel's template."""

    __tablename__ = "system_image"
    __table_args__ = (UniqueConstraint("panel", "panel_ref"),)

    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    panel: str = Field(max_length=40)
    panel_ref: str = Field(max_length=60)
    position: int = 0
