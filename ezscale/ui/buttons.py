"""Buttons, and links that look like them."""

from typing import Any, Literal

import reflex as rx

from ezscale.ui.base import Content, Flag, Text, classes
from ezscale.ui.icons import icon
from ezscale.ui.links import link, plain_link
from ezscale.ui.progress import spinner

Look = Literal["primary", "volt", "plain", "quiet", "danger"]
Size = Literal["small", "medium", "large"]

SHAPE = (
    "inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none cursor-pointer "
    "transition-colors disabled:opacity-50 disabled:cursor-not-allowed aria-disabled:opacity-50"
)
LOOKS: dict[Look, str] = {
    "primary": "bg-primary text-on-primary hover:bg-primary-hover",
    "volt": "bg-volt text-on-volt hover:bg-primary-hover hover:text-on-primary",
    "plain": "border border-line bg-surface text-ink shadow-card hover:border-edge",
    "quiet": "text-body hover:bg-sunken hover:text-ink",
    "danger": "bg-danger-solid text-on-danger hover:bg-danger-solid/85",
}
SIZES: dict[Size, str] = {
    "small": "h-8 px-2.5 text-[0.8125rem]",
    "medium": "h-9 px-3.5 text-sm",
    "large": "h-11 px-5 text-[0.9375rem]",
}
IDLE = "group-[&:focus:not(:focus-visible)]:hidden"
CLICKED = "hidden text-success group-[&:focus:not(:focus-visible)]:inline-flex"


def button(
    *content: Content, look: Look = "primary", size: Size = "medium", busy: Flag = False, **props: Any
) -> rx.Component:
    """Does something here. While `busy` it turns and cannot be pressed. In a form: `type="submit"`."""
    props.setdefault("type", "button")
    class_name = classes(SHAPE, LOOKS[look], SIZES[size], props.pop("class_name", ""))
    if busy is not False:
        props.setdefault("disabled", busy)
        content = (rx.cond(busy, spinner()), *content)
    return rx.el.button(*content, class_name=class_name, **props)


def link_button(
    *content: Content, to: Text, look: Look = "primary", size: Size = "medium", loads: bool = False, **props: Any
) -> rx.Component:
    """Goes somewhere. `loads` for what is not one of our pages: documents, the API, other hosts."""
    class_name = classes(SHAPE, LOOKS[look], SIZES[size], props.pop("class_name", ""))
    if loads:
        return plain_link(*content, href=to, class_name=class_name, **props)
    return link(rx.fragment(*content), to, class_name, **props)


def copy_button(value: Text, label: str = "Copy") -> rx.Component:
    """Puts a value into the clipboard, and says so to whoever clicked it."""
    return button(
        rx.el.span(icon("copy", 14), label, class_name=f"inline-flex items-center gap-1.5 {IDLE}"),
        rx.el.span(icon("check", 14), "Copied", aria_hidden="true", class_name=f"items-center gap-1.5 {CLICKED}"),
        look="plain",
        size="small",
        on_click=rx.set_clipboard(value),
        class_name="group",
    )
