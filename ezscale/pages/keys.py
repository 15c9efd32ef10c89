"""Keys for programs, as the portal and the staff panel show them."""

from typing import Any

import reflex as rx

from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    code,
    confirm,
    copy_button,
    empty,
    form_dialog,
    hidden,
    icon,
    notice,
    plain_link,
    select_field,
    stack,
    table,
    text_field,
)

LIVES = (("90", "90 days"), ("30", "30 days"), ("365", "A year"), ("", "No end"))
OVERLAPS = (("24", "24 hours"), ("0", "Not at all"), ("1", "An hour"), ("168", "A week"))
WHOSE = (("own", "Mine"), ("common", "The account's: it stays when people go"))


def keys(state: Any, caption: str) -> rx.Component:
    """Recognising, renaming, replacing and revoking keys. `state` has the vars and handlers of Keys."""
    columns = (
        Column("Name", _name),
        Column("May", _scopes, shown_from="lg"),
        Column("Last used", lambda row: row.last_used, shown_from="md"),
        Column("Works until", lambda row: row.until, shown_from="sm"),
        Column("Change", lambda row: _buttons(state, row), figures=True),
    )
    rows = table(
        state.rows,
        columns,
        caption=caption,
        key=lambda row: row.id,
        empty=empty("No tokens yet", "A program that uses our API needs one.", icon_name="key-round"),
        loading=~state.loaded,
    )
    more = rx.el.p(
        "What programs can do with a token is in the ",
        plain_link("API reference", href="/api/docs"),
        ".",
        class_name="text-[0.8125rem] text-faint",
    )
    return stack(_fresh(state), card(rows, flush=True), more, _rotating(state), _renaming(state))


def make_key(state: Any, *, common: bool) -> rx.Component:
    """The button for a new key, and its form. `common` for where a customer can have keys of its own."""
    whose = rx.cond(state.may_make_common, select_field("Whose it is", "whose", WHOSE)) if common else rx.fragment()
    return form_dialog(
        button(icon("plus"), "New token"),
        text_field("Name", "name", errors=state.errors, required=True, max_length=80, placeholder="Backup script"),
        whose,
        select_field("Works for", "lasts", LIVES, errors=state.errors),
        _boxes(state),
        title="New API token",
        text="Name it after the program that will use it, and tick no more than that program needs.",
        yes="Make the token",
        on_yes=state.make,
        open=state.making,
        on_open_change=state.think_of_making,
    )


def _boxes(state: Any) -> rx.Component:
    wrong = rx.cond(
        state.errors.contains("scopes"),
        rx.el.p(icon("circle-alert", 14), state.errors["scopes"], class_name="flex items-center gap-1.5 text-danger"),
    )
    return rx.el.fieldset(
        rx.el.legend("It may", class_name="mb-1.5 text-sm font-medium text-ink"),
        rx.el.div(rx.foreach(state.choices, _box), class_name="flex flex-col gap-2"),
        rx.el.div(wrong, role="alert", class_name="mt-1.5 text-[0.8125rem]"),
        id="scopes",
        tab_index=-1,
    )


def _box(choice: Any) -> rx.Component:
    head = rx.cond(
        choice.group != "", rx.el.p(choice.group, class_name="mt-1 text-xs font-medium text-faint first:mt-0")
    )
    box = rx.el.input(
        type="checkbox", name=choice.name, class_name="mt-0.5 size-4 shrink-0 accent-ink dark:accent-volt"
    )
    row = rx.el.label(box, rx.el.span(choice.text), class_name="flex items-start gap-2.5 text-sm text-body")
    return rx.fragment(head, row)


def _fresh(state: Any) -> rx.Component:
    text = rx.el.div(code(state.fresh), copy_button(state.fresh), class_name="mt-2 flex flex-wrap items-center gap-2")
    shown = notice(
        rx.fragment("Keep it somewhere safe: it is not shown again.", text), "success", title="Your new token"
    )
    return rx.cond(state.fresh != "", shown)


def _name(row: Any) -> rx.Component:
    marks = rx.fragment(
        rx.cond(row.is_common, badge("Account", "info")), rx.cond(row.is_replaced, badge("Being replaced", "warning"))
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span(row.name, class_name="font-medium text-ink [overflow-wrap:anywhere]"),
            marks,
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.div(rx.el.span(row.prefix, class_name="font-mono"), class_name="text-xs text-faint"),
        rx.el.div("made ", row.created, " by ", row.made_by, class_name="text-xs text-faint"),
        rx.el.div("works until: ", row.until, class_name="text-xs text-faint sm:hidden"),
    )


def _scopes(row: Any) -> rx.Component:
    return rx.el.ul(rx.foreach(row.scopes, rx.el.li), class_name="text-xs leading-5 text-body")


def _buttons(state: Any, row: Any) -> rx.Component:
    def press(text: str, handler: Any) -> rx.Component:
        label = {"aria-label": rx.Var.create(f"{text} ") + row.name}
        return button(text, look="plain", size="small", on_click=handler(row.id), custom_attrs=label)

    revoke = confirm(
        button("Revoke", look="plain", size="small", custom_attrs={"aria-label": "Revoke " + row.name}),
        title=rx.Var.create("Revoke ") + row.name + "?",
        text="Programs that use it are refused from now on.",
        yes="Revoke token",
        on_yes=state.revoke(row.id),
    )
    replace = rx.cond(row.is_replaced, rx.fragment(), press("Replace", state.think_of_rotating))
    rename = press("Rename", state.think_of_renaming)
    return rx.el.div(replace, rename, revoke, class_name="flex flex-col items-end gap-1.5 xl:flex-row xl:justify-end")


def _rotating(state: Any) -> rx.Component:
    return form_dialog(
        None,
        hidden("token", state.rotating),
        select_field("The old one goes on working for", "overlap", OVERLAPS),
        title=rx.Var.create("Replace ") + state.rotating_name + "?",
        text="You get a new token at once, with the same rights. Until the old one stops, your programs can change over.",
        yes="Make a new text",
        on_yes=state.rotate,
        open=state.rotating != "",
        on_open_change=state.close,
    )


def _renaming(state: Any) -> rx.Component:
    return form_dialog(
        None,
        hidden("token", state.renaming),
        text_field(
            "Name",
            "new_name",
            errors=state.errors,
            required=True,
            max_length=80,
            default_value=state.renaming_name,
            key=state.renaming,
        ),
        title="Rename the token",
        text="Only its name changes; programs notice nothing.",
        yes="Rename",
        on_yes=state.rename,
        open=state.renaming != "",
        on_open_change=state.close,
    )
