"""What a service's panel tells of it, and what people do there: measure, rename, sign in, set a new password."""

from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.provisioning.panel_skills import Usage, skills_of
from ezscale.provisioning.services import service_overview
from ezscale.provisioning.using import (
    backups_of,
    page_on_panel,
    rename,
    reset_login,
    sign_in_to_panel,
    sites_of,
    traffic_of,
    usage_of,
)
from ezscale.provisioning.watching import glance_at
from ezscale.state.account.login import LoginState
from ezscale.state.account.panel_views import CpuLine, TrafficRow, UsageView, WebsiteRow
from ezscale.state.account.portal import PortalState
from ezscale.state.account.service import ServiceState, power_word
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.families import WORDS, FamilyWords
from ezscale.state.telling import Answer

NO_WORDS = FamilyWords()
A_YEAR = 12  # months


class PanelState(PortalState):
    service_id: str = ""
    skills: list[str] = []
    words: FamilyWords = FamilyWords()
    usage: UsageView = UsageView([])
    cpu: CpuLine = CpuLine([])
    traffic: list[TrafficRow] = []
    websites: list[WebsiteRow] = []
    name_servers: list[str] = []
    sites_known: bool = False
    backups: int = -1
    page: str = ""
    has_answered: bool = False
    naming: bool = False

    _turn: int = 0

    @rx.event
    async def load(self) -> EventHandler | None:
        """What its panel can do; what it says comes a moment later."""
        self.service_id, self.page, self.skills = "", "", []
        self.usage, self.cpu, self.traffic, self.naming = UsageView([]), CpuLine([]), [], False
        self.websites, self.name_servers, self.sites_known = [], [], False
        self.words, self.has_answered, self.backups = NO_WORDS, False, -1
        self._turn += 1
        try:
            service_id = sent_id(self._asked("id"))
            family, panel = await self.read(lambda work: kind_of(work, service_id))
        except NotFound:
            return None
        self.service_id, self.words = str(service_id), WORDS[family]
        self.skills = skills_of(wiring.panels().get(panel))
        return PanelState.measure

    @rx.event(background=True)
    async def measure(self) -> None:
        """Ask the panel; that can take a while."""
        async with self:
            turn, service_id, reader = self._turn, sent_id(self.service_id), self._reader
            counts_traffic, measures, hosts = (name in self.skills for name in ("traffic", "usage", "websites"))
        page = await self.converse(lambda open_work: page_on_panel(open_work, wiring.panels(), service_id))
        months = None
        if counts_traffic:
            months = await self.converse(lambda open_work: traffic_of(open_work, wiring.panels(), service_id))
        usage = None
        if measures:
            usage = await self.converse(lambda open_work: usage_of(open_work, wiring.panels(), service_id))
        backups = await self.converse(lambda open_work: backups_of(open_work, wiring.panels(), service_id))
        sites = None
        if hosts:
            sites = await self.converse(lambda open_work: sites_of(open_work, wiring.panels(), service_id))
        async with self:
            if self._turn == turn:
                self.sites_known = sites is not None
                self.websites = [WebsiteRow.of(site) for site in sites.websites] if sites else []
                self.name_servers = sites.name_servers if sites else []
                self.page = page
                self.backups = -1 if backups is None else backups
                self.traffic = [TrafficRow.of(month, reader) for month in (months or ())[:A_YEAR]]
                self._show(usage)
                self.has_answered = True

    @rx.event(background=True)
    async def look_again(self) -> None:
        """How it does now: asked for by its page, again and again, while somebody looks at it."""
        async with self:
            if not self.service_id:
                return
            turn, service_id = self._turn, sent_id(self.service_id)
        seen = await self.converse(
            lambda open_work: glance_at(open_work, wiring.panels(), wiring.glances(), service_id)
        )
        async with self:
            if self._turn == turn:
                self._show(seen.usage)
                page = await self.get_state(ServiceState)
                page.power = power_word(seen.live)

    @rx.event
    async def think_of_name(self, is_open: bool) -> None:
        """Open or close the window in which it gets another name."""
        self.naming = is_open is True

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Show it by another name on the panel."""
        name = sent_fields(form, "name", longest=100)["name"]
        service_id = self._named()
        shown = await self.converse(lambda open_work: rename(open_work, wiring.panels(), service_id, name))
        self.naming = False
        self.say(f"The panel shows it as {shown} from now on.")

    @rx.event
    async def set_new_password(self) -> Answer:
        """A fresh password, shown at once to whoever has just proven that it is them."""
        service_id, vault = self._named(), wiring.vault()
        await self.converse(lambda open_work: reset_login(open_work, wiring.panels(), vault, service_id))
        self.say("A new password is set. The old one is void.")
        return [LoginState.reveal]

    @rx.event
    async def sign_in(self) -> Answer:
        """Off to the panel."""
        service_id = self._named()
        address = await self.converse(lambda open_work: sign_in_to_panel(open_work, wiring.panels(), service_id))
        return rx.redirect(address)

    def _show(self, usage: Usage | None) -> None:
        self.usage = UsageView.of(usage) if usage else UsageView([])
        self.cpu = CpuLine.after(self.cpu.measured, usage.cpu_percent if usage else None)

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))


def kind_of(work: Work, service_id: UUID) -> tuple[Any, str]:
    """A service's family and panel."""
    seen = service_overview(work, service_id)
    return seen.plan.family, seen.service.panel
