"""Add-ons with their prices."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.catalog.option_keeping import (
    AddOnSheet,
    add_add_on,
    archive_add_on,
    change_add_on,
    every_add_on,
    restore_add_on,
)
from ezscale.catalog.price_list import ADD_ONS, Standing, prices_of_all, standing
from ezscale.kit.work import Work
from ezscale.models import AddOn, AddOnPrice
from ezscale.state.admin.price_desk import PriceDesk
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader

AGAIN, ONCE = "again", "once"
PAID_CHOICES = ((AGAIN, "Again and again, with each cycle"), (ONCE, "Once"))


@dataclass
class AddOnRow:
    """An add-on with what its shortest cycle costs."""

    id: str = ""
    slug: str = ""
    name: str = ""
    summary: str = ""
    recurring: bool = True
    most: str = "1"
    panel_field: str = ""
    position: str = ""
    price: str = ""
    archived: bool = False

    @classmethod
    def of(cls, add_on: AddOn, prices: list[AddOnPrice], reader: Reader) -> Self:
        """An add-on with its prices of now."""
        least = min((price.months for price in prices), default=0)
        return cls(
            id=str(add_on.id),
            slug=add_on.slug,
            name=add_on.name,
            summary=add_on.summary,
            recurring=add_on.recurring,
            most=str(add_on.most),
            panel_field=add_on.panel_field,
            position=str(add_on.position),
            price=" · ".join(reader.money(price.amount) for price in prices if price.months == least),
            archived=add_on.archived_at is not None,
        )


class AddOnsState(PriceDesk, StaffState):
    """Every add-on, archived ones last."""

    loading: bool = True
    rows: list[AddOnRow] = []
    editing: bool = False
    row: AddOnRow = AddOnRow()

    _prices = ADD_ONS

    @rx.event
    async def load(self) -> None:
        """Show them."""
        self.editing, self.priced = False, ""
        await self._look()

    @rx.event
    async def edit(self, add_on_id: str) -> None:
        """Open the window for an add-on, or for a new one."""
        named = sent_text(add_on_id, 40)
        self.row = next((row for row in self.rows if row.id == named), AddOnRow())
        self.editing, self.errors = True, {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.editing, self.errors = False, {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Keep the add-on as it was typed."""
        named = sent_fields(form, "slug", "paid")
        sheet = AddOnSheet(**sent_fields(form, "name", "summary", "most", "panel_field", "position", longest=300))
        if self.row.id:
            add_on_id = sent_id(self.row.id)
            await self.perform(lambda work: change_add_on(work, add_on_id, sheet))
        else:
            await self.perform(lambda work: add_add_on(work, named["slug"], sheet, recurring=named["paid"] != ONCE))
        await self._done("The add-on is saved.")

    @rx.event
    async def archive(self, add_on_id: str) -> None:
        """Offer it no more."""
        row_id = sent_id(add_on_id)
        await self.perform(lambda work: archive_add_on(work, row_id))
        await self._done("The add-on is archived. Those who have it keep it.")

    @rx.event
    async def restore(self, add_on_id: str) -> None:
        """Offer it again."""
        row_id = sent_id(add_on_id)
        await self.perform(lambda work: restore_add_on(work, row_id))
        await self._done("The add-on is back.")

    async def _done(self, said: str) -> None:
        self.editing = False
        await self._look()
        self.say(said)

    async def _look_at_prices(self) -> None:
        await super()._look_at_prices()
        await self._look()

    async def _look(self) -> None:
        reader = self._reader()
        self.rows = await self.read(lambda work: rows_of(work, reader))
        self.loading = False


def rows_of(work: Work, reader: Reader) -> list[AddOnRow]:
    """Every add-on, with what it costs now."""
    prices: dict[UUID, list[AddOnPrice]] = {}
    for price in prices_of_all(work, ADD_ONS):
        if standing(price, work.now) is Standing.CURRENT:
            prices.setdefault(price.add_on_id, []).append(price)
    return [AddOnRow.of(add_on, prices.get(add_on.id, []), reader) for add_on in every_add_on(work)]
