"""Choosing the machine that a service is to have, on the service's page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale import wiring
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.provisioning.assigning import choose_machine, free_machines, may_be_assigned
from ezscale.provisioning.panel_skills import Machine
from ezscale.provisioning.services import service_overview
from ezscale.state.admin.service import ServiceState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer

ANY = ""


@dataclass
class MachineRow:
    """A machine that is free, with what it is."""

    id: str
    name: str
    parts: str

    @classmethod
    def of(cls, machine: Machine) -> Self:
        """What the panel says of a machine."""
        return cls(machine.id, machine.name, " · ".join(filter(None, (machine.cpu, machine.memory, machine.disks))))


class MachineState(StaffState):
    """Which machine the service gets that the address names, and the window in which it is chosen."""

    may_choose: bool = False
    chosen: str = ""
    picking: bool = False
    asking: bool = False
    picked: str = ANY
    machines: list[MachineRow] = []

    @rx.event
    async def load(self) -> None:
        """Show which one is chosen, and go on showing it."""
        self.picking = self.asking = False
        await self.follow(MachineState.refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> Answer:
        """Something has happened: show this, and the rest of the page, as they are now."""
        await self._look()
        return [ServiceState.refresh]

    @rx.event
    async def show(self, is_open: bool) -> AsyncIterator[Answer]:
        """Open the window, which asks the panel for its free machines; or close it."""
        self.picking, self.machines, self.errors = is_open is True, [], {}
        if not self.picking:
            return
        service_id, self.picked, self.asking = sent_id(self._asked("id", 40)), self.chosen, True
        yield None
        try:
            found = await self.converse(lambda open_work: free_machines(open_work, wiring.panels(), service_id))
        except BaseException:
            self.picking = False
            raise
        finally:
            self.asking = False
        self.machines = [MachineRow.of(machine) for machine in found]

    @rx.event
    async def pick(self, machine: str) -> None:
        """One of them was pressed."""
        self.picked = sent_text(machine, 60)

    @rx.event
    async def choose(self, form: dict[str, Any]) -> Answer:
        """The service gets this one."""
        service_id, machine = sent_id(self._asked("id", 40)), sent_fields(form, "machine", longest=60)["machine"]
        chosen = await self.converse(lambda open_work: choose_machine(open_work, wiring.panels(), service_id, machine))
        self.picking = False
        await self._look()
        self.say(f"It gets {chosen.name}." if chosen else "The panel chooses a machine.")
        return [ServiceState.refresh]

    async def _look(self) -> None:
        try:
            service_id = sent_id(self._asked("id", 40))

            def reading(work: Work) -> tuple[bool, str]:
                service = service_overview(work, service_id).service
                return may_be_assigned(work, wiring.panels(), service), service.machine_id or ANY

            self.may_choose, self.chosen = await self.read(reading)
        except NotFound:  # the rest of the page says so
            self.may_choose, self.chosen = False, ANY
