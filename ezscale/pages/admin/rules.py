"""The house's rules."""

from typing import Any

import reflex as rx

from ezscale.pages.shell import admin_page
from ezscale.state.admin.rules import TOPICS, Asked, RulesState, asked
from ezscale.state.session import SessionState
from ezscale.ui import button, card, checkbox, hidden, select_field, skeleton, stack, text_field

MAY_DECIDE = SessionState.may.contains("staff.rules")


def rules() -> rx.Component:
    """A card for each topic."""
    cards = stack(*[_topic(topic) for topic in TOPICS])
    return admin_page(
        "Rules",
        rx.cond(RulesState.loading, card(skeleton(8)), cards),
        at="/admin/rules/",
        lead="How the house does business. A change holds at once, for everybody; you may be asked for your password again.",
    )


def _topic(topic: Any) -> rx.Component:
    last = RulesState.decided[topic.topic]
    foot = rx.el.div(
        rx.el.p(last, class_name="text-xs text-faint"),
        rx.cond(MAY_DECIDE, button("Save", type="submit", size="small")),
        class_name="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4",
    )
    form = rx.el.form(
        hidden("topic", topic.topic),
        *[_field(field) for field in asked(topic)],
        foot,
        on_submit=RulesState.save,
        reset_on_submit=False,
        key=last,  # after a change the fields are filled anew
        class_name="flex max-w-2xl flex-col gap-5",
    )
    return card(form, title=topic.title)


def _field(field: Asked) -> rx.Component:
    value, errors = RulesState.values[field.id], RulesState.errors
    common: dict[str, Any] = {"errors": errors, "default_value": value, "disabled": ~MAY_DECIDE}
    needed = {"required": not field.optional}
    match field.kind:
        case "yes_or_no":
            words = rx.fragment(
                rx.el.span(field.label, class_name="block font-medium text-ink"),
                rx.el.span(field.help, class_name="mt-0.5 block text-xs text-faint"),
            )
            return checkbox(words, field.id, errors=errors, default_checked=value == "on", disabled=~MAY_DECIDE)
        case "choice":
            choices = (("", "–"), *field.choices) if field.optional else field.choices
            return select_field(field.label, field.id, choices, hint=field.help, **common)
        case "whole" | "number":
            limits = {name: limit for name, limit in (("min", field.least), ("max", field.most)) if limit}
            step = "1" if field.kind == "whole" else "any"
            common |= {"type": "number", "step": step, **limits}
        case "day":
            common |= {"type": "date"}
        case "amounts":
            common["placeholder"] = "EUR 5.00, USD 6.00"
    return text_field(field.label, field.id, hint=field.help, **common, **needed)
