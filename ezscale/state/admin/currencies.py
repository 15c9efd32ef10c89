"""What currencies are worth, how old that is, and in which one the company counts."""

import re
from dataclasses import dataclass
from typing import Any, Self

import reflex as rx
from babel.numbers import get_currency_name

from ezscale.accounts.permissions import MANAGE_TAX, SET_RULES
from ezscale.company.currencies import (
    CurrencyRow,
    CurrencyRules,
    currencies_now,
    enter_rate,
    entered_rates,
    offered_currencies,
    reporting_currency,
)
from ezscale.company.rules import rules, set_rules
from ezscale.kit.work import Work
from ezscale.models import ExchangeRate
from ezscale.state.admin.rules import asked
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_day, sent_fields, sent_text
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

ENTER, RULES = "enter", "rules"
OFFERED = asked(CurrencyRules)[0]


@dataclass
class WorthRow:
    """A currency, and what one unit of the reporting currency is worth in it."""

    code: str
    name: str
    rate: str
    as_of: str
    source: str
    standing: str

    @classmethod
    def of(cls, found: CurrencyRow, reader: Reader) -> Self:
        """Its newest rate, and whether that can be relied on."""
        worth = found.worth
        standing = "missing" if worth is None else "stale" if found.is_stale else "fresh"
        return cls(
            code=found.code,
            name=get_currency_name(found.code, locale="en"),
            rate=worth.rate if worth else "",
            as_of=reader.day(worth.as_of) if worth else "",
            source=worth.source if worth else "",
            standing=standing,
        )


@dataclass
class EnteredRow:
    """A rate that somebody entered."""

    id: str
    words: str
    as_of: str

    @classmethod
    def of(cls, row: ExchangeRate, reader: Reader) -> Self:
        """1 EUR = 1.0832 USD."""
        return cls(str(row.id), f"1 {row.base} = {row.rate} {row.quote}", reader.day(row.as_of))


class CurrenciesState(StaffState):
    """The rates that hold now, and the one question that is open about them."""

    loading: bool = True
    rows: list[WorthRow] = []
    entered: list[EnteredRow] = []
    offered: str = ""
    reporting: str = ""
    chosen: str = ""
    stale_after: str = ""
    today: str = ""
    troubled: list[str] = []
    question: str = ""
    may_enter: bool = False
    may_decide: bool = False

    @rx.event
    async def load(self) -> None:
        """Show every currency that has a rate, or that we sell in."""
        self.question = ""
        await self._look()

    @rx.event
    async def ask(self, question: str) -> None:
        """Open a question: a rate by hand, or what is decided."""
        asked, self.errors = sent_text(question, 20), {}
        self.question = asked if asked in (ENTER, RULES) else ""

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def enter(self, form: dict[str, Any]) -> Answer:
        """Enter a rate by hand."""
        sent = sent_fields(form, "base", "quote", "rate", "as_of", longest=40)
        day = sent_day(sent["as_of"], "as_of")
        await self.perform(lambda work: enter_rate(work, sent["base"], sent["quote"], sent["rate"], day))
        return await self._done("The rate is entered. Issued invoices keep the one they were issued with.")

    @rx.event
    async def decide(self, form: dict[str, Any]) -> Answer:
        """Decide in which currencies the company sells, and in which one it counts."""
        sent = sent_fields(form, "offered", "reporting", "stale_after_days", longest=100)
        typed: dict[str, object] = {**sent, "offered": re.findall(r"[^\s,;]+", sent["offered"])}
        await self.perform(lambda work: set_rules(work, CurrencyRules, typed))
        return await self._done("Decided. It holds for new customers, invoices and reports from now on.")

    async def _done(self, said: str) -> Answer:
        self.question = ""
        await self._look()
        self.say(said)
        return None

    async def _look(self) -> None:
        reader = self._reader()

        def reading(work: Work) -> tuple[list[WorthRow], list[EnteredRow], str, CurrencyRules, str, bool, bool]:
            now = [WorthRow.of(found, reader) for found in currencies_now(work, offered_currencies(work))]
            by_hand = [EnteredRow.of(row, reader) for row in entered_rates(work)]
            may = work.actor.may(MANAGE_TAX), work.actor.may(SET_RULES)
            decided = rules(work, CurrencyRules)
            return now, by_hand, reporting_currency(work), decided, work.today.isoformat(), *may

        found = await self.read(reading)
        self.rows, self.entered, self.reporting, decided, self.today, self.may_enter, self.may_decide = found
        self.offered = ", ".join(decided.offered)
        self.chosen, self.stale_after = decided.reporting, str(decided.stale_after_days)
        self.troubled = [row.code for row in self.rows if row.standing != "fresh" and row.code in decided.offered]
        self.loading = False
