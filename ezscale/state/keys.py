"""Keys for programs, as the portal and the staff panel show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import reflex as rx

from ezscale.accounts.api_tokens import create_token, rename_token, revoke_token, rotate_token, tokens
from ezscale.accounts.permissions import MANAGE_TOKENS
from ezscale.accounts.scopes import SCOPES, scopes_of
from ezscale.kit.actor import Permission
from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import ApiToken
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader
from ezscale.state.session import SessionState

WORDS = {scope.permission: scope.words for group in SCOPES.values() for scope in group}
FOREVER = ""
BOX, MOST_BOXES = "scope:", 100


@dataclass
class TokenView:
    """A key as it is recognised: never the key itself."""

    id: str
    name: str
    prefix: str
    created: str
    last_used: str
    until: str
    scopes: list[str]
    is_common: bool
    is_replaced: bool
    made_by: str

    @classmethod
    def of(cls, token: ApiToken, reader: Reader) -> Self:
        """Without its text."""
        known = [WORDS[Permission(name)] for name in token.scopes if name in WORDS]
        return cls(
            id=str(token.id),
            name=token.name,
            prefix=f"{token.prefix}…",
            created=reader.day(token.created_at),
            last_used=reader.moment(token.last_used_at) or "never",
            until=until(token.expires_at, reader, soon=token.replaced_at is not None),
            scopes=known or ["Everything that its owner may do"],
            is_common=token.user_id is None,
            is_replaced=token.replaced_at is not None,
            made_by=token.created_by,
        )


@dataclass
class ScopeChoice:
    """A box to tick: something that a key may do. `group` stands on the first of its kind."""

    name: str
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys and what new ones could do, in words."""

    rows: list[TokenView]
    choices: list[ScopeChoice]
    may_make_common: bool


class Keys(SessionState, mixin=True):
    """For states that show somebody's keys: `_keys` reads them and puts them into the state's own vars."""

    loaded: bool = False
    rows: list[TokenView] = []
    choices: list[ScopeChoice] = []
    may_make_common: bool = False
    fresh: str = ""
    making: bool = False
    renaming: str = ""
    renaming_name: str = ""
    rotating: str = ""
    rotating_name: str = ""

    @rx.event
    async def load(self) -> None:
        """Show the keys. A new one that was shown before is not shown again."""
        self.fresh, self.making, self.renaming, self.rotating = "", False, "", ""
        await self._look()

    @rx.event
    async def think_of_making(self, is_open: bool) -> None:
        """Open or close the form for a new key."""
        self.making, self.errors = is_open is True, {}

    @rx.event
    async def make(self, form: dict[str, Any]) -> None:
        """Make a key and show it, this once."""
        sent = sent_fields(form, "name", "lasts", "whose", longest=81)
        scopes, lasts = sent_scopes(form), sent_number(sent["lasts"], "lasts")

        def making(work: Work) -> str:
            return create_token(work, sent["name"], scopes, lasts=lasts, for_customer=sent["whose"] == "common")[1]

        self.fresh = await self.perform(making)
        self.making = False
        await self._look()

    @rx.event
    async def think_of_rotating(self, token_id: str) -> None:
        """Open the question whether a key shall get a new text; close it when none is named."""
        self.rotating, self.rotating_name = self._of(token_id)

    @rx.event
    async def rotate(self, form: dict[str, Any]) -> None:
        """Make a new text for a key and show it, this once; the old one works a while longer."""
        sent = sent_fields(form, "token", "overlap")
        row_id, overlap = sent_id(sent["token"]), sent_number(sent["overlap"], "overlap") or 0
        self.fresh = await self.perform(lambda work: rotate_token(work, row_id, overlap)[1])
        self.rotating = ""
        await self._look()

    @rx.event
    async def think_of_renaming(self, token_id: str) -> None:
        """Open the question for another name; close it when no key is named."""
        self.renaming, self.renaming_name = self._of(token_id)
        self.errors = {}

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Call a key otherwise."""
        sent = sent_fields(form, "token", "new_name", longest=81)
        row_id = sent_id(sent["token"])
        await self.perform(lambda work: rename_token(work, row_id, sent["new_name"]))
        self.renaming = ""
        await self._look()

    @rx.event
    async def close(self, is_open: bool) -> None:
        """Close whatever question is open."""
        if is_open is not True:
            self.renaming = self.rotating = ""

    @rx.event
    async def revoke(self, token_id: str) -> None:
        """Let a key stop working."""
        row_id = sent_id(token_id)
        await self.perform(lambda work: revoke_token(work, row_id))
        self.fresh = ""
        await self._look()
        self.say("The token no longer works.")

    async def _look(self) -> None:
        reader = self._key_reader()
        keyring = await self.read(lambda work: keyring_of(work, reader))
        self.rows, self.choices, self.may_make_common = keyring.rows, keyring.choices, keyring.may_make_common
        self.loaded = True

    def _key_reader(self) -> Reader:
        """Whoever looks at the screen."""
        raise NotImplementedError

    def _of(self, token_id: object) -> tuple[str, str]:
        row = next((row for row in self.rows if row.id == token_id), None)
        return (row.id, row.name) if row else ("", "")


def keyring_of(work: Work, reader: Reader) -> Keyring:
    """The keys that the person may see, and what they could let new ones do."""
    return Keyring(
        rows=[TokenView.of(token, reader) for token in tokens(work)],
        choices=[
            ScopeChoice(f"{BOX}{scope.permission}", scope.words, name if number == 0 else "")
            for name, group in scopes_of(work.actor).items()
            for number, scope in enumerate(group)
        ],
        may_make_common=work.actor.may(MANAGE_TOKENS) and work.actor.customer_id is not None,
    )


def until(expires_at: datetime | None, reader: Reader, *, soon: bool) -> str:
    """When a key stops working, to the minute when it is about to."""
    if expires_at is None:
        return "never"
    return reader.moment(expires_at) if soon else reader.day(expires_at)


def sent_scopes(form: Any) -> list[str]:
    """The boxes that were ticked: each scope's has a name of its own."""
    sent = form if isinstance(form, dict) else {}
    names = [name for name, value in sent.items() if isinstance(name, str) and name.startswith(BOX) and value]
    return [name.removeprefix(BOX) for name in names][:MOST_BOXES]


def sent_number(sent: str, field: str) -> int | None:
    """A whole number, or None for nothing. Invalid when it is neither."""
    if sent == FOREVER:
        return None
    if not (sent.isascii() and sent.isdecimal()) or len(sent) > 6:
        raise Invalid("Please choose one from the list.", field=field)
    return int(sent)
