"""Small words that say how something stands."""

from collections.abc import Mapping

import reflex as rx

from ezscale.ui.base import SOFT, Content, StateVar, Tone, classes

SHAPE = "inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap"


def badge(content: Content, tone: Tone = "neutral", *, dot: bool = False) -> rx.Component:
    """A word on a ground that says whether it is good or bad; colour never says it alone."""
    return rx.el.span(*([_dot()] if dot else []), content, class_name=classes(SHAPE, SOFT[tone]))


def status_badge(status: StateVar, tones: Mapping[str, Tone], words: Mapping[str, str] | None = None) -> rx.Component:
    """A status that is only known in the browser. `tones` says how each reads, `words` what to call it."""
    looks = [(name, classes(SHAPE, SOFT[tone])) for name, tone in tones.items()]
    look = rx.match(status, *looks, classes(SHAPE, SOFT["neutral"]))
    text = rx.match(status, *words.items(), status) if words else status
    return rx.el.span(_dot(), text, class_name=look)


def _dot() -> rx.Component:
    return rx.el.span(aria_hidden="true", class_name="size-1.5 rounded-full bg-current")
