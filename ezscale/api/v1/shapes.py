"""Shapes that several answers of the API share."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from ezscale.api.problems import Problem
from ezscale.kit.money import Money

Item = TypeVar("Item")
EXAMPLE_ID = "0199f6a2-c7d8-7e3b-9a41-5d2f6c8e1b70"
REFUSALS: dict[int | str, dict[str, Any]] = {
    "default": {"model": Problem, "description": "Refused; nothing was changed."}
}

Limit = Annotated[int, Query(ge=1, le=100, description="How many to return at most.")]
Before = Annotated[UUID | None, Query(description="Only what is older than this id: the last one of the page before.")]


class Amount(BaseModel, title="Amount"):
    """A sum of money. Calculate with `minor`; `display` is for people."""

    minor: int = Field(description="Whole minor units: cents of a dollar.", examples=[1230])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    display: str = Field(description="As a person reads it.", examples=["€12.30"])

    @classmethod
    def of(cls, money: Money) -> Self:
        """An amount of ours."""
        return cls(minor=money.minor, currency=money.currency, display=money.format())


class Page(BaseModel, Generic[Item]):
    """A part of a list, newest first."""

    items: list[Item]
    next: str | None = Field(
        description="Where the next page is; null on the last one.",
        examples=[f"/api/v1/services?limit=25&before={EXAMPLE_ID}"],
    )


def next_page(request: Request, limit: int, ids: Sequence[UUID]) -> str | None:
    """The address of the page after this one, when one more was found than was asked for."""
    if len(ids) <= limit:
        return None
    following = request.url.include_query_params(limit=limit, before=ids[limit - 1])
    return f"{following.path}?{following.query}"
