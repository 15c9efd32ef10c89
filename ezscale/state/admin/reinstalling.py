"""Reinstalling a customer's server, on its page in the staff panel."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from ezscale import wiring
from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.kit.work import Work
from ezscale.models import Service
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.panel_skills import skills_of
from ezscale.provisioning.reinstall_wishes import LONGEST_REASON, NewSystem, ask_for_reinstall, systems_for
from ezscale.state.admin.staff import Record
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.telling import Answer


@dataclass
class SystemChoice:
    """Something that can be installed."""

    value: str
    text: str


class Reinstalling(Record, mixin=True):
    """The part of a service's file that is about reinstalling it."""

    may_reinstall: bool = False
    choosing_system: bool = False
    asking_systems: bool = False
    systems: list[SystemChoice] = []

    @rx.event
    async def think_of_system(self, is_open: bool) -> AsyncIterator[Answer]:
        """Open the window, which asks the panel what can be installed; or close it."""
        self.choosing_system, self.systems, self.errors = is_open is True, [], {}
        if not self.choosing_system:
            return
        service_id, self.asking_systems = sent_id(self._id), True
        yield None
        try:
            offered = await self.converse(lambda open_work: systems_for(open_work, wiring.panels(), service_id))
        except BaseException:
            self.choosing_system = False
            raise
        finally:
            self.asking_systems = False
        self.systems = [
            SystemChoice("", "Please choose"),
            *(SystemChoice(image.ref, image.name) for image in offered.images),
        ]

    @rx.event
    async def reinstall(self, form: dict[str, Any]) -> None:
        """Wipe it, and install what was chosen."""
        said = sent_fields(form, "image", "reason", "typed", longest=LONGEST_REASON + 1)
        service_id, wanted = sent_id(self._id), NewSystem(said["image"], said["typed"], reason=said["reason"])
        await self.converse(lambda open_work: ask_for_reinstall(open_work, wiring.panels(), service_id, wanted))
        self.choosing_system = False
        await self._look()
        self.say("It is being reinstalled, and the log says why.")


def can_be_reinstalled(work: Work, service: Service, *, is_busy: bool) -> bool:
    """Whether the button is there: it runs, nothing else is done to it, and its panel installs anew."""
    able = "reinstall" in skills_of(wiring.panels().get(service.panel))
    return able and service.status is ServiceStatus.ACTIVE and not is_busy and work.actor.may(MANAGE_SERVICES)
