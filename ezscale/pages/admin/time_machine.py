"""The time machine."""

import reflex as rx

from ezscale.pages.admin.overview import told
from ezscale.pages.admin.parts import by_id
from ezscale.pages.shell import admin_page
from ezscale.state.admin.time_machine import TimeMachineState
from ezscale.ui import (
    button,
    card,
    confirm,
    empty,
    icon,
    notice,
    progress,
    skeleton,
    split,
    stack,
    text_field,
    timeline,
)

STEPS = (("day", "1 day"), ("week", "7 days"), ("month", "1 month"))


def time_machine() -> rx.Component:
    """Where the company is in time, and the way ahead."""
    return admin_page(
        "Time machine",
        rx.cond(TimeMachineState.loading, card(skeleton(6)), split(stack(_clock(), _news()), _sums())),
        at="/admin/time/",
        lead=(
            "Moves the company's clock ahead. Everything that is due on the way really happens, in its order: renewals, "
            "charges, reminders, suspensions. The vendors are stand-ins, so nobody is charged."
        ),
    )


def _clock() -> rx.Component:
    on_the_way = rx.el.div(
        progress(TimeMachineState.percent, "How much of the way is done"),
        rx.el.p(
            rx.el.span(TimeMachineState.percent, " %"),
            " of the way to ",
            TimeMachineState.destination,
            role="status",
            class_name="mt-2 text-sm text-body tabular-nums",
        ),
        class_name="mt-5",
    )
    live = notice("Real vendors are connected: the company lives in the world's time.", "info")
    return card(
        rx.el.p("It is now", class_name="text-[0.8125rem] text-faint"),
        rx.el.p(TimeMachineState.now, class_name="mt-1 text-2xl font-semibold tracking-tight text-ink tabular-nums"),
        rx.el.p("The company's clock ", TimeMachineState.ahead, ".", class_name="mt-1 text-sm text-faint"),
        rx.cond(
            TimeMachineState.destination != "",
            on_the_way,
            rx.cond(TimeMachineState.can_travel, _controls(), rx.el.div(live, class_name="mt-5")),
        ),
    )


def _controls() -> rx.Component:
    to_day = rx.el.form(
        text_field(
            "Or to nine in the morning of",
            "day",
            errors=TimeMachineState.errors,
            type="date",
            required=True,
            min=TimeMachineState.tomorrow,
        ),
        button(icon("fast-forward"), "Go", type="submit", look="plain", class_name="mt-[1.625rem] h-10"),
        on_submit=TimeMachineState.ahead_to,
        reset_on_submit=False,
        class_name="mt-5 flex max-w-sm items-start gap-2.5 [&>div]:flex-1",
    )
    steps = rx.el.div(*[_step(step, text) for step, text in STEPS], class_name="mt-5 flex flex-wrap gap-2.5")
    return rx.fragment(steps, to_day)


def _step(step: str, text: str) -> rx.Component:
    return confirm(
        button(icon("fast-forward"), text, look="primary" if step == "month" else "plain"),
        title=f"Go ahead by {text}?",
        text="Everything that is due on the way happens, and stays. Time never goes back.",
        yes=f"Go ahead by {text}",
        on_yes=TimeMachineState.ahead_by(step),
        no="Stay here",
        look="primary",
    )


def _sums() -> rx.Component:
    since = rx.cond(TimeMachineState.since != "", rx.fragment("Since ", TimeMachineState.since), "In the last day")
    rows = rx.el.dl(
        rx.foreach(
            TimeMachineState.sums,
            lambda pair: rx.el.div(
                rx.el.dt(pair[0], class_name="text-sm text-body"),
                rx.el.dd(pair[1], class_name="text-sm font-medium text-ink tabular-nums"),
                class_name="flex justify-between gap-4 py-2",
            ),
        ),
        class_name="-mb-2 mt-2 divide-y divide-line",
    )
    return card(rx.el.p(since, class_name="text-xs text-faint"), rows, title="In figures")


def _news() -> rx.Component:
    lines = timeline(
        TimeMachineState.news,
        key=by_id,
        what=told,
        note=lambda news: rx.fragment(rx.cond(news.customer != "", rx.el.span(news.customer, " · ")), news.at),
        is_bad=lambda news: news.is_bad,
        label="What happened, newest first",
    )
    nothing = empty("Nothing has happened", "Go ahead in time, and watch.", icon_name="history")
    return card(rx.cond(TimeMachineState.news.length() > 0, lines, nothing), title="What happened")
