"""Sizing a server, and what goes beside it: the same on the order page and where staff put an offer together."""

from dataclasses import replace

import reflex as rx

from ezscale.catalog.fitting import Wanted
from ezscale.state.arguments import sent_text
from ezscale.state.ordering.basket import LONGEST, Basket
from ezscale.state.ordering.choices import AddOnView, OptionView
from ezscale.state.ordering.fit import fit_of, text_of


class FittingOut(rx.State, mixin=True):
    """Part of a state that has a basket and shows it in `_look`."""

    basket: Basket = Basket()
    options: list[OptionView] = []
    add_ons: list[AddOnView] = []
    visits: int = 0

    @rx.event
    async def size(self, name: str, value: str) -> None:
        """Choose a value of an option; the price follows."""
        if name not in [option.slug for option in self.options]:
            return
        wanted = fit_of(self.basket.fit)
        options = {**wanted.options, name: sent_text(value, LONGEST)}
        await self._fit(replace(wanted, options={slug: value for slug, value in options.items() if value}))

    @rx.event
    async def add(self, name: str, count: str) -> None:
        """Take so many of an add-on; the price follows."""
        typed = sent_text(count, 4)
        await self._take(name, int(typed) if typed.isascii() and typed.isdecimal() else 0)

    @rx.event
    async def toggle(self, name: str, wanted: bool) -> None:
        """Take one of an add-on, or none."""
        await self._take(name, 1 if wanted is True else 0)

    async def _take(self, name: str, count: int) -> None:
        if name not in [add_on.slug for add_on in self.add_ons]:
            return
        wanted = fit_of(self.basket.fit)
        await self._fit(replace(wanted, add_ons={**wanted.add_ons, name: count}))

    async def _fit(self, wanted: Wanted) -> None:
        await self._look(replace(self.basket, fit=text_of(wanted)))

    async def _look(self, basket: Basket) -> None:
        """Show a basket, made possible, and what it costs."""
        raise NotImplementedError
