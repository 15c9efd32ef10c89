"""The window in which a plan's price is changed: for new customers, or for those who have subscribed, too."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.billing.price_changes import change_price, first_day, move_to_current_price, price_points
from ezscale.catalog.price_list import PLANS, end_price, give_up_plan, per_cycle, price_history
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.price_views import PriceLine, typed_day, typed_wish
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.marketing.catalog import cycle_name
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

PRICE, MOVE = "price", "move"
NEW_ONLY, EXISTING_TOO = "new", "existing"


@dataclass
class PriceSheet:
    """What the window shows about a currency and cycle."""

    title: str = ""
    now: str = ""
    amount: str = ""
    setup: str = ""
    subscribers: str = "0"
    earliest: str = ""
    first_day: str = ""
    has_plan: bool = False


class PlanPricesState(StaffState):
    """The window over the page of a plan."""

    question: str = ""
    currency: str = ""
    months: str = ""
    scope: str = NEW_ONLY
    sheet: PriceSheet = PriceSheet()
    history: list[PriceLine] = []
    old: str = ""
    concerned: str = ""

    _old_minor: int = 0

    @rx.event
    async def ask(self, currency: str, months: str) -> None:
        """Open the window for a currency and cycle; without a currency it is asked for."""
        self.currency, self.months, self.errors = sent_text(currency, 3).upper(), sent_text(months, 3), {}
        self.scope, self.question = NEW_ONLY, PRICE
        await self._look()

    @rx.event
    async def ask_to_move(self, currency: str, months: str, minor: str) -> None:
        """Open the window in which those who pay an older price are moved to that of today."""
        self.currency, self.months, self.errors = sent_text(currency, 3).upper(), sent_text(months, 3), {}
        number = sent_text(minor, 15)
        self._old_minor = int(number) if number.isascii() and number.isdecimal() else 0
        self.question = MOVE
        await self._look()

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def choose(self, scope: str) -> None:
        """For whom the new price holds."""
        self.scope = EXISTING_TOO if scope == EXISTING_TOO else NEW_ONLY

    @rx.event
    async def change(self, form: dict[str, Any]) -> Answer:
        """Set the price as it was typed."""
        plan_id, zone, existing = self._plan(), settings().zone, self.scope == EXISTING_TOO
        typed = form if isinstance(form, dict) else {}
        fixed = {"currency": self.currency, "months": self.months} if self.currency else {}
        wish = typed_wish({**typed, **fixed}, zone)
        day = typed_day(typed.get("effective_on"), "effective_on") if existing else None
        if existing and day is None:
            raise Invalid("From which day, please?", field="effective_on")
        await self.perform(lambda work: change_price(work, plan_id, wish, day))
        return self._done("The price is set, and subscribers are being told." if existing else "The price is set.")

    @rx.event
    async def move(self, form: dict[str, Any]) -> Answer:
        """Announce today's price to those who pay an older one."""
        plan_id, months = self._plan(), self._cycle()
        day = typed_day(sent_fields(form, "effective_on")["effective_on"], "effective_on")
        if day is None:
            raise Invalid("From which day, please?", field="effective_on")
        old = Money(self._old_minor, self.currency)
        await self.perform(lambda work: move_to_current_price(work, plan_id, months, old, day))
        return self._done("It is announced, and subscribers are being told.")

    @rx.event
    async def end(self) -> Answer:
        """Do not sell it for this currency and cycle any more."""
        plan_id, currency, months = self._plan(), self.currency, self._cycle()
        await self.perform(lambda work: end_price(work, PLANS, plan_id, currency, months))
        return self._done("It is not sold for that cycle any more.")

    @rx.event
    async def give_up(self) -> Answer:
        """The planned price does not come."""
        plan_id, currency, months = self._plan(), self.currency, self._cycle()
        await self.perform(lambda work: give_up_plan(work, PLANS, plan_id, currency, months))
        return self._done("The planned price is given up. The present one stays.")

    def _done(self, said: str) -> Answer:
        self.question = ""
        self.say(said)
        return [PlanState.refresh]

    def _plan(self) -> UUID:
        return sent_id(self._asked("id", 40))

    def _cycle(self) -> int:
        return int(self.months) if self.months.isascii() and self.months.isdecimal() else -1

    async def _look(self) -> None:
        plan_id, currency, months, reader = self._plan(), self.currency, self._cycle(), self._reader()
        old = self._old_minor

        def reading(work: Work) -> tuple[PriceSheet, list[PriceLine], str]:
            return sheet_of(work, plan_id, currency, months, reader), *others_of(
                work, plan_id, currency, months, old, reader
            )

        self.sheet, self.history, self.concerned = await self.read(reading)
        self.old = reader.money(Money(old, currency)) if self.question == MOVE and self.sheet.now else ""


def sheet_of(work: Work, plan_id: UUID, currency: str, months: int, reader: Reader) -> PriceSheet:
    """What a plan costs now for a currency and cycle, and how many pay that."""
    prices = [
        price for price in price_history(work, PLANS, plan_id) if (price.currency, price.months) == (currency, months)
    ]
    now = per_cycle(prices, work.now).get((currency, months))
    setup = next((price.setup for price in prices if now and price.amount == now and price.until is None), None)
    earliest = first_day(work)
    points = [point for point in price_points(work, plan_id) if (point.price, point.months) == (now, months)]
    return PriceSheet(
        title=f"{cycle_name(months)} in {currency}" if currency else "",
        now=reader.money(now) if now else "",
        amount=str(now.major) if now else "",
        setup=str(setup.major) if setup else "",
        subscribers=str(sum(point.subscribers for point in points)),
        earliest=earliest.isoformat(),
        first_day=reader.day(earliest),
        has_plan=any(price.since > work.now and price.until is None for price in prices),
    )


def others_of(
    work: Work, plan_id: UUID, currency: str, months: int, old_minor: int, reader: Reader
) -> tuple[list[PriceLine], str]:
    """What it cost before, newest first; and how many pay a certain price of it."""
    history = [
        PriceLine.of(price, work.now, reader)
        for price in price_history(work, PLANS, plan_id)
        if (price.currency, price.months) == (currency, months)
    ]
    paid = (currency, old_minor, months)
    concerned = sum(
        point.subscribers
        for point in price_points(work, plan_id)
        if (point.price.currency, point.price.minor, point.months) == paid
    )
    return history, str(concerned)
