"""What states are called, and how they look, on the customer's side."""

from typing import Any

import reflex as rx

from ezscale.pages.papers import NUMBER
from ezscale.state.session import SessionState
from ezscale.ui import card, empty, link, link_button, status_badge
from ezscale.ui.base import Tone

SERVICE_WORDS = {
    "waiting": "Unpaid",
    "held": "Being looked at",
    "waitlisted": "Waits for its turn",
    "expired": "Expired",
    "building": "Being built",
    "active": "Running",
    "suspended": "Suspended",
    "failed": "Delayed",
    "terminating": "Being deleted",
    "terminated": "Deleted",
}
SERVICE_TONES: dict[str, Tone] = {
    "waiting": "warning",
    "held": "info",
    "waitlisted": "info",
    "expired": "neutral",
    "building": "info",
    "active": "success",
    "suspended": "danger",
    "failed": "warning",
    "terminating": "neutral",
    "terminated": "neutral",
}
INVOICE_WORDS = {
    "open": "Open",
    "overdue": "Overdue",
    "paid": "Paid",
    "void": "Void",
    "uncollectible": "Unpaid",
    "credited": "Credited",
}
INVOICE_TONES: dict[str, Tone] = {
    "open": "warning",
    "overdue": "danger",
    "paid": "success",
    "void": "neutral",
    "uncollectible": "danger",
    "credited": "neutral",
}
SEES_MONEY = SessionState.may.contains("billing.see")
MAY_ORDER = SessionState.may.contains("orders.place")
NO_BILLS = "Whoever owns this account has not given you its bills to look after."
BUILD_STEPS = ("Paid", "Account", "Reserved", "Installing", "Ready")


def service_badge(status: Any) -> rx.Component:
    """How a service stands."""
    return status_badge(status, SERVICE_TONES, SERVICE_WORDS)


def invoice_badge(status: Any) -> rx.Component:
    """How an invoice stands."""
    return status_badge(status, INVOICE_TONES, INVOICE_WORDS)


def invoice_link(row: Any) -> rx.Component:
    """The number of an invoice, in one piece, which leads to its page."""
    return link(row.number, address_of("/account/invoice/", row.id), NUMBER)


def not_found(what: str, back: str, to: str) -> rx.Component:
    """What stands on a page whose address names nothing of one's own."""
    words = "It does not exist, or it belongs to another account."
    return empty(f"We could not find this {what}", words, link_button(back, to=to, look="plain"), icon_name="search-x")


def not_theirs(why: str, icon_name: str) -> rx.Component:
    """What stands on a page that somebody's role does not include."""
    return card(empty("Nothing to see here", why, icon_name=icon_name))


def more(text: str, to: str) -> rx.Component:
    """The way from a few to all, in the head of a card."""
    return link(text, to, "text-[0.8125rem] text-faint underline-offset-[3px] hover:text-ink hover:underline")


def address_of(path: str, row_id: Any) -> Any:
    """The page of one thing."""
    return f"{path}?id={row_id}" if isinstance(row_id, str) else rx.Var.create(f"{path}?id=") + row_id
