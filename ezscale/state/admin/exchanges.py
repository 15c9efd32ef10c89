"""What was said to panels, call by call."""

import json
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import reflex as rx

from ezscale.accounts.permissions import SEE_EXCHANGES
from ezscale.kit.work import Work
from ezscale.models import PanelExchange, Service
from ezscale.provisioning.exchanges import Wanted, exchanges, panels_spoken_to
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_text
from ezscale.state.families import panel_name
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer
from ezscale.state.turning import PAGE

OF_A_SERVICE = 20


@dataclass
class ExchangeRow:
    """A question and its answer."""

    id: str
    at: str
    call: str
    outcome: str
    ok: bool
    took: str
    sent: str
    got: str
    trouble: str
    panel: str
    service_id: str
    number: str

    @classmethod
    def of(cls, row: PanelExchange, service: Service, reader: Reader) -> Self:
        """A call with its bodies, a field a line."""
        outcome = "No answer" if row.code is None else str(row.code)
        return cls(
            *(
                str(row.id),
                reader.moment(row.at),
                f"{row.method} {row.path}",
                outcome,
                row.ok,
                f"{row.milliseconds} ms",
            ),
            *(
                laid_out(row.sent),
                laid_out(row.got),
                row.trouble,
                panel_name(row.panel),
                str(service.id),
                service.number,
            ),
        )


@dataclass
class PanelChoice:
    """A panel to look at alone."""

    value: str
    text: str


class ExchangesState(Listing, StaffState):
    """Panel calls: of one panel, those that failed, of one service, with some words."""

    rows: list[ExchangeRow] = []
    panels: list[PanelChoice] = []
    panel: str = ""

    _address = "/admin/exchanges/"

    @rx.event
    async def choose_panel(self, panel: str) -> Answer:
        """Show the calls of one panel, or of all when it is empty."""
        self.panel = sent_text(panel, 40)
        self._to_first_page()
        return rx.redirect(self._address + self._query())

    async def _show(self) -> None:
        self.panel = self._asked("panel", 40)
        self.query = self._query()
        wanted, before, reader = Wanted.typed(self.words, self.status, self.panel), self._before, self._reader()

        def reading(work: Work) -> tuple[list[ExchangeRow], list[str]]:
            found = exchanges(work, wanted, before, PAGE + 1)
            return [ExchangeRow.of(row, service, reader) for row, service in found], panels_spoken_to(work)

        rows, names = await self.read(reading)
        self.rows = self._cut(rows)
        self.panels = [
            PanelChoice("", "Every panel"),
            *(PanelChoice(name, panel_name(name)) for name in names),
        ]

    def _query(self) -> str:
        asked = {"q": self.words, "status": self.status, "panel": self.panel}
        query = urlencode({name: text for name, text in asked.items() if text})
        return f"?{query}" if query else ""


def exchanges_of(work: Work, service: Service, reader: Reader) -> list[ExchangeRow]:
    """The latest calls about a service, for those who may see them."""
    if not work.actor.may(SEE_EXCHANGES):
        return []
    found = exchanges(work, Wanted(number=service.number), None, OF_A_SERVICE)
    return [ExchangeRow.of(row, about, reader) for row, about in found]


def laid_out(text: str) -> str:
    """JSON with a field a line; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) if text else ""
    except ValueError:
        return text
