"""Who says how many of a plan may be sold, on the plan's page; and what its panel has said."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale import wiring
from ezscale.accounts.permissions import MANAGE_CATALOG
from ezscale.catalog.panel_stock import stock_readings
from ezscale.catalog.plan_keeping import plan_file
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import Location, StockReading
from ezscale.models.plan import StockSource
from ezscale.provisioning.stock_reading import choose_stock_source
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

UNCOUNTED, COUNTED, PANEL = StockSource.NONE.value, StockSource.COUNTED.value, StockSource.PANEL.value
SOURCES = ((UNCOUNTED, "Nobody: sell without end"), (COUNTED, "We do, by hand"), (PANEL, "Its panel does"))
SAID = {
    UNCOUNTED: "Nobody counts it now: it is sold without end.",
    COUNTED: "You count it now: {left} left. Another number goes into Edit.",
    PANEL: "The panel is asked now.",
}


@dataclass
class PlaceRow:
    """What a panel has said of one location. `read` is empty where it never answered."""

    name: str
    room: str
    for_sale: str
    read: str
    trouble: str

    @classmethod
    def of(cls, place: Location, reading: StockReading | None, reader: Reader) -> Self:
        """A location with the last answer, if there is one."""
        if reading is None or reading.read_at is None:
            return cls(place.name, "", "", "", reading.trouble if reading else "")
        read = reader.moment(reading.read_at)
        return cls(place.name, str(reading.room), str(reading.for_sale), read, reading.trouble)


@dataclass
class StockFile:
    """How a plan is counted."""

    source: str
    left: str
    margin: str
    places: list[PlaceRow]
    may_change: bool


class PlanStockState(StaffState):
    """The stock of the plan that the address names, and the window in which its source is chosen."""

    source: str = ""
    left: str = ""
    margin: str = ""
    places: list[PlaceRow] = []
    may_change: bool = False
    choosing: bool = False

    @rx.event
    async def load(self) -> None:
        """Show it, and go on showing it as it changes."""
        self.choosing = False
        await self.follow(PlanStockState.refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> Answer:
        """Something has happened: show it, and the rest of the page, as they are now."""
        await self._look()
        return [PlanState.refresh]

    @rx.event
    async def ask(self, is_open: bool) -> None:
        """Open or close the window."""
        self.choosing, self.errors = is_open is True, {}

    @rx.event
    async def choose(self, form: dict[str, Any]) -> Answer:
        """Let it be counted as it was chosen."""
        plan_id, sent = sent_id(self._asked("id", 40)), sent_fields(form, "source", "margin", longest=20)
        await self.perform(
            lambda work: choose_stock_source(work, wiring.panels(), plan_id, sent["source"], sent["margin"])
        )
        self.choosing = False
        await self._look()
        self.say(SAID[self.source].format(left=self.left))
        return [PlanState.refresh]

    async def _look(self) -> None:
        reader, asked = self._reader(), self._asked("id", 40)
        try:
            plan_id = sent_id(asked)
            file = await self.read(lambda work: file_of(work, plan_id, reader))
        except NotFound:  # the rest of the page says so
            return
        self.source, self.left, self.margin = file.source, file.left, file.margin
        self.places, self.may_change = file.places, file.may_change


def file_of(work: Work, plan_id: UUID, reader: Reader) -> StockFile:
    """How a plan is counted, and what its panel has said."""
    plan = plan_file(work, plan_id)
    is_panels = plan.stock_source is StockSource.PANEL
    return StockFile(
        source=plan.stock_source.value,
        left="" if plan.stock is None else str(plan.stock),
        margin=str(plan.safety_margin),
        places=[PlaceRow.of(*each, reader) for each in stock_readings(work, plan_id)] if is_panels else [],
        may_change=work.actor.may(MANAGE_CATALOG),
    )
