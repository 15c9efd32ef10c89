"""The customer's own link, and who came by it."""

from typing import Any

import reflex as rx

from ezscale.pages.shell import account_page
from ezscale.state.account.referrals import ReferralsState
from ezscale.ui import button, card, code, copy_button, empty, icon, notice, pager, skeleton, stack, status_badge
from ezscale.ui.base import Tone

LINK = ReferralsState.link
TONES: dict[str, Tone] = {"came": "neutral", "waiting": "info", "credited": "success", "refused": "neutral"}
WORDS = {"came": "Signed up", "waiting": "Pending", "credited": "Credited", "refused": "Not credited"}


def referrals() -> rx.Component:
    """A link to give away, who came by it, and what that earned."""
    closed = notice("We do not credit anything for new customers at the moment. What has been promised holds.")
    return account_page(
        "Referrals",
        rx.cond(
            ReferralsState.loaded,
            stack(
                rx.cond(LINK.enabled, card(_link(), title="Your link"), closed),
                card(_sent(), title="Who came", flush=True),
            ),
            card(skeleton(4)),
        ),
        at="/account/referrals/",
    )


def _link() -> rx.Component:
    terms = rx.el.p(
        "For everybody who becomes a customer by your link you get ",
        rx.cond(LINK.reward != "", rx.el.strong(LINK.reward, class_name="font-medium text-ink"), "account credit"),
        rx.cond(LINK.reward != "", " as account credit", ""),
        ", ",
        LINK.wait_days,
        " days after they first paid, if they are still with us then. Your own accounts do not count.",
        class_name="max-w-prose text-sm text-body",
    )
    address = rx.el.div(
        code(LINK.address), copy_button(LINK.address), class_name="mt-4 flex flex-wrap items-center gap-2.5"
    )
    make = rx.cond(
        LINK.may_make,
        button(icon("link"), "Make my link", on_click=ReferralsState.make, class_name="mt-4"),
        rx.el.p("There is no link yet. The owner of this account can make one.", class_name="mt-3 text-sm text-faint"),
    )
    return rx.el.div(terms, rx.cond(LINK.address != "", address, make))


def _sent() -> rx.Component:
    none = empty("Nobody yet", "Whoever signs up by your link appears here by their initials.", icon_name="users")
    earned = rx.cond(
        LINK.earned != "",
        rx.el.p(
            "Earned so far: ",
            rx.el.span(LINK.earned, class_name="font-medium text-ink tabular-nums"),
            class_name="border-b border-line px-4 py-3 text-sm text-body sm:px-5",
        ),
    )
    turn = pager(
        ReferralsState.previous_page,
        ReferralsState.next_page,
        has_previous=ReferralsState.has_previous,
        has_more=ReferralsState.has_more,
    )
    rows = rx.el.ul(rx.foreach(ReferralsState.rows, _row), class_name="divide-y divide-line")
    return rx.fragment(
        earned,
        rx.cond(ReferralsState.rows, rows, none),
        rx.cond(ReferralsState.has_previous | ReferralsState.has_more, turn),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(row.who, class_name="text-sm font-medium text-ink"),
            rx.el.div("Came on ", row.came, class_name="text-xs text-faint"),
        ),
        rx.el.div(
            rx.el.span(row.words, class_name="text-sm text-body tabular-nums"),
            status_badge(row.status, TONES, WORDS),
            class_name="flex flex-wrap items-center gap-3",
        ),
        class_name="flex flex-wrap items-center justify-between gap-3 px-4 py-4 sm:px-5",
        key=row.id,
    )
