"""What one currency is worth in another."""

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ezscale.models.base import Row, moment


class ExchangeRate(Row, table=True):
    """How much of `quote` one unit of `base` was worth on a day, as an exact decimal, and who says so."""

    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("base", "quote", "as_of", "source", name="uq_exchange_rate_day"),)

    base: str = Field(max_length=3)
    quote: str = Field(max_length=3)
    rate: str = Field(max_length=32)
    as_of: date
    source: str = Field(max_length=20)
    created_at: datetime = moment()

    @property
    def exact(self) -> Fraction:
        """As a number to calculate with."""
        return Fraction(self.rate)
