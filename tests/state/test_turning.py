from dataclasses import dataclass

import reflex as rx

from ezscale.kit.ids import new_id
from ezscale.state.turning import PAGE, Turning
from tests.state.conftest import open_tab, state_of


@dataclass
class Line:
    """A row of the list."""

    id: str


BOOK = [Line(str(new_id())) for _ in range(2 * PAGE + 3)]


class BookState(Turning, rx.State):
    """A list that is read from a book."""

    rows: list[Line] = []  # noqa: RUF012  # Reflex copies a state's defaults for every tab

    async def _show(self):
        keys = [line.id for line in BOOK]
        start = keys.index(str(self._before)) + 1 if self._before else 0
        self.rows = self._cut(BOOK[start : start + PAGE + 1])


async def test_one_turns_to_the_end_and_back_without_missing_a_row():
    book = await state_of(open_tab(), BookState)
    await book._show()
    first = list(book.rows)

    await book.next_page()
    second = list(book.rows)
    await book.next_page()
    last = list(book.rows)
    await book.next_page()

    assert first + second + last == BOOK
    assert list(book.rows) == last
    assert (book.has_previous, book.has_more) == (True, False)


async def test_turning_back_comes_to_the_first_page_and_stays_there():
    book = await state_of(open_tab(), BookState)
    await book._show()
    await book.next_page()

    await book.previous_page()
    await book.previous_page()

    assert list(book.rows) == BOOK[:PAGE]
    assert (book.has_previous, book.has_more) == (False, True)
