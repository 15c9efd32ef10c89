"""Options: what a plan can be sized and chosen with."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import or_dash
from ezscale.pages.admin.price_parts import SIDE_BY_SIDE, price_window
from ezscale.pages.shell import admin_page
from ezscale.state.admin.options import KIND_CHOICES, OPTION, VALUE, OptionsState
from ezscale.state.admin.panel_fields import FIELD_CHOICES
from ezscale.ui import badge, button, card, confirm, dialog, empty, icon, select_field, skeleton, stack, text_field
from ezscale.ui.base import words

MAY, ERRORS = OptionsState.may.contains("staff.catalog"), OptionsState.errors
OF, VALUE_OF = OptionsState.option, OptionsState.value
FORM = "mt-5 flex flex-col gap-4"
SMALL = {"look": "plain", "size": "small"}


def options() -> rx.Component:
    """Every option with its values and what they cost."""
    nothing = card(
        empty("No options yet", "Sliders and choices that plans can be fitted with.", icon_name="sliders-horizontal")
    )
    every = stack(rx.foreach(OptionsState.rows, _option))
    shown = rx.cond(OptionsState.rows.length() > 0, every, nothing)
    new = button(icon("plus"), "New option", size="small", on_click=OptionsState.edit(""))
    return admin_page(
        "Options",
        rx.cond(OptionsState.loading, card(skeleton(6)), shown),
        _describing(),
        _valuing(),
        price_window(OptionsState),
        at="/admin/plans/",
        lead="They are offered with a plan on the plan's own page. What was sold stays what it was.",
        crumbs=(("Plans", "/admin/plans/"),),
        actions=[rx.cond(MAY, new)],
    )


def _option(row: Any) -> rx.Component:
    is_choice = row.kind == "choice"
    archive = confirm(
        button("Archive", custom_attrs=_named("Archive ", row.name), **SMALL),
        title=rx.Var.create("Archive ") + row.name + "?",
        text="No plan offers it any more. Those who have it keep it. It can come back.",
        yes="Archive the option",
        on_yes=OptionsState.archive(row.id),
    )
    restore = button(
        "Restore", on_click=OptionsState.restore(row.id), custom_attrs=_named("Restore ", row.name), **SMALL
    )
    add = button(
        icon("plus"),
        "Value",
        on_click=OptionsState.edit_value(row.id, ""),
        custom_attrs=_named("Another value of ", row.name),
        **SMALL,
    )
    edit = button("Edit", on_click=OptionsState.edit(row.id), custom_attrs=_named("Edit ", row.name), **SMALL)
    buttons = rx.el.div(
        rx.cond(is_choice, add), edit, rx.cond(row.archived, restore, archive), class_name="flex flex-wrap gap-1.5"
    )
    head = rx.el.div(
        rx.el.div(
            rx.el.h2(
                row.name,
                rx.cond(row.archived, badge("Archived")),
                class_name="flex items-center gap-2 text-[0.9375rem] font-semibold text-ink",
            ),
            rx.el.p(
                row.slug,
                " · ",
                row.kind_name,
                rx.cond(row.reach != "", rx.fragment(" · ", row.reach)),
                rx.cond(row.panel_field != "", rx.fragment(" · panel: ", row.panel_field)),
                class_name="mt-0.5 text-xs text-faint",
            ),
            class_name="min-w-0",
        ),
        rx.cond(MAY, buttons),
        class_name="flex flex-wrap items-start justify-between gap-3 border-b border-line px-4 py-3 sm:px-5",
    )
    values = rx.el.ul(rx.foreach(row.choices, lambda value: _value(row, value)), class_name="divide-y divide-line")
    none = rx.el.p("Nothing to choose from yet.", class_name="px-4 py-3 text-sm text-faint sm:px-5")
    return rx.el.section(
        head,
        rx.cond(row.choices.length() > 0, values, none),
        key=row.id,
        class_name="rounded-xl border border-line bg-surface shadow-card",
    )


def _value(row: Any, value: Any) -> rx.Component:
    is_choice = row.kind == "choice"
    archive = confirm(
        button("Archive", custom_attrs=_named("Archive ", value.name), **SMALL),
        title=rx.Var.create("Archive ") + value.name + "?",
        text="Nobody can choose it any more. Those who have it keep it.",
        yes="Archive the value",
        on_yes=OptionsState.archive_value_of(value.id),
    )
    restore = button(
        "Restore",
        on_click=OptionsState.restore_value_of(value.id),
        custom_attrs=_named("Restore ", value.name),
        **SMALL,
    )
    prices = button(
        "Prices",
        on_click=OptionsState.ask_prices(value.id, row.name + ": " + value.name, False),
        custom_attrs=_named("Prices of ", value.name),
        **SMALL,
    )
    edit = button(
        "Edit", on_click=OptionsState.edit_value(row.id, value.id), custom_attrs=_named("Edit ", value.name), **SMALL
    )
    buttons = rx.el.div(
        prices,
        rx.cond(is_choice, rx.fragment(edit, rx.cond(value.archived, restore, archive))),
        class_name="flex flex-wrap gap-1.5",
    )
    what = rx.el.div(
        rx.el.p(
            words(is_choice, value.name, rx.Var.create("Each ") + row.step + " " + row.unit),
            rx.cond(value.archived, badge("Archived")),
            class_name="flex items-center gap-2 text-sm text-ink",
        ),
        rx.el.p(or_dash(value.price), class_name="mt-0.5 text-xs text-faint tabular-nums"),
        class_name="min-w-0",
    )
    return rx.el.li(
        what,
        rx.cond(MAY, buttons),
        key=value.id,
        class_name="flex flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-5",
    )


def _describing() -> rx.Component:
    is_new, is_slider = OF.id == "", OptionsState.kind == "slider"
    names = rx.cond(
        is_new,
        rx.el.div(
            _line("Name in addresses", "slug", OF.slug, required=True, max_length=60, placeholder="extra-disk"),
            select_field(
                "Kind",
                "kind",
                KIND_CHOICES,
                errors=ERRORS,
                value=OptionsState.kind,
                on_change=OptionsState.choose_kind,
            ),
            class_name=SIDE_BY_SIDE,
        ),
    )
    reach = rx.cond(
        is_slider,
        rx.el.div(
            _line("From", "smallest", OF.smallest, required=True, input_mode="numeric", max_length=7),
            _line("To", "largest", OF.largest, required=True, input_mode="numeric", max_length=7),
            _line("Step", "step", OF.step, required=True, input_mode="numeric", max_length=7),
            class_name="grid grid-cols-3 gap-4",
        ),
    )
    form = rx.el.form(
        names,
        _line("Name", "name", OF.name, required=True, max_length=80),
        reach,
        rx.el.div(
            _line("Unit", "unit", OF.unit, max_length=20, placeholder="GB"),
            select_field(
                "More at the panel",
                "panel_field",
                FIELD_CHOICES,
                errors=ERRORS,
                default_value=OF.panel_field,
            ),
            _line("Position", "position", OF.position, input_mode="numeric", max_length=4),
            class_name=SIDE_BY_SIDE,
        ),
        button("Save the option", type="submit", class_name="self-end"),
        on_submit=OptionsState.save,
        reset_on_submit=False,
        class_name=FORM,
    )
    return dialog(
        None,
        form,
        title=words(is_new, "New option", rx.Var.create("Edit ") + OF.name),
        text="A choice has a price for each of its values. A slider has one for each step.",
        open=OptionsState.question == OPTION,
        on_open_change=OptionsState.show,
    )


def _valuing() -> rx.Component:
    is_new = VALUE_OF.id == ""
    form = rx.el.form(
        rx.cond(
            is_new,
            _line("Name in addresses", "slug", VALUE_OF.slug, required=True, max_length=60, placeholder="plesk"),
        ),
        _line("Name", "name", VALUE_OF.name, required=True, max_length=80),
        rx.el.div(
            _line("Adds to the panel's field", "adds", VALUE_OF.adds, input_mode="numeric", max_length=7),
            _line("Position", "position", VALUE_OF.position, input_mode="numeric", max_length=4),
            class_name=SIDE_BY_SIDE,
        ),
        button("Save the value", type="submit", class_name="self-end"),
        on_submit=OptionsState.save_value,
        reset_on_submit=False,
        class_name=FORM,
    )
    return dialog(
        None,
        form,
        title=words(is_new, rx.Var.create("New value of ") + OF.name, rx.Var.create("Edit ") + VALUE_OF.name),
        text="What it adds stays as it is once it was sold.",
        open=OptionsState.question == VALUE,
        on_open_change=OptionsState.show,
    )


def _line(label: str, name: str, value: Any, **props: Any) -> rx.Component:
    return text_field(label, name, errors=ERRORS, default_value=value, auto_complete="off", **props)


def _named(what: str, name: Any) -> dict[str, Any]:
    return {"aria-label": rx.Var.create(what) + name}
