"""Options with their values and prices."""

from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.catalog.option_keeping import (
    OptionFile,
    OptionSheet,
    ValueSheet,
    add_option,
    add_value,
    archive_option,
    archive_value,
    change_option,
    change_value,
    every_option,
    restore_option,
    restore_value,
)
from ezscale.catalog.price_list import VALUES, Standing, prices_of_all, standing
from ezscale.kit.work import Work
from ezscale.models import OptionPrice, OptionValue
from ezscale.models.option import OptionKind
from ezscale.state.admin.price_desk import PriceDesk
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader

OPTION, VALUE = "option", "value"
KIND_NAMES = {OptionKind.CHOICE: "Choice", OptionKind.SLIDER: "Slider"}
KIND_CHOICES = tuple((kind.value, name) for kind, name in KIND_NAMES.items())
SHEET = ("name", "unit", "panel_field", "position", "smallest", "largest", "step")


@dataclass
class ValueRow:
    """A value of an option, with what its shortest cycle costs."""

    id: str = ""
    slug: str = ""
    name: str = ""
    adds: str = ""
    position: str = ""
    price: str = ""
    archived: bool = False

    @classmethod
    def of(cls, value: OptionValue, prices: list[OptionPrice], reader: Reader) -> Self:
        """A value with its prices of now."""
        least = min((price.months for price in prices), default=0)
        shown = [reader.money(price.amount) for price in prices if price.months == least]
        return cls(
            id=str(value.id),
            slug=value.slug,
            name=value.name,
            adds=str(value.adds),
            position=str(value.position),
            price=" · ".join(shown),
            archived=value.archived_at is not None,
        )


@dataclass
class OptionRow:
    """An option with its values."""

    id: str = ""
    slug: str = ""
    name: str = ""
    kind: str = ""
    kind_name: str = ""
    unit: str = ""
    panel_field: str = ""
    position: str = ""
    smallest: str = ""
    largest: str = ""
    step: str = ""
    reach: str = ""
    archived: bool = False
    choices: list[ValueRow] = field(default_factory=list)

    @classmethod
    def of(cls, file: OptionFile, prices: dict[UUID, list[OptionPrice]], reader: Reader) -> Self:
        """An option in words, and as its form holds it."""
        option = file.option
        is_slider = option.kind is OptionKind.SLIDER
        reach = f"{option.smallest} to {option.largest} {option.unit}, by {option.step}" if is_slider else ""
        return cls(
            id=str(option.id),
            slug=option.slug,
            name=option.name,
            kind=option.kind.value,
            kind_name=KIND_NAMES[option.kind],
            unit=option.unit,
            panel_field=option.panel_field,
            position=str(option.position),
            smallest=str(option.smallest),
            largest=str(option.largest),
            step=str(option.step),
            reach=reach,
            archived=option.archived_at is not None,
            choices=[ValueRow.of(value, prices.get(value.id, []), reader) for value in file.values],
        )


class OptionsState(PriceDesk, StaffState):
    """Every option, archived ones last."""

    loading: bool = True
    rows: list[OptionRow] = []
    question: str = ""
    kind: str = OptionKind.CHOICE.value
    option: OptionRow = OptionRow()
    value: ValueRow = ValueRow()

    _prices = VALUES

    @rx.event
    async def load(self) -> None:
        """Show them."""
        self.question = self.priced = ""
        await self._look()

    @rx.event
    async def edit(self, option_id: str) -> None:
        """Open the window for an option, or for a new one."""
        self.option, self.errors = self._known(option_id), {}
        self.kind = self.option.kind or OptionKind.CHOICE.value
        self.question = OPTION

    @rx.event
    async def choose_kind(self, kind: str) -> None:
        """A slider is asked for more than a choice."""
        self.kind = OptionKind.SLIDER.value if kind == OptionKind.SLIDER else OptionKind.CHOICE.value

    @rx.event
    async def edit_value(self, option_id: str, value_id: str) -> None:
        """Open the window for a value, or for a new one."""
        self.option, self.errors = self._known(option_id), {}
        named = sent_text(value_id, 40)
        self.value = next((value for value in self.option.choices if value.id == named), ValueRow())
        self.question = VALUE

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Keep the option as it was typed."""
        slug, sheet, kind = sent_fields(form, "slug")["slug"], OptionSheet(**sent_fields(form, *SHEET)), self.kind
        if self.option.id:
            option_id = sent_id(self.option.id)
            await self.perform(lambda work: change_option(work, option_id, sheet))
        else:
            await self.perform(lambda work: add_option(work, slug, kind, sheet))
        await self._done("The option is saved.")

    @rx.event
    async def save_value(self, form: dict[str, Any]) -> None:
        """Keep the value as it was typed."""
        slug, sheet = sent_fields(form, "slug")["slug"], ValueSheet(**sent_fields(form, "name", "adds", "position"))
        if self.value.id:
            value_id = sent_id(self.value.id)
            await self.perform(lambda work: change_value(work, value_id, sheet))
        else:
            option_id = sent_id(self.option.id)
            await self.perform(lambda work: add_value(work, option_id, slug, sheet))
        await self._done("The value is saved.")

    @rx.event
    async def archive(self, option_id: str) -> None:
        """Offer it no more."""
        row_id = sent_id(option_id)
        await self.perform(lambda work: archive_option(work, row_id))
        await self._done("The option is archived. Those who have it keep it.")

    @rx.event
    async def restore(self, option_id: str) -> None:
        """Offer it again."""
        row_id = sent_id(option_id)
        await self.perform(lambda work: restore_option(work, row_id))
        await self._done("The option is back.")

    @rx.event
    async def archive_value_of(self, value_id: str) -> None:
        """Let nobody choose it any more."""
        row_id = sent_id(value_id)
        await self.perform(lambda work: archive_value(work, row_id))
        await self._done("The value is archived. Those who have it keep it.")

    @rx.event
    async def restore_value_of(self, value_id: str) -> None:
        """Let it be chosen again."""
        row_id = sent_id(value_id)
        await self.perform(lambda work: restore_value(work, row_id))
        await self._done("The value is back.")

    def _known(self, option_id: Any) -> OptionRow:
        named = sent_text(option_id, 40)
        return next((row for row in self.rows if row.id == named), OptionRow())

    async def _done(self, said: str) -> None:
        self.question = ""
        await self._look()
        self.say(said)

    async def _look_at_prices(self) -> None:
        await super()._look_at_prices()
        await self._look()

    async def _look(self) -> None:
        reader = self._reader()
        self.rows = await self.read(lambda work: rows_of(work, reader))
        self.loading = False


def rows_of(work: Work, reader: Reader) -> list[OptionRow]:
    """Every option, with what its values cost now."""
    files = every_option(work)
    prices: dict[UUID, list[OptionPrice]] = {}
    for price in prices_of_all(work, VALUES):
        if standing(price, work.now) is Standing.CURRENT:
            prices.setdefault(price.value_id, []).append(price)
    return [OptionRow.of(file, prices, reader) for file in files]
