"""The window in which the prices of an option's value or of an add-on are read and changed."""

from typing import Any, ClassVar

import reflex as rx

from ezscale.catalog.price_list import (
    PriceList,
    Standing,
    end_price,
    give_up_plan,
    price_history,
    set_price,
    standing,
)
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.state.admin.price_views import PriceLine, typed_wish
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_id, sent_text

SHOWN = (Standing.CURRENT, Standing.PLANNED)


class PriceDesk(StaffState, mixin=True):
    """Part of a list of what has prices. A subclass names the `_prices` that it keeps."""

    priced: str = ""
    priced_name: str = ""
    priced_once: bool = False
    price_lines: list[PriceLine] = []
    past_lines: list[PriceLine] = []

    _prices: ClassVar[PriceList[Any]]

    @rx.event
    async def ask_prices(self, owner_id: str, name: str, once: bool = False) -> None:
        """Open the window for one of them."""
        self.priced, self.priced_name, self.priced_once = sent_text(owner_id, 40), sent_text(name, 200), once is True
        self.errors = {}
        await self._look_at_prices()

    @rx.event
    async def show_prices(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.priced, self.errors = "", {}

    @rx.event
    async def set_price_of(self, form: dict[str, Any]) -> None:
        """Let it cost what was typed; whoever has it keeps the price they agreed on."""
        owner_id, wish = sent_id(self.priced), typed_wish(form, settings().zone)
        await self.perform(lambda work: set_price(work, self._prices, owner_id, wish))
        await self._look_at_prices()
        self.say("The price is set.")

    @rx.event
    async def end_price_of(self, currency: str, months: str) -> None:
        """Do not sell it for a currency and cycle any more."""
        owner_id, code, cycle = sent_id(self.priced), sent_text(currency, 3), _cycle(months)
        await self.perform(lambda work: end_price(work, self._prices, owner_id, code, cycle))
        await self._look_at_prices()
        self.say("It is not sold for that cycle any more.")

    @rx.event
    async def give_up_price_of(self, currency: str, months: str) -> None:
        """The planned price does not come."""
        owner_id, code, cycle = sent_id(self.priced), sent_text(currency, 3), _cycle(months)
        await self.perform(lambda work: give_up_plan(work, self._prices, owner_id, code, cycle))
        await self._look_at_prices()
        self.say("The planned price is given up. The present one stays.")

    async def _look_at_prices(self) -> None:
        owner_id, reader = sent_id(self.priced), self._reader()

        def reading(work: Work) -> tuple[list[PriceLine], list[PriceLine]]:
            every = price_history(work, self._prices, owner_id)
            shown = [price for price in every if standing(price, work.now) in SHOWN]
            past = [price for price in every if price not in shown]
            return [PriceLine.of(price, work.now, reader) for price in shown], [
                PriceLine.of(price, work.now, reader) for price in past
            ]

        self.price_lines, self.past_lines = await self.read(reading)


def _cycle(sent: Any) -> int:
    text = sent_text(sent, 3)
    return int(text) if text.isascii() and text.isdecimal() else -1
