"""Trying a plan out at its panel, from the plan's page."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

import reflex as rx

from ezscale import wiring
from ezscale.provisioning.trying_out import IMAGE, LOCATION, Trial, Trouble, try_plan
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_id

FIELDS = {"package": "Package", LOCATION: "Location", IMAGE: "System", "": "Panel"}
WORKS, TROUBLED = "works", "troubled"


@dataclass
class TroubleRow:
    """Something that keeps a plan from being built: what it is about, in plain words, and where it was found."""

    about: str
    words: str
    where: str

    @classmethod
    def of(cls, trouble: Trouble) -> Self:
        """A finding of the panel's."""
        return cls(FIELDS.get(trouble.field, trouble.field), trouble.words, ", ".join(trouble.found_with))


class PlanTrialState(StaffState):
    """What came of trying the plan out of which the address is."""

    trying: bool = False
    verdict: str = ""
    asked: str = ""
    troubles: list[TroubleRow] = []

    _tried: str = ""

    @rx.event
    async def load(self) -> None:
        """Another plan: what was found of the one before says nothing of it."""
        if self._tried != self._asked("id", 40):
            self._forget()

    @rx.event(background=True)
    async def try_out(self) -> None:
        """Ask the panel whether the plan could be built. Nothing is built."""
        async with self:
            plan_id = sent_id(self._asked("id", 40))
            self._forget()
            self.trying = True
        try:
            trial = await self.converse(lambda open_work: try_plan(open_work, wiring.panels(), plan_id))
        finally:
            async with self:
                self.trying = False
        async with self:
            self._tell(plan_id, trial)

    def _forget(self) -> None:
        self.verdict, self.asked, self.troubles, self._tried = "", "", [], self._asked("id", 40)

    def _tell(self, plan_id: UUID, trial: Trial) -> None:
        if self._tried == str(plan_id):
            self.verdict, self.asked = TROUBLED if trial.troubles else WORKS, str(trial.asked)
            self.troubles = [TroubleRow.of(trouble) for trouble in trial.troubles]
