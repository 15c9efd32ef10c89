"""Another system in place of what is on a server: what can be had, and asking for it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.accounts.ssh_keys import ssh_keys
from ezscale.kit.errors import BusinessError, NotFound, TemporaryFailure
from ezscale.kit.work import Work
from ezscale.models.plan import Family
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.panel_skills import skills_of
from ezscale.provisioning.reinstall_wishes import (
    NewSystem,
    Offered,
    ask_for_reinstall,
    may_reinstall,
    systems_for,
)
from ezscale.provisioning.services import service_overview
from ezscale.state.account.portal import PortalState
from ezscale.state.account.reinstall_views import ImageGroup, Standing, gallery, is_large
from ezscale.state.account.ssh_keys import AddsSshKeys, KeyView
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.families import WORDS, FamilyWords
from ezscale.state.reader import Reader
from ezscale.state.session import LATER
from ezscale.state.telling import Answer


class ReinstallState(AddsSshKeys, PortalState):
    loaded: bool = False
    missing: bool = False
    standing: Standing = Standing()
    words: FamilyWords = FamilyWords()
    keys: list[KeyView] = []
    takes_keys: bool = False
    asking: bool = False
    trouble: str = ""
    groups: list[ImageGroup] = []
    is_large: bool = False
    image: str = ""
    sought: str = ""
    sending: bool = False

    _turn: int = 0
    _offered: Offered | None = None
    _today: date = date.min

    @rx.event
    async def load(self) -> EventHandler | None:
        """Which server it is; what its panel offers comes a moment later."""
        self.loaded, self.missing, self.standing, self.adding = False, False, Standing(), False
        self.keys, self.groups, self.image, self.sought, self.sending = [], [], "", "", False
        self.takes_keys, self._offered = False, None
        reader = self._reader
        try:
            service_id = self._named()
            family, self.standing, self.keys, self._today = await self.read(
                lambda work: standing_of(work, service_id, reader)
            )
        except NotFound:
            self.loaded = self.missing = True
            return None
        self.words, self.loaded = WORDS[family], True
        return ReinstallState.ask_panel if self.standing.refused == "" else None

    @rx.event(background=True)
    async def ask_panel(self) -> None:
        """Ask the panel what can be installed; that can take a while."""
        async with self:
            self._turn += 1
            turn, service_id = self._turn, self._named()
            self.asking, self.trouble = True, ""
        answer = await self._answer(service_id)
        async with self:
            if self._turn == turn:
                self._hear(*answer)

    @rx.event
    async def choose(self, image: str) -> None:
        """What shall be installed."""
        self.image = sent_text(image, 60)

    @rx.event
    async def search(self, words: str) -> None:
        """Show what has these words in its name."""
        self.sought = sent_text(words, 60)
        self._show()

    @rx.event
    async def tick(self, key_id: str) -> None:
        """Put a key onto it, or not."""
        self.keys = [key.turned() if key.id == key_id else key for key in self.keys]

    @rx.event
    async def ask(self, form: dict[str, Any]) -> AsyncIterator[Answer]:
        """Wipe it and install what was chosen."""
        typed, service_id = sent_fields(form, "hostname", "typed"), self._named()
        keys = tuple(sent_id(key.id) for key in self.keys if key.is_chosen and self.takes_keys)
        wanted = NewSystem(self.image, typed["typed"], typed["hostname"], keys)
        self.sending = True
        yield None
        try:
            await self.converse(lambda open_work: ask_for_reinstall(open_work, wiring.panels(), service_id, wanted))
        finally:
            self.sending = False
        self.say("It is being reinstalled. You can watch it here.")
        yield rx.redirect(f"/account/service/?id={service_id}")

    async def _key_added(self, key_id: str) -> None:
        reader, chosen = self._reader, {key_id, *(key.id for key in self.keys if key.is_chosen)}
        keys = await self.read(lambda work: [KeyView.of(key, reader) for key in ssh_keys(work)])
        self.keys = [key.turned() if key.id in chosen else key for key in keys]

    async def _answer(self, service_id: UUID) -> tuple[Offered | None, str]:
        """What the panel offers; nothing, and why, when it does not say."""
        try:
            return await self.converse(lambda open_work: systems_for(open_work, wiring.panels(), service_id)), ""
        except BusinessError as refusal:
            return None, refusal.message
        except TemporaryFailure:
            return None, LATER

    def _hear(self, offered: Offered | None, trouble: str) -> None:
        self.asking, self.trouble, self._offered = False, trouble, offered
        self.takes_keys = offered is not None and offered.takes_keys
        self._show()

    def _show(self) -> None:
        images = self._offered.images if self._offered else []
        self.groups, self.is_large = gallery(images, self.sought, self._today, self._reader), is_large(images)
        if not self.image and any(image.ref == self.standing.image for image in images):
            self.image = self.standing.image

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))


def standing_of(work: Work, service_id: UUID, reader: Reader) -> tuple[Family, Standing, list[KeyView], date]:
    """A service as this page shows it, the keys that can be put onto it, and what day it is."""
    seen = service_overview(work, service_id)
    service = seen.service
    refused = ""
    if not may_reinstall(work.actor):
        refused = "This is for whoever looks after the account's servers. Please ask them."
    elif service.status is not ServiceStatus.ACTIVE:
        refused = "It can only be reinstalled while it runs."
    elif seen.job is not None:
        refused = "Something else is being done to it just now. Please wait until that is done."
    elif "reinstall" not in skills_of(wiring.panels().get(service.panel)):
        refused = "This kind of service cannot be reinstalled."
    standing = Standing(
        str(service.id),
        service.hostname,
        "" if service.installed else seen.image.panel_ref,
        is_confirmed=work.actor.confirmed,
        names_itself=seen.plan.family is not Family.GAME,
        refused=refused,
    )
    return seen.plan.family, standing, [KeyView.of(key, reader) for key in ssh_keys(work)], work.today
