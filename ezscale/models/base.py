"""What all rows share."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from ezscale.kit.columns import Moment
from ezscale.kit.errors import BusinessError
from ezscale.kit.ids import new_id


class Row(SQLModel):
    """A row with a UUIDv7 key made by us."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


class WrongState(BusinessError):
    """The step is not possible in the state the thing is in."""


def require_status(thing: str, status: StrEnum, *allowed: StrEnum) -> None:
    """Refuse a step that the present status does not allow."""
    if status not in allowed:
        raise WrongState(f"This {thing} is {status.replace('_', ' ')}: that is not possible now.")


def moment(**options: Any) -> Any:
    """A required point in time."""
    return Field(sa_type=Moment, **options)


def maybe_moment(**options: Any) -> Any:
    """A point in time that may not have come yet."""
    return Field(default=None, sa_type=Moment, **options)
