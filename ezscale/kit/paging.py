"""Long lists page by page, read by key: the last page costs no more than the first."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

Rows = TypeVar("Rows", bound=Select[Any])
T = TypeVar("T")


def page_of(
    rows: Rows, row_id: Any, *, before: UUID | None, limit: int, by: Any = None, descending: bool = True
) -> Rows:
    """One page of `rows`, newest first. `before` is the id of the last row of the page that came before.

    `by` sorts by another column, which needs an index; rows that are equal there stay in the order of their ids.
    """
    if before is not None:
        rows = rows.where(_beyond(row_id, before, by, descending))
    columns = (row_id,) if by is None else (by, row_id)
    return rows.order_by(*(column.desc() if descending else column.asc() for column in columns)).limit(limit)


def _beyond(row_id: Any, before: UUID, by: Any, descending: bool) -> Any:
    further = row_id < before if descending else row_id > before
    if by is None:
        return further
    there = select(by).where(row_id == before).correlate(None).scalar_subquery()
    return or_(by < there if descending else by > there, and_(by == there, further))


def in_blocks(things: Iterator[T], size: int) -> Iterator[list[T]]:
    """The same things, so many at a time; they are never all in memory."""
    while block := list(islice(things, size)):
        yield block
