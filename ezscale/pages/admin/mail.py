"""Captured mail."""

import reflex as rx

from ezscale.pages.admin.parts import MAIL_TONES, MAIL_WORDS, turner
from ezscale.pages.shell import admin_page
from ezscale.state.admin.mail import MailRow, MailState
from ezscale.ui import card, code_block, definitions, empty, icon, link, link_button, skeleton, status_badge
from ezscale.ui.base import words

SHOWN = MailState.shown
LINE = "block px-4 py-3 transition-colors hover:bg-sunken/60 sm:px-5"
FRAME = "h-[28rem] w-full rounded-lg border border-line bg-surface"


def mail() -> rx.Component:
    """Every mail that was written, and one of them to read."""
    nothing = empty("No mail yet", "Whatever the company writes appears here.", icon_name="mail")
    lines = rx.el.ul(rx.foreach(MailState.rows, _line), class_name="divide-y divide-line")
    folder = card(
        rx.cond(MailState.loading, skeleton(8), rx.cond(MailState.rows.length() > 0, lines, nothing)),
        turner(MailState),
        flush=True,
    )
    beside = rx.el.div(folder, class_name=words(SHOWN.id != "", "hidden lg:block", "block"))  # no room for both
    everybody = rx.cond(
        MailState.of_customer != "",
        link_button(icon("users"), "Everybody's mail", to="/admin/mail/", look="plain", size="small"),
    )
    return admin_page(
        "Mail",
        rx.el.div(beside, _pane(), class_name="grid grid-cols-1 items-start gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]"),
        at="/admin/mail/",
        lead="Every mail as it was written, whether a carrier took it or it is only kept here.",
        actions=[everybody],
    )


def _line(row: MailRow) -> rx.Component:
    is_shown = row.id == SHOWN.id
    return rx.el.li(
        link(
            rx.fragment(
                rx.el.div(row.subject, class_name="truncate text-sm font-medium text-ink"),
                rx.el.div(
                    rx.el.span(row.recipient, class_name="truncate"),
                    rx.el.span(row.written, class_name="ml-auto shrink-0 tabular-nums"),
                    class_name="mt-1 flex gap-3 text-xs text-faint",
                ),
            ),
            f"/admin/mail/?id={row.id}&customer={MailState.of_customer}",
            words(is_shown, f"{LINE} bg-sunken", LINE),
            aria_current=words(is_shown, "true", "false"),
        ),
        key=row.id,
    )


def _pane() -> rx.Component:
    back = link_button(
        icon("arrow-left"), "All mail", to="/admin/mail/", look="quiet", size="small", class_name="-ml-2 mb-2 lg:hidden"
    )
    head = definitions(
        ("To", SHOWN.recipient),
        ("Written", SHOWN.written),
        ("Sent", rx.cond(SHOWN.sent != "", SHOWN.sent, status_badge(SHOWN.status, MAIL_TONES, MAIL_WORDS))),
        ("Template", SHOWN.template),
    )
    letter = card(
        back,
        rx.el.h2(SHOWN.subject, class_name="mb-4 text-lg font-semibold text-ink [overflow-wrap:anywhere]"),
        head,
        # Without "allow-scripts" nothing in a mail can run; without "allow-same-origin" it reads nothing of ours.
        rx.el.iframe(
            src_doc=SHOWN.html,
            sandbox="allow-popups allow-popups-to-escape-sandbox",
            referrer_policy="no-referrer",
            title="The mail as it is shown to its reader",
            class_name=f"mt-5 {FRAME}",
        ),
        rx.el.details(
            rx.el.summary(
                "Show as plain text",
                class_name="inline-block text-[0.8125rem] text-faint underline underline-offset-[3px]",
            ),
            rx.el.div(code_block(SHOWN.text, "The mail as plain text"), class_name="mt-3"),
            class_name="mt-4",
        ),
    )
    none = card(
        empty("No mail chosen", "Choose one from the list to read it.", icon_name="mail-open"),
        class_name="hidden lg:block",
    )
    return rx.el.div(rx.cond(SHOWN.id != "", letter, none), class_name="min-w-0 lg:sticky lg:top-6")
