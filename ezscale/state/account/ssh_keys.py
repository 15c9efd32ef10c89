"""The public SSH keys of an account."""

from dataclasses import dataclass, replace
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permissions import USE_SERVICES
from ezscale.accounts.ssh_keys import add_ssh_key, delete_ssh_key, ssh_keys
from ezscale.kit.work import Work
from ezscale.models import SshKey
from ezscale.models.ssh_key import LONGEST_LINE
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader
from ezscale.state.session import SessionState


@dataclass
class KeyView:
    """A public key. `is_chosen` on the page where keys are chosen."""

    id: str
    name: str
    kind: str
    fingerprint: str
    added: str
    is_chosen: bool = False

    @classmethod
    def of(cls, key: SshKey, reader: Reader) -> Self:
        """A key, in words."""
        kind = key.line.partition(" ")[0].removeprefix("ssh-").partition("-")[0].replace("ed25519", "Ed25519")
        added = f"{reader.day(key.added_at.date())} by {key.added_by}"
        return cls(str(key.id), key.name, kind.upper() if kind != "Ed25519" else kind, key.fingerprint, added)

    def turned(self) -> Self:
        """Chosen when it was not, and the other way round."""
        return replace(self, is_chosen=not self.is_chosen)


class AddsSshKeys(SessionState, mixin=True):
    """For states with the window in which a key is added: `_key_added` shows it."""

    adding: bool = False

    @rx.event
    async def think_of_adding(self, is_open: bool) -> None:
        """Open or close the window."""
        self.adding, self.errors = is_open is True, {}

    @rx.event
    async def add(self, form: dict[str, Any]) -> None:
        """Keep a public key."""
        typed = sent_fields(form, "name", "line", longest=LONGEST_LINE + 1)
        added = await self.perform(lambda work: str(add_ssh_key(work, typed["name"], typed["line"]).id))
        self.adding = False
        await self._key_added(added)
        self.say("The key is added.")

    async def _key_added(self, key_id: str) -> None:
        raise NotImplementedError


class SshKeysState(AddsSshKeys, PortalState):
    loaded: bool = False
    rows: list[KeyView] = []
    may_change: bool = False

    @rx.event
    async def load(self) -> None:
        """Show the keys."""
        self.adding = False
        await self._look()

    @rx.event
    async def delete(self, key_id: str) -> None:
        """Forget a key."""
        row_id = sent_id(key_id)
        await self.perform(lambda work: delete_ssh_key(work, row_id))
        await self._look()
        self.say("The key is deleted here. Servers that have it keep it.")

    async def _key_added(self, key_id: str) -> None:
        await self._look()

    async def _look(self) -> None:
        reader = self._reader
        self.rows, self.may_change = await self.read(lambda work: keys_to_show(work, reader))
        self.loaded = True


def keys_to_show(work: Work, reader: Reader) -> tuple[list[KeyView], bool]:
    """The account's keys in words, and whether the person may change them."""
    actor = work.actor
    may_change = actor.may(USE_SERVICES) and actor.behind_id is None and actor.services is None
    return [KeyView.of(key, reader) for key in ssh_keys(work)], may_change
