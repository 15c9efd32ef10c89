"""Whether everything is true that must always be true."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self

import reflex as rx

from ezscale.kit.work import Work
from ezscale.reporting.doctor import Finding, examine
from ezscale.state.admin.staff import StaffState


@dataclass
class CheckView:
    """One promise, and what breaks it."""

    name: str
    promise: str
    broken: list[str]

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """A finding in words."""
        return cls(finding.check.replace("_", " ").capitalize(), finding.promise, list(finding.broken))


class DoctorState(StaffState):
    """The last examination."""

    checks: list[CheckView] = []
    broken: int = 0
    examined: str = ""
    busy: bool = False

    @rx.event
    async def load(self) -> AsyncIterator[None]:
        """Examine the company."""
        self.busy = True
        yield
        reader = self._reader()

        def reading(work: Work) -> tuple[list[Finding], str]:
            return examine(work), reader.moment(work.now)

        try:
            findings, self.examined = await self.read(reading)
        finally:
            self.busy = False
        self.checks = [CheckView.of(finding) for finding in findings]
        self.broken = sum(1 for finding in findings if finding.broken)
