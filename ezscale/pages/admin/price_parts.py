"""What windows about prices share: the fields of a price, its history, and the window of options and add-ons."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, figure, two_lines
from ezscale.state.admin.price_views import CYCLE_CHOICES
from ezscale.ui import (
    Column,
    button,
    confirm,
    dialog,
    empty,
    hidden,
    select_field,
    status_badge,
    table,
    text_field,
)
from ezscale.ui.base import Tone

PRICE_TONES: dict[str, Tone] = {"current": "success", "planned": "info", "past": "neutral", "given_up": "neutral"}
PRICE_WORDS = {"current": "Now", "planned": "Planned", "past": "Past", "given_up": "Given up"}
SIDE_BY_SIDE = "grid grid-cols-1 gap-4 min-[420px]:grid-cols-2"


def price_fields(state: Any, *, amount: Any = "", setup: Any = "", known: Any = "") -> list[rx.Component]:
    """The sums of a price, and from when it holds. They are filled anew when `known` is another."""
    return [
        rx.el.div(
            text_field(
                "Price of a cycle",
                "amount",
                errors=state.errors,
                required=True,
                input_mode="decimal",
                max_length=20,
                placeholder="12.50",
                default_value=amount,
                auto_complete="off",
            ),
            text_field(
                "Setup fee",
                "setup",
                errors=state.errors,
                input_mode="decimal",
                max_length=20,
                default_value=setup,
                auto_complete="off",
            ),
            class_name=SIDE_BY_SIDE,
            key=known,
        ),
        text_field(
            "From", "since", errors=state.errors, type="date", hint="Empty for at once. Days begin at midnight."
        ),
    ]


def cycle_fields(state: Any, cycles: Sequence[tuple[str, str]] = CYCLE_CHOICES) -> rx.Component:
    """For which currency and cycle it is."""
    currency = text_field(
        "Currency",
        "currency",
        errors=state.errors,
        required=True,
        max_length=3,
        placeholder="EUR",
        auto_capitalize="characters",
        auto_complete="off",
    )
    return rx.el.div(currency, select_field("Cycle", "months", cycles, errors=state.errors), class_name=SIDE_BY_SIDE)


def history(lines: Any, caption: str) -> rx.Component:
    """Prices with when they held."""
    return table(
        lines,
        (
            Column(
                "Price", lambda row: two_lines(figure(row.amount), rx.cond(row.setup != "", row.setup + " setup", ""))
            ),
            Column("When", lambda row: two_lines(row.since, row.until)),
            Column("", lambda row: status_badge(row.standing, PRICE_TONES, PRICE_WORDS)),
        ),
        caption=caption,
        key=by_id,
        empty=empty("No price yet", icon_name="tag"),
    )


def price_window(state: Any) -> rx.Component:
    """The prices of an option's value or of an add-on: those of now, another one, and those that were."""
    cycle = rx.cond(
        state.priced_once,
        rx.el.div(
            text_field("Currency", "currency", errors=state.errors, required=True, max_length=3, placeholder="EUR"),
            hidden("months", "0"),
        ),
        cycle_fields(state),
    )
    form = rx.el.form(
        cycle,
        *price_fields(state),
        button("Set the price", type="submit", class_name="self-end"),
        on_submit=state.set_price_of,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    now = table(
        state.price_lines,
        (
            Column("Cycle", lambda row: two_lines(row.cycle, row.currency)),
            Column("Price", lambda row: two_lines(figure(row.amount), _from_when(row))),
            Column("", lambda row: _ender(state, row), figures=True),
        ),
        caption="Prices",
        key=by_id,
        empty=empty("No price yet", "It can be had once it has one.", icon_name="tag"),
    )
    past = rx.cond(
        state.past_lines.length() > 0,
        rx.el.details(
            rx.el.summary("Earlier prices", class_name="cursor-pointer text-sm text-body"),
            history(state.past_lines, "Earlier prices"),
            class_name="mt-4",
        ),
    )
    return dialog(
        None,
        form,
        rx.el.div(now, class_name="mt-5 border-t border-line"),
        past,
        title=rx.Var.create("Prices: ") + state.priced_name,
        text="A new price holds for whoever orders from then on. Those who have it keep the price that they agreed on.",
        open=state.priced != "",
        on_open_change=state.show_prices,
    )


def _from_when(row: Any) -> rx.Component:
    setup = rx.cond(row.setup != "", rx.fragment(row.setup, " setup "))
    return rx.fragment(setup, rx.cond(row.standing == "planned", rx.fragment("from ", row.since)))


def _ender(state: Any, row: Any) -> rx.Component:
    named = {"aria-label": rx.Var.create("End the price: ") + row.cycle + " " + row.currency}
    end = confirm(
        button("End", look="plain", size="small", custom_attrs=named),
        title=rx.Var.create("Sell it no more: ") + row.cycle + " in " + row.currency + "?",
        text="Nobody can order it for that cycle any more. Those who have it keep it.",
        yes="Sell it no more",
        on_yes=state.end_price_of(row.currency, row.months),
    )
    give_up = button("Give up", look="plain", size="small", on_click=state.give_up_price_of(row.currency, row.months))
    return rx.cond(row.standing == "planned", give_up, end)
