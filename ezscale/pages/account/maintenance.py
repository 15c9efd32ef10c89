"""What customers are shown of maintenance."""

from typing import Any

import reflex as rx

from ezscale.ui import hiding_addresses, notice


def maintenance_notices(rows: Any) -> rx.Component:
    """One below the other, read out as they come."""
    return rx.cond(
        rows.length() > 0,
        rx.el.div(rx.foreach(rows, _notice), class_name="flex flex-col gap-3", aria_live="polite"),
    )


def _notice(row: Any) -> rx.Component:
    words = rx.fragment(row.when, " ", hiding_addresses(row.text))
    planned = rx.fragment("Planned maintenance: ", hiding_addresses(row.title))
    now = rx.fragment("Maintenance: ", hiding_addresses(row.title))
    return rx.el.div(
        rx.cond(
            row.is_on & row.is_outage,
            notice(words, "danger", title=now),
            rx.cond(row.is_on, notice(words, "warning", title=now), notice(words, "info", title=planned)),
        ),
        key=row.id,
    )
