"""Who did what, and what it changed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

import reflex as rx

from ezscale.accounts.audit_trail import Told, Wanted, audit_entries
from ezscale.kit.work import Work
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_text
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer
from ezscale.state.turning import PAGE, Turning

FILTERS = ("about", "action", "since", "until")
ASKED = ("person", *FILTERS)
ABSENT = "–"


@dataclass
class Difference:
    """One column of a row: what it was, and what it is now."""

    column: str
    before: str
    after: str


@dataclass
class ChangedRow:
    """One row, and whether it is new, gone or different."""

    name: str
    did: str
    differences: list[Difference] = field(default_factory=list)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """A row of an entry, in words."""
        before, after = row["before"], row["after"]
        did = "added" if before is None else "removed" if after is None else "changed"
        columns = sorted({*(before or {}), *(after or {})} - {"id"})
        return cls(
            name=f"{row['table'].replace('_', ' ')} {row['id'][:8]}",
            did=did,
            differences=[
                Difference(column.replace("_", " "), shown(before, column), shown(after, column)) for column in columns
            ],
        )


@dataclass
class EntryView:
    """An entry of the trail."""

    id: str
    at: str
    person: str
    kind: str
    way: str
    action: str
    hash: str
    rows: list[ChangedRow] = field(default_factory=list)
    facts: list[Difference] = field(default_factory=list)
    erased: bool = False

    @classmethod
    def of(cls, told: Told, reader: Reader) -> Self:
        """An entry, in words."""
        return cls(
            id=str(told.seq),
            at=reader.moment(told.at),
            person=f"{told.behind} as {told.name}" if told.behind else told.name,
            kind=told.kind,
            way=" ".join(filter(None, (told.door, told.address))),
            action=told.action[:1].upper() + told.action[1:],
            hash=told.hash[:16],
            rows=[ChangedRow.of(row) for row in told.rows],
            facts=[Difference(name.replace("_", " "), "", str(value)) for name, value in told.facts.items()],
            erased=told.erased,
        )


class AuditState(Turning, StaffState):
    """The trail, newest first. What is looked for stands in the address, to be shared and exported."""

    loading: bool = True
    rows: list[EntryView] = []
    person: str = ""
    about: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    query: str = ""
    filters_set: int = 0

    @rx.event
    async def load(self) -> None:
        """Show what the address asks for."""
        asked = {name: self._asked(name) for name in ASKED}
        if asked != {name: getattr(self, name) for name in ASKED}:
            self._to_first_page()
        self.person, self.about, self.action = asked["person"], asked["about"], asked["action"]
        self.since, self.until = asked["since"], asked["until"]
        self.query = query_of(asked)
        self.filters_set = sum(bool(asked[name]) for name in FILTERS)
        await self._show()
        self.loading = False

    @rx.event
    async def look_for(self, form: dict[str, Any]) -> Answer:
        """Look for what was typed."""
        return rx.redirect(f"/admin/audit/{query_of(sent_fields(form, *ASKED, longest=100))}")

    async def _show(self) -> None:
        before, reader = int(self._turned[-1]) if self._turned else None, self._reader()
        wanted = Wanted(self.person, self.about, self.action, day_of(self.since), day_of(self.until))

        def reading(work: Work) -> list[EntryView]:
            return [EntryView.of(told, reader) for told in audit_entries(work, wanted, before, PAGE + 1)]

        self.rows = self._cut(await self.read(reading))


def query_of(asked: dict[str, str]) -> str:
    """What is looked for, as an address has it."""
    query = urlencode({name: text for name, text in asked.items() if text})
    return f"?{query}" if query else ""


def day_of(text: str) -> date | None:
    """A day as a form sends it; None for what is none."""
    try:
        return date.fromisoformat(sent_text(text, 10))
    except ValueError:
        return None


def shown(values: dict[str, Any] | None, column: str) -> str:
    """A value as it is read: a dash where there is none."""
    value = (values or {}).get(column)
    return ABSENT if value is None or value == "" else str(value)
