"""How much room panels have for what is sold: read from them, place by place."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ezscale.models.base import Row, maybe_moment, moment


class StockReading(Row, table=True):
    """How many of a plan its panel could still build in a place, and how many of those may be sold.

    `room` and `for_sale` are of `read_at`, when the panel last answered; orders take from `for_sale` at once. `trouble` is why it
    did not answer since then, and empty when it did.
    """

    __tablename__ = "stock_reading"
    __unaudited__: ClassVar[str] = "it repeats what a panel says"
    __table_args__ = (UniqueConstraint("plan_id", "location_id"),)

    plan_id: UUID = Field(foreign_key="plan.id")
    location_id: UUID = Field(foreign_key="location.id", index=True)
    room: int = 0
    for_sale: int = 0
    tried_at: datetime = moment()
    read_at: datetime | None = maybe_moment()
    trouble: str = Field(default="", max_length=300)

    def succeed(self, room: int, for_sale: int, now: datetime) -> None:
        """The panel has told how much room it has, of which so much may be sold."""
        self.room, self.for_sale, self.trouble = room, max(for_sale, 0), ""
        self.tried_at = self.read_at = now

    def fail(self, trouble: str, now: datetime) -> None:
        """It has not: what it said before holds."""
        self.tried_at, self.trouble = now, trouble[:300]

    def take(self, quantity: int) -> None:
        """So many are ordered."""
        self.for_sale = max(self.for_sale - quantity, 0)
