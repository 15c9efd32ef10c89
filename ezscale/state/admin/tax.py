"""Tax rates with their days, and what the company has decided about tax."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permissions import MANAGE_TAX, SET_RULES
from ezscale.billing.seller import seller
from ezscale.billing.tax import percent
from ezscale.billing.tax_rates import NewRate, add_rate, change_rate, end_rate, tax_rates
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import rules, set_rules
from ezscale.kit.work import Work
from ezscale.models import TaxRate
from ezscale.models.plan import Family
from ezscale.models.tax import Buyers
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_choice, sent_day, sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader
from ezscale.state.signing_in.choices import country_name
from ezscale.state.telling import Answer
from ezscale.state.turning import PAGE

NEW, CHANGE, END, RULES = "new", "change", "end", "rules"
ALL = "all"
FAMILIES = [("", "Everything")] + [(family.value, family.value.capitalize()) for family in Family]
BUYERS = [(buyers.value, buyers.value.capitalize()) for buyers in Buyers]
TEXTS = ("registrations", "rounding", "valid_days")
BOXES = ("one_stop_shop", "prices_include_tax", "deduct_tax", "tax_late_fees", "trust_unchecked_ids", "us_service")
DESCRIBED = {name: str(field.description) for name, field in TaxRules.model_fields.items()}


@dataclass
class RateRow:
    """A rate in words."""

    id: str
    country: str
    place: str
    name: str
    rate: str
    whom: str
    since: str
    until: str
    standing: str

    @classmethod
    def of(cls, rate: TaxRate, today: date, reader: Reader) -> Self:
        """A rate with where and when it holds."""
        place = [f"{rate.country}-{rate.region}" if rate.region else "", rate.postcode]
        extra = [rate.category.capitalize(), "" if rate.buyers is Buyers.EVERYBODY else rate.buyers.capitalize()]
        level = "on top of level 1" if rate.compound else "level 2" if rate.level == 2 else ""
        return cls(
            id=str(rate.id),
            country=country_name(rate.country),
            place=" ".join(filter(None, place)),
            name=rate.name,
            rate=f"{percent(rate.rate)} %",
            whom=", ".join(filter(None, (*extra, level))),
            since=reader.day(rate.valid_from),
            until=reader.day(rate.valid_to),
            standing="now" if rate.holds_on(today) else "later" if rate.valid_from > today else "over",
        )


@dataclass
class RulesView:
    """What is decided, as the form shows it."""

    home: str = ""
    home_code: str = ""
    registrations: str = ""
    rounding: str = "line"
    valid_days: str = "30"
    ticked: list[str] | None = None

    @classmethod
    def of(cls, decided: TaxRules) -> Self:
        """The rules with the seller's country, which stands in the settings."""
        return cls(
            home=country_name(seller().country),
            home_code=seller().country,
            registrations=decided.registrations,
            rounding=decided.rounding.value,
            valid_days=str(decided.valid_days),
            ticked=[name for name in BOXES if getattr(decided, name)],
        )


class TaxState(Listing, StaffState):
    """The table of rates, and the one question that is open about it."""

    rows: list[RateRow] = []
    decided: RulesView = RulesView()
    ticked: list[str] = []
    question: str = ""
    about: RateRow | None = None
    about_what: str = ""
    today: str = ""
    may_change: bool = False
    may_decide: bool = False

    by: str = "country"
    descending: bool = False

    _address = "/admin/tax/"

    @rx.event
    async def ask(self, question: str, rate_id: str) -> None:
        """Open a question: a new rate, another rate, its end, or what is decided."""
        asked, row_id = sent_text(question, 20), sent_text(rate_id, 40)
        about = next((row for row in self.rows if row.id == row_id), None)
        self.errors = {}
        if asked in (NEW, RULES) or (asked in (CHANGE, END) and about is not None):
            self.question, self.about = asked, about
            self.about_what = " ".join(filter(None, (about.country, about.place, about.name))) if about else ""

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def add(self, form: dict[str, Any]) -> Answer:
        """Add a rate."""
        sent = sent_fields(form, "country", "region", "postcode", "name", "percent", "level", "category", longest=60)
        buyers, compound = sent_choice(_raw(form, "buyers"), Buyers), _is_ticked(form, "compound")
        since = sent_day(_raw(form, "valid_from"), "valid_from")
        until = sent_day(_raw(form, "valid_to"), "valid_to") if _raw(form, "valid_to") else None
        level = 2 if sent.pop("level") == "2" else 1
        typed = NewRate(**sent, level=level, compound=compound, buyers=buyers, valid_from=since, valid_to=until)
        await self.perform(lambda work: add_rate(work, typed))
        return self._done("The rate is added.")

    @rx.event
    async def change(self, form: dict[str, Any]) -> Answer:
        """Another rate from a day on."""
        rate_id, rate = self._asked_about(), sent_fields(form, "percent", longest=20)["percent"]
        since = sent_day(_raw(form, "valid_from"), "valid_from")
        await self.perform(lambda work: change_rate(work, rate_id, rate, since))
        return self._done("The rate changes on that day. What was invoiced stays as it is.")

    @rx.event
    async def end(self, form: dict[str, Any]) -> Answer:
        """No rate any more from a day on."""
        rate_id, day = self._asked_about(), sent_day(_raw(form, "valid_to"), "valid_to")
        await self.perform(lambda work: end_rate(work, rate_id, day))
        return self._done("The rate ends on that day.")

    @rx.event
    async def decide(self, form: dict[str, Any]) -> Answer:
        """Decide anew."""
        typed: dict[str, object] = {**sent_fields(form, *TEXTS, longest=400)}
        typed |= {name: _is_ticked(form, name) for name in BOXES}
        await self.perform(lambda work: set_rules(work, TaxRules, typed))
        return self._done("Decided. It holds for whatever is priced from now on.")

    async def _show(self) -> None:
        words, before, reader = self.words, self._before, self._reader()
        with_past, by_country, descending = self.status == ALL, self.by == "country", self.descending

        def reading(work: Work) -> tuple[list[RateRow], RulesView, str, bool, bool]:
            found = tax_rates(
                work,
                words,
                with_past=with_past,
                before=before,
                limit=PAGE + 1,
                by_country=by_country,
                descending=descending,
            )
            rows = [RateRow.of(rate, work.today, reader) for rate in found]
            may = work.actor.may
            return rows, RulesView.of(rules(work, TaxRules)), work.today.isoformat(), may(MANAGE_TAX), may(SET_RULES)

        rows, self.decided, self.today, self.may_change, self.may_decide = await self.read(reading)
        self.ticked = self.decided.ticked or []
        self.rows = self._cut(rows)

    def _asked_about(self) -> Any:
        return sent_id(self.about.id if self.about else "")

    def _done(self, said: str) -> Answer:
        self.question = ""
        self.say(said)
        return [TaxState.refresh]


def _raw(form: Any, name: str) -> Any:
    return form.get(name) if isinstance(form, dict) else None


def _is_ticked(form: Any, name: str) -> bool:
    return _raw(form, name) in (True, "on", "true")
