"""Keys for programs."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale.accounts.api_tokens import create_token, revoke_token, tokens
from ezscale.kit.work import Work
from ezscale.models import ApiToken
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader


@dataclass
class TokenView:
    """A key as it is recognised: never the key itself."""

    id: str
    name: str
    prefix: str
    created: str
    last_used: str

    @classmethod
    def of(cls, token: ApiToken, reader: Reader) -> Self:
        last_used = reader.moment(token.last_used_at) or "never"
        return cls(str(token.id), token.name, f"{token.prefix}…", reader.day(token.created_at), last_used)


class TokensState(PortalState):
    loaded: bool = False
    rows: list[TokenView] = []
    fresh: str = ""
    making: bool = False

    @rx.event
    async def load(self) -> None:
        """Show the keys. A new one that was shown before is not shown again."""
        self.fresh, self.making = "", False
        await self._look()

    @rx.event
    async def think_of_making(self, is_open: bool) -> None:
        """Open or close the question for a name."""
        self.making, self.errors = is_open is True, {}

    @rx.event
    async def make(self, form: dict[str, Any]) -> None:
        """Make a key and show it, this once."""
        name = sent_fields(form, "name", longest=81)["name"]
        self.fresh = await self.perform(lambda work: create_token(work, name)[1])
        self.making = False
        await self._look()

    @rx.event
    async def revoke(self, token_id: str) -> None:
        """Let a key stop working."""
        row_id = sent_id(token_id)
        await self.perform(lambda work: revoke_token(work, row_id))
        self.fresh = ""
        await self._look()
        self.say("The token no longer works.")

    async def _look(self) -> None:
        reader = self._reader

        def own(work: Work) -> list[TokenView]:
            return [TokenView.of(token, reader) for token in tokens(work)]

        self.rows = await self.read(own)
        self.loaded = True
