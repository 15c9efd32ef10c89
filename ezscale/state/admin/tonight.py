"""What the coming night will do, line by line, and holding some of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

import reflex as rx

from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.billing.holds import hold, lift, standing_holds
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models.hold import Deed
from ezscale.reporting.tonight import Planned, services_of, tonight
from ezscale.state.admin.holds import HoldView
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id, sent_text
from ezscale.state.finding import Finding
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

SHOWN = 100
DEEDS = {
    Deed.INVOICE: "Invoiced",
    Deed.CHARGE: "Charged",
    Deed.TOP_UP: "Topped up",
    Deed.REMIND: "Reminded",
    Deed.WARN: "Warned",
    Deed.SUSPEND: "Suspended",
    Deed.CHANGE: "Changed",
    Deed.GO_ON: "Goes on",
    Deed.END: "Ended",
}


@dataclass
class Line:
    """Something that will happen, on one line; `subject_id` is the invoice or subscription that it can be held for."""

    id: str
    deed: str
    words: str
    customer: str
    customer_number: str
    customer_id: str
    subject: str
    subject_id: str
    leads_to: str
    amount: str
    small_sums: str
    can_be_held: bool

    @classmethod
    def of(cls, place: int, planned: Planned, reader: Reader) -> Self:
        """A line of the plan in words."""
        return cls(
            id=str(place),
            deed=planned.deed.value,
            words=DEEDS[planned.deed],
            customer=planned.customer,
            customer_number=planned.customer_number,
            customer_id=str(planned.customer_id),
            subject=planned.subject,
            subject_id=str(planned.invoice_id or planned.subscription_id or ""),
            leads_to=f"/admin/invoice/?id={planned.invoice_id}" if planned.invoice_id else "",
            amount=reader.money(planned.amount) if planned.amount else "",
            small_sums=reader.money(planned.small_sums) if planned.small_sums else "",
            can_be_held=planned.can_be_held,
        )

    def matches(self, words: str) -> bool:
        """Whether all these words stand on the line."""
        own = f"{self.customer} {self.customer_number} {self.subject}".lower()
        return all(word in own for word in words.lower().split())


@dataclass
class Group:
    """Everything of one kind that will happen: how often, and over which sums."""

    deed: str
    title: str
    count: int
    sums: str


@dataclass
class Plan:
    """The night as a screen shows it."""

    at: str
    lines: list[Line]
    groups: list[Group]
    held: list[HoldView]
    set_aside: list[str]
    stops: list[str]
    may_hold: bool


class TonightState(Finding, StaffState):
    """The coming night, rehearsed when the page is opened and after each change; not whenever something happens.

    `status` is the kind of deed that is wanted, when not all are.
    """

    loading: bool = True
    at: str = ""
    words: str = ""
    status: str = ""
    query: str = ""
    rows: list[Line] = []
    found: int = 0
    groups: list[Group] = []
    held: list[HoldView] = []
    set_aside: list[str] = []
    stops: list[str] = []
    may_hold: bool = False
    holding: str = ""
    holding_words: str = ""
    tomorrow: str = ""

    _lines: list[Line] = []

    @rx.event
    async def load(self) -> Answer:
        """Rehearse the night, and show of it what the address asks for."""
        self.words, self.status, self.holding = self._asked("q"), self._asked("status", 20), ""
        await self._rehearse()
        self.loading = False
        return self._fill_box(self.words)

    @rx.event
    async def search(self, words: str) -> None:
        """Look for a customer, an invoice or a subscription."""
        self.words = self.boxed = sent_text(words, 100)
        await self._choose_lines()

    @rx.event
    async def choose(self, deed: str) -> None:
        """Show one kind of deed, or all of them when it is empty."""
        self.status = sent_text(deed, 20)
        await self._choose_lines()

    @rx.event
    async def ask_to_hold(self, line_id: str) -> None:
        """Open the window in which a reason is asked for."""
        line = self._to_be_held(sent_text(line_id, 20))
        self.holding, self.holding_words, self.errors = line.id, f"{line.words}: {line.customer}, {line.subject}", {}

    @rx.event
    async def keep(self, shown: bool) -> None:
        """The window was closed without an answer."""
        if shown is not True:
            self.holding = ""

    @rx.event
    async def hold(self, form: dict[str, Any]) -> None:
        """Hold what the window is about."""
        line, typed = self._to_be_held(self.holding), sent_fields(form, "reason", "until", longest=501)
        deed, subject, until = sent_choice(line.deed, Deed), sent_id(line.subject_id), typed_day(typed["until"])
        await self.perform(lambda work: hold(work, deed, subject, typed["reason"], until))
        self.holding = ""
        await self._rehearse()
        self.say("It is held.")

    @rx.event
    async def lift(self, hold_id: str) -> None:
        """Let the deed be done again."""
        asked = sent_id(hold_id)
        await self.perform(lambda work: lift(work, asked))
        await self._rehearse()
        self.say("It is done again, from the next night on.")

    def _to_be_held(self, line_id: str) -> Line:
        line = next((line for line in self._lines if line.id == line_id), None)
        if line is None or not line.can_be_held:
            raise NotFound("This is no longer planned, or cannot be held.")
        return line

    async def _rehearse(self) -> None:
        reader = self._reader()
        plan = await self.perform(lambda work: plan_of(work, reader))  # nothing is kept, but the runs do write
        self.at, self._lines, self.groups, self.held = plan.at, plan.lines, plan.groups, plan.held
        self.set_aside, self.stops, self.may_hold = plan.set_aside, plan.stops, plan.may_hold
        await self._choose_lines()

    async def _choose_lines(self) -> None:
        wanted = [line for line in self._lines if self.status in ("", line.deed) and line.matches(self.words)]
        asked = {name: text for name, text in (("q", self.words), ("status", self.status)) if text}
        self.found, self.query = len(wanted), f"?{urlencode(asked)}" if asked else ""
        shown = wanted[:SHOWN]
        self.rows = await self.read(lambda work: with_services(work, shown)) if shown else []


def plan_of(work: Work, reader: Reader) -> Plan:
    """The night, and what is held of it."""
    night = tonight(work)
    held = [
        HoldView.of(row, subject, customer.company or customer.name, work, reader)
        for row, customer, subject in standing_holds(work)
    ]
    return Plan(
        at=reader.moment(night.at),
        lines=[Line.of(place, planned, reader) for place, planned in enumerate(night.planned)],
        groups=[group for deed in Deed if (group := group_of(deed, night.planned, reader)).count],
        held=held,
        set_aside=list(night.set_aside),
        stops=[f"{stop.run.capitalize()}: {stop.why}" for stop in night.stops],
        may_hold=work.actor.may(MANAGE_INVOICES),
    )


def group_of(deed: Deed, planned: Sequence[Planned], reader: Reader) -> Group:
    """How often something will happen, and over which sums."""
    own = [each for each in planned if each.deed is deed]
    sums: dict[str, int] = {}
    for amount in (each.amount for each in own if each.amount):
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    over = ", ".join(reader.money(Money(minor, currency)) for currency, minor in sorted(sums.items()))
    return Group(deed.value, DEEDS[deed], len(own), over)


def with_services(work: Work, lines: Sequence[Line]) -> list[Line]:
    """The same lines; those about a subscription lead to what runs for it."""
    runs = services_of(work, [sent_id(line.subject_id) for line in lines if line.subject_id and not line.leads_to])
    ways = {str(subscription_id): f"/admin/service/?id={service_id}" for subscription_id, service_id in runs.items()}
    return [line if line.leads_to else replace(line, leads_to=ways.get(line.subject_id, "")) for line in lines]


def typed_day(typed: str) -> date | None:
    """A day, or none when nothing was typed. Invalid for what is no day."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid("Please choose a day.", field="until") from None
