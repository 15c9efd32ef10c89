"""The cards on file."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import NO_BILLS, SEES_MONEY, not_theirs
from ezscale.pages.other_ways import keep_buttons
from ezscale.pages.shell import account_page
from ezscale.state.account.cards import CardsState
from ezscale.state.session import SessionState
from ezscale.ui import button, card, confirm, empty, icon, skeleton, status_badge

MAY_CHANGE = SessionState.may.contains("billing.cards")
WORDS = {"charged": "Used for renewals", "backup": "Backup", "spare": "Not used", "refused": "Refused by the bank"}
TONES = {"charged": "success", "backup": "info", "spare": "neutral", "refused": "danger"}
DATES = {"soon": "Expires soon", "expired": "Expired"}


def cards() -> rx.Component:
    """Which card is charged, adding one, letting one go."""
    add = button(icon("plus"), "Add a card", on_click=CardsState.add(""), busy=CardsState.going_to_add)
    none = empty(
        "No card on file",
        rx.cond(
            MAY_CHANGE,
            "The card you pay your first order with is kept for renewals. You can also leave one now.",
            "The card that pays the first order is kept for renewals.",
        ),
        icon_name="credit-card",
    )
    rows = rx.el.ul(rx.foreach(CardsState.rows, _card), class_name="divide-y divide-line")
    on_file = rx.fragment(
        card(rx.cond(CardsState.loaded, rx.cond(CardsState.rows, rows, none), skeleton(2)), flush=True),
        rx.el.p(
            "Cards and wallets are kept by our payment providers; we see no more of them than a receipt shows. "
            "A card you add is charged for renewals from then on. A backup is charged at once when the bank refuses that card "
            "for good; without one, renewals wait until you pay them yourself.",
            class_name="mt-3 text-[0.8125rem] text-faint",
        ),
    )
    return account_page(
        "Payment methods",
        rx.cond(SEES_MONEY | ~CardsState.loaded, on_file, not_theirs(NO_BILLS, "credit-card")),
        at="/account/cards/",
        actions=(rx.cond(MAY_CHANGE, keep_buttons(CardsState)), rx.cond(MAY_CHANGE, add)),
    )


def _card(row: Any) -> rx.Component:
    remove = confirm(
        button("Remove", look="plain", size="small", custom_attrs={"aria-label": "Remove " + row.label}),
        title=rx.Var.create("Remove ") + row.label + "?",
        text="It will not be charged any more. Without a card, renewals wait until you pay them yourself.",
        yes="Remove card",
        on_yes=CardsState.remove(row.id),
    )
    name = rx.el.div(
        rx.cond(row.expires != "", icon("credit-card", 20, "text-faint"), icon("wallet", 20, "text-faint")),
        rx.el.div(
            rx.el.div(row.label, class_name="text-sm font-medium text-ink"),
            rx.cond(row.expires != "", rx.el.div("Expires ", row.expires, class_name="text-xs text-faint")),
        ),
        class_name="flex items-center gap-3.5",
    )
    choices = rx.fragment(
        rx.cond(
            (row.status == "spare") | (row.status == "backup"),
            _choice("Charge this card", row, CardsState.charge_first),
        ),
        rx.match(
            row.status,
            ("spare", _choice("Use as backup", row, CardsState.use_as_backup)),
            ("backup", _choice("No backup", row, CardsState.keep_unused)),
            rx.fragment(),
        ),
        remove,
    )
    return rx.el.li(
        name,
        rx.el.div(
            rx.cond(row.expiry != "", status_badge(row.expiry, {"soon": "warning", "expired": "warning"}, DATES)),
            status_badge(row.status, TONES, WORDS),
            rx.cond(MAY_CHANGE, choices),
            class_name="flex flex-wrap items-center gap-3",
        ),
        class_name="flex flex-wrap items-center justify-between gap-3 px-4 py-4 sm:px-5",
        key=row.id,
    )


def _choice(words: str, row: Any, chosen: Any) -> rx.Component:
    named = {"aria-label": rx.Var.create(f"{words}: ") + row.label}
    return button(words, look="plain", size="small", on_click=chosen(row.id), custom_attrs=named)
