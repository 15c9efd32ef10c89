"""What staff decide about the house in the panel, a row for each topic."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ezscale.models.base import moment


class Setting(SQLModel, table=True):
    """The decisions on one topic, as its rules write them down. A topic without a row goes by its defaults."""

    topic: str = Field(max_length=60, primary_key=True)
    value: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    changed_at: datetime = moment()
    changed_by: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
