"""Maintenance that was announced, and announcing it."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import Location, Maintenance
from ezscale.models.maintenance import MaintenanceLevel
from ezscale.provisioning.maintenance import (
    Announcement,
    announce,
    cancel_maintenance,
    change_maintenance,
    end_early,
    maintenances,
    places,
)
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id, sent_moment
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE, Turning

FIELDS = ("title", "text", "begins_at", "ends_at", "level", "panel", "location_id")
NEW = "new"


@dataclass
class PlaceChoice:
    """Something that it can be about."""

    value: str
    text: str


@dataclass
class MaintenanceForm:
    """What stands in the fields when the window opens."""

    title: str = ""
    text: str = ""
    begins_at: str = ""
    ends_at: str = ""
    level: str = MaintenanceLevel.NOTICE.value
    panel: str = ""
    location_id: str = ""

    @classmethod
    def of(cls, row: Maintenance) -> Self:
        """As it was announced."""
        begins, ends = (
            moment.astimezone(settings().zone).strftime("%Y-%m-%dT%H:%M") for moment in (row.begins_at, row.ends_at)
        )
        return cls(row.title, row.text, begins, ends, row.level.value, row.panel, str(row.location_id or ""))


@dataclass
class MaintenanceRow:
    """One that was announced."""

    id: str
    title: str
    text: str
    where: str
    begins: str
    ends: str
    standing: str
    by: str
    is_over: bool
    is_on: bool
    form: MaintenanceForm

    @classmethod
    def of(cls, row: Maintenance, location: Location | None, work: Work, reader: Reader) -> Self:
        """With how it stands now."""
        named = [row.panel.capitalize() if row.panel else "", location.name if location else ""]
        standing = "cancelled" if row.cancelled_at else "over" if row.is_over(work.now) else ""
        return cls(
            *(str(row.id), row.title, row.text, ", ".join(filter(None, named)) or "Everywhere"),
            *(reader.moment(row.begins_at), reader.moment(row.ends_at)),
            standing or ("on" if row.is_on(work.now) else "planned"),
            f"{row.announced_by}, {reader.moment(row.announced_at)}",
            *(row.is_over(work.now), row.is_on(work.now)),
            MaintenanceForm.of(row),
        )


class MaintenanceState(Turning, StaffState):
    """All of it, newest first."""

    rows: list[MaintenanceRow] = []
    panels: list[PlaceChoice] = []
    locations: list[PlaceChoice] = []
    form: MaintenanceForm = MaintenanceForm()
    editing: str = ""
    may_announce: bool = False
    loading: bool = True

    @rx.event
    async def load(self) -> None:
        """Show the first page."""
        self._to_first_page()
        self.editing = ""
        await self._show()
        self.loading = False

    @rx.event
    async def open_form(self, row_id: str) -> None:
        """Open the window for a new one, or to change one."""
        found = next((row for row in self.rows if row.id == row_id), None)
        self.editing, self.errors = found.id if found else NEW, {}
        self.form = found.form if found else MaintenanceForm()

    @rx.event
    async def close_form(self, shown: bool) -> None:
        """The window was closed without an answer."""
        if shown is not True:
            self.editing = ""

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Announce it, or change what was announced."""
        said, editing = sent_fields(form, *FIELDS, longest=1001), self.editing
        with_mail = isinstance(form, dict) and bool(form.get("with_mail"))
        announcement = announcement_of(said)
        if editing and editing != NEW:
            row_id = sent_id(editing)
            await self.perform(lambda work: change_maintenance(work, row_id, announcement))
        else:
            await self.perform(lambda work: announce(work, announcement, with_mail=with_mail))
        self.editing = ""
        await self._show()
        self.say("It is shown to everybody whom it concerns.")

    @rx.event
    async def end(self, row_id: str) -> None:
        """It is done already."""
        asked = sent_id(row_id)
        await self.perform(lambda work: end_early(work, asked))
        await self._show()
        self.say("It is over. Nobody is shown it any more.")

    @rx.event
    async def cancel(self, row_id: str) -> None:
        """It does not happen."""
        asked = sent_id(row_id)
        await self.perform(lambda work: cancel_maintenance(work, asked))
        await self._show()
        self.say("It is cancelled. Nobody is shown it any more.")

    async def _show(self) -> None:
        before, reader = self._before, self._reader()

        def reading(work: Work) -> tuple[list[MaintenanceRow], list[PlaceChoice], list[PlaceChoice], bool]:
            found = maintenances(work, before, PAGE + 1)
            rows = [MaintenanceRow.of(row, location, work, reader) for row, location in found]
            return rows, *place_choices(work), work.actor.may(MANAGE_SERVICES)

        rows, self.panels, self.locations, self.may_announce = await self.read(reading)
        self.rows = self._cut(rows)


def place_choices(work: Work) -> tuple[list[PlaceChoice], list[PlaceChoice]]:
    """The panels and the locations to choose from."""
    panels, locations = places(work)
    return (
        [PlaceChoice("", "Every panel"), *(PlaceChoice(name, name.capitalize()) for name in panels)],
        [
            PlaceChoice("", "Every location"),
            *(PlaceChoice(str(each.id), f"{each.name} ({each.panel.capitalize()})") for each in locations),
        ],
    )


def announcement_of(said: dict[str, str]) -> Announcement:
    """What was typed; times are the seller's."""
    zone = settings().zone
    location_id: UUID | None = sent_id(said["location_id"]) if said["location_id"] else None
    return Announcement(
        title=said["title"],
        text=said["text"],
        begins_at=sent_moment(said["begins_at"], "begins_at", zone),
        ends_at=sent_moment(said["ends_at"], "ends_at", zone),
        level=sent_choice(said["level"], MaintenanceLevel),
        panel=said["panel"],
        location_id=location_id,
    )
