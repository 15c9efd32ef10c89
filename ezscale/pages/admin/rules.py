"""The house's rules."""

from typing import Any

import reflex as rx

from ezscale.pages.shell import admin_page
from ezscale.state.admin.rules import TOPICS, Asked, RulesState, asked
from ezscale.state.session import SessionState
from ezscale.ui import button, card, checkbox, hidden, plain_link, select_field, skeleton, stack, text_field

CONTENTS = "block py-1 text-sm text-body underline-offset-[3px] hover:text-ink hover:underline"
MAY_DECIDE = SessionState.may.contains("staff.rules")


def rules() -> rx.Component:
    """A card for each topic, and the way to each."""
    cards = stack(*[rx.el.section(_topic(topic), id=topic.topic, class_name="scroll-mt-20") for topic in TOPICS])
    page = rx.el.div(
        _contents(),
        rx.cond(RulesState.loading, card(skeleton(8)), cards),
        class_name="grid gap-6 lg:grid-cols-[minmax(0,1fr)_11rem] lg:gap-8",
    )
    return admin_page(
        "Rules",
        page,
        at="/admin/rules/",
        lead="How the house does business. A change holds at once, for everybody; you may be asked for your password again.",
    )


def _contents() -> rx.Component:
    """The topics by name: beside the cards and always in sight, or above them on a narrow screen."""
    links = [rx.el.li(plain_link(topic.title, href=f"#{topic.topic}", class_name=CONTENTS)) for topic in TOPICS]
    listed = rx.el.ul(*links, class_name="flex flex-wrap gap-x-4 gap-y-1 lg:flex-col lg:gap-y-0")
    return rx.el.nav(listed, aria_label="Topics", class_name="lg:sticky lg:top-20 lg:order-last lg:self-start")


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
