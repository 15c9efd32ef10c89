"""The panels beside our records: when they were compared, what was found, and mending it."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale import wiring
from ezscale.accounts.permissions import MANAGE_SERVICES, RUN_THE_COMPANY
from ezscale.kit.work import Work
from ezscale.models import PanelComparison, PanelFinding, Service
from ezscale.models.panel import FindingKind
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.comparing import ask_for_comparison
from ezscale.provisioning.finding_words import CURES, TITLES
from ezscale.provisioning.findings import comparisons, dismiss_finding, findings, recall_finding
from ezscale.provisioning.mending import adopt_server, delete_orphan, set_right
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.families import panel_name
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

SETS_RIGHT = {
    FindingKind.RUNS_THOUGH_SUSPENDED: "Suspend it again",
    FindingKind.SUSPENDED_THOUGH_PAID: "Let it run again",
}
LONGEST_TYPED = 61


@dataclass
class PanelRow:
    """A panel. `compared` is empty for one that never was."""

    name: str
    title: str
    compared: str
    servers: str
    trouble: str

    @classmethod
    def of(cls, name: str, seen: PanelComparison | None, reader: Reader) -> Self:
        """A panel with what the last comparison said."""
        if seen is None:
            return cls(name, panel_name(name), "", "", "")
        compared = reader.moment(seen.compared_at)
        return cls(name, panel_name(name), compared, str(seen.servers) if compared else "", seen.trouble)


@dataclass
class FindingRow:
    """A finding in words, with what whoever looks at it may do. `standing` says what became of it, if anything did."""

    id: str
    title: str
    cure: str
    panel: str
    server: str
    service: str
    service_id: str
    facts: str
    since: str
    standing: str
    sets_right: str
    may_adopt: bool
    may_delete: bool
    may_dismiss: bool
    may_recall: bool

    @classmethod
    def of(cls, finding: PanelFinding, service: Service | None, work: Work, reader: Reader) -> Self:
        """A finding as it stands."""
        may_mend = finding.is_open and work.actor.may(MANAGE_SERVICES)
        is_dismissed = finding.dismissed_at is not None
        is_orphan = finding.kind is FindingKind.ORPHAN
        is_gone = service is not None and service.status is ServiceStatus.TERMINATED
        return cls(
            id=str(finding.id),
            title=TITLES[finding.kind],
            cure=CURES[finding.kind] if finding.is_open else "",
            panel=panel_name(finding.panel),
            server=finding.remote_id or "",
            service=service.number if service else "",
            service_id=str(service.id) if service else "",
            facts=" · ".join(f"{name}: {words}" for name, words in finding.facts.items()),
            since=reader.moment(finding.found_at),
            standing=standing_of(finding, reader),
            sets_right=SETS_RIGHT.get(finding.kind, "") if may_mend else "",
            may_adopt=may_mend and is_orphan and service is not None and not is_gone,
            may_delete=may_mend and is_orphan and service is None,
            may_dismiss=may_mend and not is_dismissed,
            may_recall=may_mend and is_dismissed,
        )


class PanelsState(Listing, StaffState):
    """Panels, and what was found on them: what waits for somebody, one kind of it, what is dismissed, what is closed."""

    panels: list[PanelRow] = []
    rows: list[FindingRow] = []
    may_compare: bool = False
    dismissing: str = ""
    deleting: str = ""

    _address = "/admin/panels/"

    @rx.event
    async def compare(self, panel: str) -> None:
        """Let a panel be compared now."""
        name = sent_text(panel, 40)
        await self.perform(lambda work: ask_for_comparison(work, wiring.panels(), [name]))
        self.say("It is compared now. What is found appears here.")

    @rx.event
    async def mend(self, finding_id: str) -> None:
        """Suspend again, or let run again."""
        asked = sent_id(finding_id)
        await self.perform(lambda work: set_right(work, asked))
        self.say("The panel is asked now. This line goes as soon as it has confirmed it.")

    @rx.event
    async def adopt(self, finding_id: str) -> None:
        """Link a server with its service."""
        asked = sent_id(finding_id)
        await self.converse(lambda open_work: adopt_server(open_work, wiring.panels(), asked))
        await self._show()
        self.say("The server is linked with its service.")

    @rx.event
    async def ask_to_delete(self, finding_id: str) -> None:
        """Ask for the number of a server that is to be deleted."""
        self.deleting, self.errors = str(sent_id(finding_id)), {}

    @rx.event
    async def ask_to_dismiss(self, finding_id: str) -> None:
        """Ask why something is meant to be so."""
        self.dismissing, self.errors = str(sent_id(finding_id)), {}

    @rx.event
    async def keep(self, shown: bool) -> None:
        """A window was closed without an answer."""
        if shown is not True:
            self.deleting = self.dismissing = ""

    @rx.event
    async def delete(self, form: dict[str, Any]) -> None:
        """Delete a server that was never anybody's."""
        asked, typed = sent_id(self.deleting), sent_fields(form, "typed", longest=LONGEST_TYPED)["typed"]
        await self.converse(lambda open_work: delete_orphan(open_work, wiring.panels(), asked, typed))
        self.deleting = ""
        await self._show()
        self.say("The server is deleted.")

    @rx.event
    async def dismiss(self, form: dict[str, Any]) -> None:
        """Note that something is meant to be so."""
        asked, note = sent_id(self.dismissing), sent_fields(form, "note", longest=501)["note"]
        await self.perform(lambda work: dismiss_finding(work, asked, note))
        self.dismissing = ""
        await self._show()
        self.say("It is meant to be so, until it changes.")

    @rx.event
    async def recall(self, finding_id: str) -> None:
        """Let it count again."""
        asked = sent_id(finding_id)
        await self.perform(lambda work: recall_finding(work, asked))
        await self._show()
        self.say("It waits for somebody again.")

    async def _show(self) -> None:
        status, before, reader = self.status, self._before, self._reader()

        def reading(work: Work) -> tuple[list[PanelRow], list[FindingRow], bool]:
            seen = comparisons(work)
            names = sorted({*wiring.panels(), *seen})
            found = findings(work, status=status, before=before, limit=PAGE + 1)
            rows = [FindingRow.of(finding, service, work, reader) for finding, service in found]
            panels = [PanelRow.of(name, seen.get(name), reader) for name in names]
            return panels, rows, work.actor.may(RUN_THE_COMPANY)

        self.panels, rows, self.may_compare = await self.read(reading)
        self.rows = self._cut(rows)


def standing_of(finding: PanelFinding, reader: Reader) -> str:
    """What became of a finding, or what was said of it."""
    if finding.closed_at is not None:
        return f"Closed {reader.moment(finding.closed_at)}: {finding.done}"
    if finding.dismissed_at is not None:
        return f"Meant to be so: {finding.note}"
    return ""
