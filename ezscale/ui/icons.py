"""Icons."""

import reflex as rx


def icon(name: str, size: int = 16, class_name: str = "") -> rx.Component:
    """A line icon by its Lucide name. It only decorates: say the same in words beside it, or in the button's label."""
    return rx.icon(name, size=size, class_name=f"shrink-0 {class_name}".strip(), aria_hidden="true")
