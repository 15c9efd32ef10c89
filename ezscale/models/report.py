"""What runs leave behind, and what the company earned."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from ezscale.models.base import Row, maybe_moment, moment


class RunReport(Row, table=True):
    """What one run did: how many, how much, and what was set aside by name."""

    __tablename__ = "run_report"
    __unaudited__: ClassVar[str] = "it is a report itself"
    __table_args__ = (Index("ix_run_report_name", "name", "started_at"),)

    name: str = Field(max_length=60)
    started_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()
    milliseconds: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    sums: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    set_aside: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class RevenueMovement(Row, table=True):
    """A change of monthly recurring revenue, written with what caused it. `once_key` names the cause.

    All movements of a subscription together are what its next renewal asks, net of tax, for a month.
    """

    __tablename__ = "revenue_movement"
    __unaudited__: ClassVar[str] = "it follows from a subscription's change"
    __table_args__ = (Index("ix_revenue_movement_day", "day", "currency"),)

    once_key: str = Field(max_length=120, unique=True)
    day: date
    kind: str = Field(max_length=20)
    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    plan_id: UUID = Field(foreign_key="plan.id")
    currency: str = Field(max_length=3)
    monthly_minor: int = Field(sa_type=BigInteger)
