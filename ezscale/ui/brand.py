"""The name over the door."""

from typing import Any

import reflex as rx

from ezscale.kit.settings import settings
from ezscale.ui.base import classes


def company() -> str:
    """Who sells."""
    return settings().company_name


def company_email() -> str:
    """Where to write to."""
    return settings().company_email


def company_address() -> str:
    """Where the company has its seat."""
    return settings().company_address


def mark(size: int = 26) -> rx.Component:
    """The sign: three steps up."""
    return rx.el.svg(
        rx.el.rect(width="32", height="32", rx="8", fill="var(--volt)"),
        rx.el.path(d="M7 25v-6h5v6zM13.5 25V13h5v12zM20 25V7h5v18z", fill="var(--on-volt)"),
        view_box="0 0 32 32",
        width=str(size),
        height=str(size),
        class_name="shrink-0",
        custom_attrs={"aria-hidden": "true"},
    )


def logo(class_name: str = "text-ink", *beside: Any) -> rx.Component:
    """The sign with the company's name."""
    name = rx.el.span(company(), class_name="text-[0.95rem] font-semibold tracking-[0.02em]")
    return rx.el.span(mark(), name, *beside, class_name=classes("inline-flex items-center gap-2.5", class_name))
