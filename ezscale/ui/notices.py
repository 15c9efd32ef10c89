"""Things a person should read now."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from ezscale.ui.addresses import hiding_addresses
from ezscale.ui.base import SOFT, Content, Tone, classes, words
from ezscale.ui.icons import icon

SIGNS: dict[Tone, str] = {
    "neutral": "info",
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "circle-alert",
}


@dataclass
class Message:
    """A short answer to what somebody did, shown for some seconds."""

    id: int
    tone: str
    text: str


def notice(text: Content, tone: Tone = "info", *, title: Content = "", actions: tuple[Any, ...] = ()) -> rx.Component:
    """A paragraph that stands out. Bad news is announced at once, the rest when there is time."""
    head = [rx.el.p(title, class_name="font-semibold")] if not isinstance(title, str) or title else []
    return rx.el.div(
        icon(SIGNS[tone], 18, "mt-px"),
        rx.el.div(*head, rx.el.div(text), class_name="min-w-0 grow basis-56 text-sm [overflow-wrap:anywhere]"),
        *actions,
        role="alert" if tone == "danger" else "status",
        class_name=classes("flex flex-wrap items-start gap-2.5 rounded-lg px-3.5 py-3", SOFT[tone]),
    )


TOAST = "pointer-events-auto flex items-start gap-3 rounded-lg border border-line bg-surface p-3.5 shadow-float"


def toasts(messages: rx.Var[list[Message]], dismiss: Any) -> rx.Component:
    """Where messages appear. `dismiss` is told the id of one that was closed."""
    return rx.el.div(
        rx.foreach(messages, lambda message: _toast(message, dismiss)),
        role="status",
        aria_live="polite",
        class_name=(
            "pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col gap-2 "
            "sm:left-auto sm:right-6 sm:bottom-6 sm:w-96"
        ),
    )


def _toast(message: Any, dismiss: Any) -> rx.Component:
    bad = message.tone == "danger"
    sign = rx.cond(bad, icon(SIGNS["danger"], 18, "text-danger"), icon(SIGNS["success"], 18, "text-success"))
    close = rx.el.button(
        icon("x", 16),
        type="button",
        aria_label="Dismiss",
        on_click=dismiss(message.id),
        class_name="-m-1 grid size-7 place-items-center rounded-md text-faint hover:bg-sunken hover:text-ink",
    )
    return rx.el.div(
        sign,
        rx.el.p(hiding_addresses(message.text), class_name="min-w-0 flex-1 text-sm text-ink"),
        close,
        key=message.id.to_string(),
        class_name=words(bad, TOAST, f"toast {TOAST}"),
    )
