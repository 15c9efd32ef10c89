"""The window in which a code is made, many codes at once, or one is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from ezscale.catalog.coupon_making import (
    Terms,
    amounts_typed,
    change_coupon,
    make_codes,
    make_coupon,
    terms_of,
    was_used,
)
from ezscale.catalog.cycles import CYCLES
from ezscale.catalog.plan_keeping import every_plan
from ezscale.catalog.redemptions import coupon
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Plan
from ezscale.models.coupon import CouponKind
from ezscale.state.admin.coupon import CouponState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer

NEW, MANY, EDIT = "new", "many", "edit"
ONCE, SOME, EVER = "once", "some", "ever"
TEXTS = (
    *("code", "prefix", "number", "kind", "percent", "amounts", "lasts", "cycles"),
    *("max_uses", "uses_each", "since", "until", "note", "new_customers_only", "referred_only"),
)
MONTHS = {f"month_{months}": months for months in CYCLES}


@dataclass
class PlanBox:
    """A plan that a coupon can be for."""

    field: str
    name: str
    ticked: bool


class CouponFormState(StaffState):
    """What is asked, and what stands in the form when it opens."""

    question: str = ""
    code: str = ""
    kind: str = CouponKind.PERCENT.value
    lasts: str = ONCE
    typed: dict[str, str] = {}
    months: list[str] = []
    plans: list[PlanBox] = []
    is_used: bool = False

    _coupon_id: str = ""

    @rx.event
    async def ask(self, question: str, coupon_id: str) -> None:
        """Open the window for a new code, for many, or for one that is to be changed."""
        asked = sent_text(question, 10)
        row_id = sent_id(coupon_id) if asked == EDIT else None
        opened = await self.read(lambda work: _opened(work, row_id))
        self._coupon_id, self.errors = str(row_id or ""), {}
        self.code, terms, self.plans, self.is_used = opened.code, opened.terms, opened.plans, opened.is_used
        self.kind, self.lasts, self.typed = terms.kind.value, _lasts(terms), _texts(terms)
        self.months = [field for field, months in MONTHS.items() if months in terms.months]
        self.question = asked if asked in (NEW, MANY, EDIT) else ""

    @rx.event
    async def choose_kind(self, kind: str) -> None:
        """Another kind asks for other things."""
        self.kind = sent_choice(sent_text(kind, 20), CouponKind).value

    @rx.event
    async def choose_lasts(self, lasts: str) -> None:
        """Once, for some cycles, or for ever."""
        self.lasts = sent_text(lasts, 10)

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> Answer:
        """Keep what was typed."""
        sent = sent_fields(form, *TEXTS, longest=1000)
        if self.question == EDIT:
            row_id = sent_id(self._coupon_id)
            await self.perform(lambda work: change_coupon(work, row_id, _changed(work, row_id, sent, form)))
            self.question = ""
            self.say("The code is saved.")
            return [CouponState.refresh]
        terms = _terms(sent, form)
        if self.question == MANY:
            number = _number(sent, "number") or 0
            made = await self.perform(lambda work: make_codes(work, sent["prefix"], number, terms))
            self.question = ""
            self.say(f"{len(made)} codes are made. Export the list to hand them out.")
            return rx.redirect(f"/admin/coupons/?{urlencode({'q': made[0].code.rpartition('-')[0]})}")
        fresh = await self.perform(lambda work: make_coupon(work, sent["code"], terms))
        self.question = ""
        self.say("The code is made.")
        return rx.redirect(f"/admin/coupon/?id={fresh.id}")


@dataclass(frozen=True, slots=True)
class Opened:
    """What the form begins with."""

    code: str
    terms: Terms
    plans: list[PlanBox]
    is_used: bool


def _opened(work: Work, coupon_id: UUID | None) -> Opened:
    found = coupon(work, coupon_id) if coupon_id else None
    terms = terms_of(work, found) if found else Terms(since=work.today)
    boxes = [
        PlanBox(f"plan_{plan.slug}", _marked(plan), plan.slug in terms.plans)
        for plan in every_plan(work)
        if plan.archived_at is None or plan.slug in terms.plans
    ]
    return Opened(found.code if found else "", terms, boxes, found is not None and was_used(work, found.id))


def _marked(plan: Plan) -> str:
    """A plan's name, with a word where the shop does not show it."""
    if plan.archived_at is not None:
        return f"{plan.name} (archived)"
    return f"{plan.name} (hidden)" if plan.hidden else plan.name


def _changed(work: Work, coupon_id: UUID, sent: Mapping[str, str], form: Any) -> Terms:
    """What stands in the form; of a code that was used it asks for three things only."""
    if not was_used(work, coupon_id):
        return _terms(sent, form)
    kept = terms_of(work, coupon(work, coupon_id))
    return replace(kept, until=_day(sent, "until"), max_uses=_number(sent, "max_uses"), note=sent["note"])


def _terms(sent: Mapping[str, str], form: Any) -> Terms:
    kind = _kind(sent["kind"])
    ticked = (
        [str(name) for name, value in form.items() if value in (True, "on", "true")] if isinstance(form, dict) else []
    )
    return Terms(
        kind=kind,
        percent=(_number(sent, "percent") or 0) if kind is CouponKind.PERCENT else 0,
        amounts=amounts_typed(sent["amounts"]) if kind in (CouponKind.FIXED, CouponKind.OVERRIDE) else {},
        cycles=_cycles(sent),
        plans=tuple(name.removeprefix("plan_") for name in ticked if name.startswith("plan_")),
        months=tuple(MONTHS[name] for name in ticked if name in MONTHS),
        new_customers_only="new_customers_only" in ticked,
        referred_only="referred_only" in ticked,
        max_uses=_number(sent, "max_uses"),
        uses_each=_number(sent, "uses_each"),
        since=_day(sent, "since"),
        until=_day(sent, "until"),
        note=sent["note"],
    )


def _kind(typed: str) -> CouponKind:
    try:
        return CouponKind(typed)
    except ValueError:
        raise Invalid("Please choose one from the list.", field="kind") from None


def _cycles(sent: Mapping[str, str]) -> int | None:
    if sent["lasts"] == EVER:
        return None
    if sent["lasts"] == SOME:
        cycles = _number(sent, "cycles")
        if cycles is None:
            raise Invalid("For how many cycles?", field="cycles")
        return cycles
    return 1


def _number(sent: Mapping[str, str], name: str) -> int | None:
    typed = sent[name]
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise Invalid("Please write a whole number.", field=name)
    return int(typed)


def _day(sent: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(sent[name]) if sent[name] else None
    except ValueError:
        raise Invalid("Please write a day as 2026-03-31.", field=name) from None


def _lasts(terms: Terms) -> str:
    return EVER if terms.cycles is None else ONCE if terms.cycles == 1 else SOME


def _texts(terms: Terms) -> dict[str, str]:
    """The terms as they stand in the form."""
    sums = ", ".join(f"{code} {Money(minor, code).major}" for code, minor in sorted(terms.amounts.items()))
    numbers = {
        "percent": terms.percent,
        "cycles": terms.cycles,
        "max_uses": terms.max_uses,
        "uses_each": terms.uses_each,
    }
    days = {"since": terms.since, "until": terms.until}
    flags = {"new_customers_only": terms.new_customers_only, "referred_only": terms.referred_only}
    return (
        {name: str(number) if number else "" for name, number in numbers.items()}
        | {name: day.isoformat() if day else "" for name, day in days.items()}
        | {name: "on" if holds else "" for name, holds in flags.items()}
        | {"amounts": sums, "note": terms.note}
    )
