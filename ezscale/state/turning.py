"""Back and forth between the pages of a list that is read by key."""

from typing import Protocol, TypeVar
from uuid import UUID

import reflex as rx

PAGE = 25


class Identified(Protocol):
    """A row of a screen, with its id as text."""

    id: str


Row = TypeVar("Row", bound=Identified)


class Turning(rx.State, mixin=True):
    """For states that show a list: `show` reads one row more than a page, from `_before` on, and `_cut` keeps a page."""

    has_previous: bool = False
    has_more: bool = False

    _turned: list[str] = []
    _last: str = ""

    async def _show(self) -> None:
        """Read the page and put it into the state's own vars."""
        raise NotImplementedError

    @property
    def _before(self) -> UUID | None:
        """The last row of the page before the one that is shown."""
        return UUID(self._turned[-1]) if self._turned else None

    def _cut(self, rows: list[Row]) -> list[Row]:
        """A page of what was found, remembering whether there is more."""
        self.has_previous, self.has_more = bool(self._turned), len(rows) > PAGE
        self._last = rows[PAGE - 1].id if self.has_more else ""
        return rows[:PAGE]

    def _to_first_page(self) -> None:
        """Another search begins at its first page."""
        self._turned = []

    @rx.event
    async def next_page(self) -> None:
        """Further down."""
        if self._last:
            self._turned = [*self._turned, self._last]
            await self._show()

    @rx.event
    async def previous_page(self) -> None:
        """Back up."""
        self._turned = self._turned[:-1]
        await self._show()
