"""Coupons."""

import reflex as rx

from ezscale.pages.admin.coupon_form import coupon_form, many_button, new_button
from ezscale.pages.admin.parts import (
    NUMBER,
    by_id,
    export_button,
    finder,
    nothing_found,
    or_dash,
    sorting,
    turner,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.coupons import CouponsState
from ezscale.ui import Column, card, empty, filters, link, status_badge, table, toolbar
from ezscale.ui.base import Tone

COUPON_TONES: dict[str, Tone] = {"active": "success", "planned": "info", "used_up": "warning", "ended": "neutral"}
COUPON_WORDS = {"active": "Active", "planned": "Planned", "used_up": "Used up", "ended": "Ended"}


def coupons() -> rx.Component:
    """Every code there is or was."""
    nothing = empty("No coupons yet", "Make one, or many single codes to hand out.", icon_name="ticket-percent")
    sheet = table(
        CouponsState.rows,
        (
            Column(
                "Code",
                lambda row: two_lines(link(row.code, f"/admin/coupon/?id={row.id}", NUMBER), row.note),
                sort="newest",
            ),
            Column("Gives", lambda row: two_lines(rx.el.span(row.gives, class_name="text-ink"), row.lasts)),
            Column("Until", lambda row: or_dash(row.until), shown_from="lg"),
            Column("Status", lambda row: status_badge(row.status, COUPON_TONES, COUPON_WORDS), shown_from="sm"),
            Column("Used", lambda row: row.used, figures=True),
        ),
        caption="Coupons",
        key=by_id,
        empty=nothing_found(CouponsState, "coupons", nothing),
        loading=CouponsState.loading,
        sorting=sorting(CouponsState),
    )
    statuses = filters("Status", (("", "All"), *COUPON_WORDS.items()), CouponsState.status, CouponsState.choose)
    return admin_page(
        "Coupons",
        card(toolbar(finder("Code or note", CouponsState), statuses), sheet, turner(CouponsState), flush=True),
        coupon_form(),
        at="/admin/coupons/",
        lead="Codes that lower a price. What was used can be ended or extended; its value never changes.",
        actions=[export_button("coupons", CouponsState), many_button(), new_button()],
    )
