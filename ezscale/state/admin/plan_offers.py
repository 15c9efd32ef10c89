"""The window in which a plan is offered with an option or an add-on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.catalog.offering import offer_add_on, offer_option, offered_with, withdraw_add_on, withdraw_option
from ezscale.catalog.option_keeping import every_add_on, every_option
from ezscale.kit.work import Work
from ezscale.models.option import OptionKind
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.plans import Choice
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer

OPTION, ADD_ON = "option", "add_on"


@dataclass
class Possible:
    """What can be chosen in the window."""

    things: list[Choice]
    standards: list[Choice]
    needs: list[Choice]


class PlanOffersState(StaffState):
    """The window over the page of a plan."""

    question: str = ""
    thing: str = ""
    things: list[Choice] = []
    standards: list[Choice] = []
    needs: list[Choice] = []

    @rx.event
    async def ask(self, kind: str) -> None:
        """Open the window for an option or an add-on."""
        self.question, self.errors = (ADD_ON if kind == ADD_ON else OPTION), {}
        self.thing = ""
        await self._look()

    @rx.event
    async def pick(self, thing: str) -> None:
        """One of them was chosen: its values can be the standard."""
        self.thing = sent_text(thing, 40)
        await self._look()

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def offer(self, form: dict[str, Any]) -> Answer:
        """Offer it on these terms."""
        typed = sent_fields(form, "thing", "standard", "needs", longest=40)
        plan_id, thing = self._plan(), sent_id(typed["thing"])
        standard, needs = _maybe_id(typed["standard"]), _maybe_id(typed["needs"])
        if self.question == ADD_ON:
            await self.perform(lambda work: offer_add_on(work, plan_id, thing, needs))
        else:
            await self.perform(lambda work: offer_option(work, plan_id, thing, standard, needs))
        self.question = ""
        self.say("It is offered with this plan.")
        return [PlanState.refresh]

    @rx.event
    async def withdraw(self, kind: str, thing: str) -> Answer:
        """Offer it with this plan no more."""
        plan_id, row_id = self._plan(), sent_id(thing)
        if kind == "add-on":
            await self.perform(lambda work: withdraw_add_on(work, plan_id, row_id))
        else:
            await self.perform(lambda work: withdraw_option(work, plan_id, row_id))
        self.say("It is no longer offered with this plan. Those who have it keep it.")
        return [PlanState.refresh]

    def _plan(self) -> UUID:
        return sent_id(self._asked("id", 40))

    async def _look(self) -> None:
        plan_id, question, thing = self._plan(), self.question, self.thing
        found = await self.read(lambda work: possible(work, plan_id, question, thing))
        self.things, self.standards, self.needs = found.things, found.standards, found.needs
        self.thing = thing or (found.things[0].value if found.things else "")
        if not thing and self.thing and question == OPTION:
            found = await self.read(lambda work: possible(work, plan_id, question, self.thing))
            self.standards, self.needs = found.standards, found.needs


def possible(work: Work, plan_id: UUID, question: str, thing: str) -> Possible:
    """What a plan could be offered with; which of its values could be the standard; and what it could need."""
    offered = {offer.thing.id for offer in offered_with(work, plan_id)}
    options = [file for file in every_option(work) if file.option.archived_at is None]
    add_ons = [add_on for add_on in every_add_on(work) if add_on.archived_at is None]
    things = [
        *([Choice(str(add_on.id), add_on.name) for add_on in add_ons] if question == ADD_ON else []),
        *([Choice(str(file.option.id), file.option.name) for file in options] if question == OPTION else []),
    ]
    chosen = [file for file in options if str(file.option.id) == thing and file.option.kind is OptionKind.CHOICE]
    standards = [value for file in chosen for value in file.values if value.archived_at is None]
    others = [file for file in options if file.option.id in offered and str(file.option.id) != thing]
    needs = [
        Choice(str(value.id), f"{file.option.name}: {value.name}")
        for file in others
        for value in file.values
        if value.archived_at is None
    ]
    values = [Choice(str(value.id), value.name) for value in standards]
    return Possible(things, [Choice("", "Nothing of it"), *values], [Choice("", "Always offered"), *needs])


def _maybe_id(sent: str) -> UUID | None:
    return sent_id(sent) if sent else None
