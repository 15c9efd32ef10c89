"""What the portal's states share."""

from typing import ClassVar
from urllib.parse import urlencode

import reflex as rx

from ezscale.kit.settings import settings
from ezscale.state.arguments import sent_text
from ezscale.state.finding import Finding
from ezscale.state.live import LiveState
from ezscale.state.reader import Reader, reader_of
from ezscale.state.session import Face
from ezscale.state.telling import Answer
from ezscale.state.turning import Turning


class PortalState(LiveState):
    """For a signed-in customer's screens."""

    _face: ClassVar[Face] = "account"

    @property
    def _reader(self) -> Reader:
        """Whoever looks at the screen."""
        return reader_of(self.router.headers.accept_language)

    @property
    def _origin(self) -> str:
        """The address at which this browser knows us, where its cookie counts."""
        return self.router.headers.origin or settings().web_url

    def _asked(self, name: str) -> str:
        """What the address asks for."""
        return sent_text(self.router.url.query_parameters.get(name), 100)


class Listing(Turning, Finding, mixin=True):
    """A list that is searched and filtered; both stand in its address, to be shared."""

    loading: bool = True
    words: str = ""
    status: str = ""

    _address: ClassVar[str] = ""

    @rx.event
    async def search(self, words: str) -> Answer:
        """Look for words."""
        self.words = self.boxed = sent_text(words, 100)
        return rx.redirect(self._here(), replace=True)

    @rx.event
    async def choose(self, status: str) -> Answer:
        """Show one status, or all of them when it is empty."""
        self.status = sent_text(status, 40)
        return rx.redirect(self._here())

    def _here(self) -> str:
        query = urlencode({name: text for name, text in (("q", self.words), ("status", self.status)) if text})
        return f"{self._address}?{query}" if query else self._address
