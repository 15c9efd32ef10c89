"""What the screens of the staff panel share: lists to look through, and records to look at."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from ezscale.kit.errors import NotFound
from ezscale.state.arguments import sent_id, sent_text
from ezscale.state.finding import Finding
from ezscale.state.live import LiveState
from ezscale.state.reader import Reader, reader_of
from ezscale.state.session import Face
from ezscale.state.telling import Answer
from ezscale.state.turning import Turning

NEWEST = "newest"


class StaffState(LiveState):
    """Part of every state of the panel."""

    _face: ClassVar[Face] = "admin"

    def _reader(self) -> Reader:
        """Whoever looks at the screen, with the habits of their country."""
        return reader_of(self.router.headers.accept_language)

    def _asked(self, name: str, longest: int = 100) -> str:
        """What the address asks for."""
        return sent_text(self.router.url.query_parameters.get(name), longest)


class Listing(Turning, Finding, StaffState, mixin=True):
    """A list that is searched, filtered, sorted and turned. Search and filter stand in its address, to be shared.

    A subclass names its `_address` and reads a page in `_show`.
    """

    words: str = ""
    status: str = ""
    query: str = ""
    by: str = NEWEST
    descending: bool = True
    loading: bool = True

    _address: ClassVar[str] = ""

    @rx.event
    async def load(self) -> AsyncIterator[Answer]:
        """Show what the address asks for; whoever comes back from a row finds the page they left."""
        was, asked = (self.words, self.status), (self._asked("q"), self._asked("status", 40))
        self.words, self.status = asked
        self.query = self._query()
        if asked != was:
            self._to_first_page()
        yield self._fill_box(self.words)
        await self.follow(type(self).refresh)
        await self._show()
        self.loading = False

    @rx.event
    async def refresh(self) -> None:
        """Show the same page again, as it is now."""
        await self._show()

    @rx.event
    async def search(self, words: str) -> Answer:
        """Look for words."""
        self.words = self.boxed = sent_text(words, 100)
        self._to_first_page()
        return rx.redirect(self._address + self._query(), replace=True)

    @rx.event
    async def choose(self, status: str) -> Answer:
        """Show one status, or all of them when it is empty."""
        self.status = sent_text(status, 40)
        self._to_first_page()
        return rx.redirect(self._address + self._query())

    @rx.event
    async def sort(self, by: str) -> None:
        """Sort by a column, and the other way round when it is pressed again."""
        column = sent_text(by, 20)
        self.descending = not self.descending if column == self.by else column == NEWEST
        self.by = column
        self._to_first_page()
        await self._show()

    def _query(self) -> str:
        query = urlencode({name: text for name, text in (("q", self.words), ("status", self.status)) if text})
        return f"?{query}" if query else ""


class Record(StaffState, mixin=True):
    """One thing, which the address names by its id. A subclass reads it in `_show`."""

    loading: bool = True
    missing: bool = False

    _id: str = ""

    @rx.event
    async def load(self) -> Any:
        """Show what the address names."""
        asked = self._asked("id", 40)
        if asked != self._id:
            self._id, self.loading, self.missing = asked, True, False
            yield
        await self.follow(type(self).refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Show it as it is now."""
        await self._look()

    async def _show(self, row_id: UUID) -> None:
        """Read the thing and put it into the state's own vars."""
        raise NotImplementedError

    async def _look(self) -> None:
        try:
            await self._show(sent_id(self._id))
        except NotFound:
            self.missing = True
        else:
            self.missing = False
        self.loading = False
