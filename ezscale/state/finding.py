"""A search box that belongs to whoever types into it."""

import reflex as rx
from reflex_base.event import EventSpec


class Finding(rx.State, mixin=True):
    """For states whose list is searched. `boxed` is what stands in the search box, as far as we know.

    The box is filled by us only when the address asks for other words than those: never with nothing in place of what
    somebody has begun to type on a page that they have just come to.
    """

    boxed: str = ""

    @rx.event
    async def leave_box(self) -> None:
        """The box is gone with its page; the next one begins empty."""
        self.boxed = ""

    def _fill_box(self, words: str) -> EventSpec | None:
        """Let the box show what the address asks for, unless it does."""
        if words == self.boxed:
            return None
        self.boxed = words
        return rx.set_value("search", words)
