"""Dark and light, and what every page loads for the look."""

import reflex as rx

from ezscale.ui.icons import icon

STYLESHEETS = ["styles/ezscale.css"]

HEAD: list[rx.Component] = [
    rx.el.link(
        rel="preload", href="/fonts/geist-basic.woff2", custom_attrs={"as": "font"}, type="font/woff2", cross_origin=""
    ),
    rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
    rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
    rx.el.meta(name="theme-color", content="#f7f8fa", custom_attrs={"media": "(prefers-color-scheme: light)"}),
    rx.el.meta(name="theme-color", content="#080b13", custom_attrs={"media": "(prefers-color-scheme: dark)"}),
]


def theme_toggle(class_name: str = "text-faint hover:text-ink hover:bg-sunken") -> rx.Component:
    """Turns dark to light and back; the browser remembers."""
    return rx.el.button(
        icon("moon", 18, "dark:hidden"),
        icon("sun", 18, "hidden dark:block"),
        type="button",
        on_click=rx.toggle_color_mode,
        aria_label="Switch between light and dark",
        title="Switch between light and dark",
        class_name=f"grid size-9 place-items-center rounded-md transition-colors {class_name}",
    )
