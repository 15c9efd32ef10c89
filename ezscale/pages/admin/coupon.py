"""One coupon, with who used it."""

import reflex as rx

from ezscale.pages.admin.coupon_form import coupon_form, edit_button
from ezscale.pages.admin.coupons import COUPON_TONES, COUPON_WORDS
from ezscale.pages.admin.parts import (
    NUMBER,
    ORDER_TONES,
    ORDER_WORDS,
    by_id,
    customer_link,
    named,
    record,
    turner,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.coupon import CouponState, RedemptionsState
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    definitions,
    empty,
    icon,
    link,
    link_button,
    split,
    stack,
    status_badge,
    table,
    visually_hidden,
)
from ezscale.ui.base import Tone

THIS = CouponState.coupon
USE_TONES: dict[str, Tone] = {**ORDER_TONES, "released": "neutral"}
USE_WORDS = {**ORDER_WORDS, "released": "Given back"}


def coupon() -> rx.Component:
    """Everything about one code."""
    known = ~(CouponState.loading | CouponState.missing)
    export = link_button(
        icon("download"),
        "Export",
        visually_hidden("as CSV"),
        to=rx.Var.create("/api/exports/redemptions.csv?q=") + THIS.row.code,
        look="plain",
        size="small",
        loads=True,
        download=True,
    )
    buttons = rx.fragment(export, edit_button(THIS.row.id), rx.cond(THIS.may_end, _end()))
    return admin_page(
        named(CouponState, "Coupon", THIS.row.code),
        record(CouponState, "coupon", split(_redemptions(), _side())),
        coupon_form(),
        at="/admin/coupons/",
        lead=rx.cond(known, rx.el.span(THIS.row.gives, " · ", THIS.row.lasts)),
        crumbs=(("Coupons", "/admin/coupons/"),),
        badge=rx.cond(known, status_badge(THIS.row.status, COUPON_TONES, COUPON_WORDS)),
        actions=[rx.cond(known, buttons)],
    )


def _end() -> rx.Component:
    return confirm(
        button(icon("ban"), "End", look="plain", size="small"),
        title=rx.Var.create("End ") + THIS.row.code + "?",
        text="Nobody can use it from now on. Whoever has used it keeps what it gave them.",
        yes="End the code",
        on_yes=CouponState.end,
    )


def _redemptions() -> rx.Component:
    rows = table(
        RedemptionsState.rows,
        (
            Column(
                "Order",
                lambda row: two_lines(link(row.order, f"/admin/invoice/?id={row.invoice_id}", NUMBER), row.at),
            ),
            Column("Customer", customer_link, shown_from="sm"),
            Column("Status", lambda row: status_badge(row.status, USE_TONES, USE_WORDS), shown_from="md"),
            Column("Taken off", lambda row: row.discount, figures=True),
            Column("Came in", lambda row: rx.el.span(row.revenue, class_name="font-medium text-ink"), figures=True),
        ),
        caption="Who used it",
        key=by_id,
        empty=empty("Nobody has used it yet", "Orders with this code appear here.", icon_name="ticket-percent"),
        loading=RedemptionsState.loading,
    )
    return card(rows, turner(RedemptionsState), title="Who used it", flush=True)


def _side() -> rx.Component:
    limits = definitions(
        ("Used", THIS.row.used),
        ("Each", THIS.each),
        ("For", THIS.who),
        ("Plans", THIS.plans),
        ("Cycles", THIS.months),
        ("From", THIS.since),
        ("Until", rx.cond(THIS.row.until != "", THIS.row.until, "No end")),
        ("Note", rx.cond(THIS.row.note != "", THIS.row.note, "–")),
        narrow=True,
    )
    sums = table(
        CouponState.sums,
        (
            Column("Currency", lambda row: row.currency),
            Column("Taken off", lambda row: row.discount, figures=True),
            Column("Came in", lambda row: row.revenue, figures=True),
        ),
        caption="In all",
        key=lambda row: row.currency,
        empty=empty("Nothing was paid with it yet", icon_name="coins"),
    )
    below = rx.el.p(
        "On paid invoices of these orders and their renewals, net of tax.",
        class_name="px-4 py-3 text-xs text-faint sm:px-5",
    )
    return stack(card(limits, title="Limits"), card(sums, below, title="In all", flush=True))
