"""How a customer stands towards the tax, and what staff decide about it: exemptions, another question, their currency."""

from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_CUSTOMERS, MANAGE_TAX
from ezscale.billing.customer_currency import change_currency, currencies_for
from ezscale.billing.tax_exemptions import exempt, exemptions, withdraw_exemption
from ezscale.billing.tax_id_checks import ask_again, tax_id_of
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import TaxExemption
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_day, sent_fields, sent_id, sent_text
from ezscale.state.currency_choices import currency_choices
from ezscale.state.ordering.choices import Option
from ezscale.state.reader import Reader
from ezscale.state.tax_words import standing_words
from ezscale.state.telling import Answer

EXEMPT, CURRENCY = "exempt", "currency"


@dataclass
class ExemptionLine:
    """An exemption in words."""

    id: str
    reason: str
    days: str
    granted: str
    standing: str

    @classmethod
    def of(cls, row: TaxExemption, holds: bool, reader: Reader) -> Self:
        """Why, from when to when, and who decided it."""
        until = f" to {reader.day(row.until)}" if row.until else ""
        standing = "withdrawn" if row.withdrawn_at else "holds" if holds else "not now"
        days = f"{reader.day(row.since)}{until}" if until else f"from {reader.day(row.since)}"
        return cls(str(row.id), row.reason, days, f"{row.granted_by}, {reader.day(row.granted_at)}", standing)


class CustomerTaxState(StaffState):
    """The tax of the customer whose file is open."""

    tax_id: str = ""
    standing: str = ""
    tone: str = "neutral"
    can_ask: bool = False
    lines: list[ExemptionLine] = []
    question: str = ""
    today: str = ""
    may_tax: bool = False
    may_care: bool = False
    currencies: list[Option] = []

    @rx.event
    async def load(self) -> None:
        """Show how they stand; nothing for a customer who is not there."""
        self.question = ""
        await self._look()

    @rx.event
    async def ask(self, question: str) -> None:
        """Open a question: an exemption, or another currency."""
        asked, self.errors = sent_text(question, 20), {}
        self.question = asked if asked in (EXEMPT, CURRENCY) else ""

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def ask_register(self) -> Answer:
        """Let the register be asked once more."""
        customer_id = self._customer()
        await self.perform(lambda work: ask_again(work, customer_id))
        self.say("The register is being asked.")
        return None

    @rx.event
    async def grant(self, form: dict[str, Any]) -> Answer:
        """Exempt them for a while."""
        customer_id, sent = self._customer(), sent_fields(form, "reason", "since", "until")
        since = sent_day(sent["since"], "since")
        until = sent_day(sent["until"], "until") if sent["until"] else None
        await self.perform(lambda work: exempt(work, customer_id, sent["reason"], since, until))
        return await self._done("They are exempt on these days. What was invoiced stays as it is.")

    @rx.event
    async def withdraw(self, exemption_id: str) -> Answer:
        """They owe tax again."""
        row_id = sent_id(exemption_id)
        await self.perform(lambda work: withdraw_exemption(work, row_id))
        return await self._done("The exemption is withdrawn.")

    @rx.event
    async def bill_in(self, form: dict[str, Any]) -> Answer:
        """Another currency from now on."""
        customer_id, currency = self._customer(), sent_fields(form, "currency", longest=3)["currency"]
        await self.perform(lambda work: change_currency(work, customer_id, currency))
        self.question = ""
        self.say("They are billed in this currency from now on.")
        return [CustomerState.refresh]

    async def _done(self, said: str) -> Answer:
        self.question = ""
        await self._look()
        self.say(said)
        return None

    async def _look(self) -> None:
        reader = self._reader()
        try:
            customer_id = self._customer()
            found = await self.read(lambda work: seen(work, customer_id, reader))
        except NotFound:
            found = Seen()
        self.tax_id, self.standing, self.tone, self.can_ask = found.tax_id, found.standing, found.tone, found.can_ask
        self.lines, self.today, self.may_tax, self.may_care = found.lines, found.today, found.may_tax, found.may_care
        self.currencies = found.currencies

    def _customer(self) -> UUID:
        return sent_id(self._asked("id", 40))


@dataclass
class Seen:
    """What the screen shows."""

    tax_id: str = ""
    standing: str = ""
    tone: str = "neutral"
    can_ask: bool = False
    lines: list[ExemptionLine] = field(default_factory=list)
    today: str = ""
    may_tax: bool = False
    may_care: bool = False
    currencies: list[Option] = field(default_factory=list)


def seen(work: Work, customer_id: UUID, reader: Reader) -> Seen:
    """How a customer stands."""
    who = customer(work, customer_id)
    known = tax_id_of(work, who)
    standing, tone = standing_words(known, who.tax_id, reader)
    rows = exemptions(work, customer_id, with_past=True)
    return Seen(
        tax_id=who.tax_id,
        standing=standing,
        tone=tone,
        can_ask=bool(known.number),
        lines=[ExemptionLine.of(row, row.holds_on(work.today), reader) for row in rows],
        today=work.today.isoformat(),
        may_tax=work.actor.may(MANAGE_TAX),
        may_care=work.actor.may(MANAGE_CUSTOMERS),
        currencies=currency_choices(currencies_for(work, who)),
    )
