"""The page of a console: whose machine it is. What opens it never comes by here (ezscale/api/consoles.py)."""

from uuid import UUID

import reflex as rx

from ezscale import wiring
from ezscale.accounts.permissions import USE_SERVICES
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.panel_skills import OpensConsoles
from ezscale.provisioning.services import service_overview
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id


class ConsoleState(PortalState):
    loaded: bool = False
    missing: bool = False
    service_id: str = ""
    hostname: str = ""
    may_open: bool = False

    @rx.event
    async def load(self) -> None:
        """Show whose console the address names."""
        self.loaded = self.missing = self.may_open = False
        self.service_id = self.hostname = ""
        try:
            service_id = sent_id(self._asked("id"))
            self.hostname, self.may_open = await self.read(lambda work: standing(work, service_id))
        except NotFound:
            self.loaded = self.missing = True
            return
        self.service_id, self.loaded = str(service_id), True


def standing(work: Work, service_id: UUID) -> tuple[str, bool]:
    """What a service is called, and whether its console can be opened now by whoever looks."""
    service = service_overview(work, service_id).service
    has_one = isinstance(wiring.panels().get(service.panel), OpensConsoles)
    runs = service.status is ServiceStatus.ACTIVE
    return service.hostname, runs and has_one and work.actor.may(USE_SERVICES)
