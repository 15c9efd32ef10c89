"""Referrals."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import QUIET, STRONG, by_id, export_button, nothing_found, sorting, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.referrals import ReferralsState
from ezscale.ui import Column, button, card, dialog, empty, filters, link, status_badge, table, text_area, toolbar
from ezscale.ui.base import Tone

REFERRAL_TONES: dict[str, Tone] = {"came": "neutral", "waiting": "info", "credited": "success", "refused": "danger"}
REFERRAL_WORDS = {"came": "Came", "waiting": "Pending", "credited": "Credited", "refused": "Refused"}


def referrals() -> rx.Component:
    """Whom customers sent."""
    nothing = empty(
        "No referrals yet", "Whoever signs up by a customer's link appears here.", icon_name="heart-handshake"
    )
    sheet = table(
        ReferralsState.rows,
        (
            Column(
                "New customer",
                lambda row: two_lines(link(row.referred, f"/admin/customer/?id={row.referred_id}", STRONG), row.came),
                sort="newest",
            ),
            Column(
                "Sent by",
                lambda row: link(row.referrer, f"/admin/customer/?id={row.referrer_id}", QUIET),
                shown_from="sm",
            ),
            Column(
                "Status",
                lambda row: two_lines(status_badge(row.status, REFERRAL_TONES, REFERRAL_WORDS), row.words),
            ),
            Column("Credited", lambda row: row.reward, figures=True, shown_from="md"),
            Column("Refuse", _refuse, figures=True),
        ),
        caption="Referrals",
        key=by_id,
        empty=nothing_found(ReferralsState, "referrals", nothing),
        loading=ReferralsState.loading,
        sorting=sorting(ReferralsState),
    )
    statuses = filters("Status", (("", "All"), *REFERRAL_WORDS.items()), ReferralsState.status, ReferralsState.choose)
    return admin_page(
        "Referrals",
        card(toolbar(statuses), sheet, turner(ReferralsState), flush=True),
        _why(),
        at="/admin/referrals/",
        lead="Whom customers sent us, and what they are credited for it once the money has stayed.",
        actions=[export_button("referrals", ReferralsState)],
    )


def _refuse(row: Any) -> rx.Component:
    return rx.cond(
        row.may_refuse,
        button(
            "Refuse",
            look="plain",
            size="small",
            on_click=ReferralsState.ask(row.id),
            custom_attrs={"aria-label": rx.Var.create("Refuse ") + row.referred},
        ),
    )


def _why() -> rx.Component:
    form = rx.el.form(
        text_area(
            "Why?",
            "reason",
            errors=ReferralsState.errors,
            required=True,
            max_length=200,
            hint="Colleagues read it here; the customer learns only that it was refused.",
        ),
        button("Refuse", type="submit", look="danger", class_name="self-end"),
        on_submit=ReferralsState.turn_down,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title=rx.Var.create("Credit nothing for ") + ReferralsState.about + "?",
        text="Whoever sent them gets no credit for it, now or later.",
        open=ReferralsState.refusing != "",
        on_open_change=ReferralsState.show,
    )
