"""What the coming night will do."""

import reflex as rx

from ezscale.pages.admin.holds import held_card
from ezscale.pages.admin.parts import (
    NUMBER,
    by_id,
    customer_link,
    export_button,
    finder,
    nothing_found,
    or_dash,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.tonight import DEEDS, Group, Line, TonightState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    empty,
    filters,
    form_dialog,
    icon,
    link,
    notice,
    skeleton,
    stack,
    stat,
    stats,
    table,
    text_area,
    text_field,
    toolbar,
)
from ezscale.ui.base import Tone

TONES: dict[str, Tone] = {
    "invoice": "info",
    "charge": "info",
    "top_up": "info",
    "remind": "neutral",
    "warn": "warning",
    "suspend": "warning",
    "change": "info",
    "go_on": "success",
    "end": "danger",
}
KINDS = (("", "All"), *((deed.value, words) for deed, words in DEEDS.items()))


def tonight() -> rx.Component:
    """What will happen, to whom, and what of it is held."""
    return admin_page(
        "Tonight",
        rx.cond(
            TonightState.loading, card(skeleton(8)), stack(_stops(), _figures(), _plan(), _held(), _aside(), _hold())
        ),
        at="/admin/tonight/",
        lead=rx.cond(
            TonightState.at != "",
            rx.fragment(
                "What the runs will have done by ",
                TonightState.at,
                ", as things stand now. The runs themselves tell it: they are rehearsed, and nothing of it is kept.",
            ),
        ),
        actions=[export_button("tonight", TonightState)],
    )


def _stops() -> rx.Component:
    lines = rx.el.ul(rx.foreach(TonightState.stops, rx.el.li))
    words = rx.el.div(
        rx.el.p("The brake will stop a run, because it would do far more than usual. Below is what it would do."),
        lines,
    )
    return rx.cond(TonightState.stops.length() > 0, notice(words, "danger"))


def _figures() -> rx.Component:
    return rx.cond(TonightState.groups.length() > 0, stats(rx.foreach(TonightState.groups, _figure)))


def _figure(group: Group) -> rx.Component:
    return stat(group.title, group.count, group.sums)


def _plan() -> rx.Component:
    nothing = empty("A quiet night", "Nothing is planned for the runs to come.", icon_name="moon")
    lines = table(
        TonightState.rows,
        [
            Column("What", _deed),
            Column("Customer", lambda line: two_lines(customer_link(line), line.customer_number), shown_from="sm"),
            Column("About", _about, shown_from="md"),
            Column("Sum", _sum, figures=True),
            Column("Hold", _holding, figures=True),
        ],
        caption="What will happen",
        key=by_id,
        empty=nothing_found(TonightState, "deeds", nothing),
    )
    more = rx.cond(
        TonightState.found > TonightState.rows.length(),
        rx.el.p(
            TonightState.rows.length(),
            " of ",
            TonightState.found,
            " are shown. Search, or take them all as a file.",
            class_name="border-t border-line px-4 py-3 text-sm text-faint sm:px-5",
        ),
    )
    return card(
        toolbar(
            finder("Customer, invoice or subscription", TonightState),
            filters("What", KINDS, TonightState.status, TonightState.choose),
        ),
        lines,
        more,
        flush=True,
    )


def _deed(line: Line) -> rx.Component:
    return two_lines(
        rx.match(line.deed, *[(deed, badge(line.words, tone)) for deed, tone in TONES.items()], badge(line.words)),
        line.customer,
        "sm:hidden",
    )


def _about(line: Line) -> rx.Component:
    return rx.cond(line.leads_to != "", link(line.subject, line.leads_to, NUMBER), rx.el.span(line.subject))


def _sum(line: Line) -> rx.Component:
    with_small = two_lines(line.amount, rx.fragment("with ", line.small_sums, " from before"))
    return rx.cond(line.small_sums != "", with_small, or_dash(line.amount))


def _holding(line: Line) -> rx.Component:
    press = button("Hold", look="plain", size="small", on_click=TonightState.ask_to_hold(line.id))
    return rx.cond(TonightState.may_hold & line.can_be_held, press, rx.el.span("–", class_name="text-faint"))


def _hold() -> rx.Component:
    return form_dialog(
        None,
        text_area(
            "Why?",
            "reason",
            errors=TonightState.errors,
            required=True,
            max_length=500,
            hint="Colleagues see it wherever the hold is shown, with your name.",
        ),
        text_field(
            "Until",
            "until",
            errors=TonightState.errors,
            type="date",
            hint="The first day on which it is done again. Without one it is held until somebody lifts it.",
        ),
        title="Hold this",
        text=rx.fragment(TonightState.holding_words, ". The night leaves it out, and makes up for it afterwards."),
        yes=rx.fragment(icon("hand"), "Hold it"),
        on_yes=TonightState.hold,
        open=TonightState.holding != "",
        on_open_change=TonightState.keep,
    )


def _held() -> rx.Component:
    return held_card(TonightState.held, TonightState.lift)


def _aside() -> rx.Component:
    lines = rx.el.ul(
        rx.foreach(
            TonightState.set_aside,
            lambda words: rx.el.li(words, class_name="px-4 py-3 text-sm [overflow-wrap:anywhere] sm:px-5"),
        ),
        class_name="divide-y divide-line",
    )
    return rx.cond(
        TonightState.set_aside.length() > 0, card(lines, title="Will be set aside, for somebody to look at", flush=True)
    )
