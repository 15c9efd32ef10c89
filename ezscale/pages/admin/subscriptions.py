"""Subscriptions."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import (
    NUMBER,
    by_id,
    customer_link,
    export_button,
    finder,
    nothing_found,
    sorting,
    turner,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.pages.subscription_parts import WORDS, subscription_badge
from ezscale.state.admin.subscriptions import SubscriptionsState
from ezscale.ui import Column, card, drop_down, empty, filters, link, table, toolbar

SHOWN = (("", "All"), ("changing", "Changing"), *WORDS.items())


def subscriptions() -> rx.Component:
    """Everything that is billed again and again."""
    columns = [
        Column("Subscription", _number),
        Column("Customer", customer_link, shown_from="sm"),
        Column("Plan", lambda row: two_lines(row.plan, row.cycle), shown_from="md"),
        Column("Next bill", lambda row: row.next_on, sort="newest", shown_from="lg"),
        Column("Status", lambda row: two_lines(subscription_badge(row.status), row.change)),
    ]
    nothing = empty("No subscriptions yet", "They begin with the first paid order.", icon_name="list-checks")
    sheet = table(
        SubscriptionsState.rows,
        columns,
        caption="Subscriptions",
        key=by_id,
        empty=rx.cond(
            SubscriptionsState.plan != "",
            empty("No subscriptions found", "Nobody has this plan like that.", icon_name="search-x"),
            nothing_found(SubscriptionsState, "subscriptions", nothing),
        ),
        loading=SubscriptionsState.loading,
        sorting=sorting(SubscriptionsState),
    )
    return admin_page(
        "Subscriptions",
        card(
            toolbar(
                finder("Number, customer or plan", SubscriptionsState),
                _plans(),
                filters("Status", SHOWN, SubscriptionsState.status, SubscriptionsState.choose),
            ),
            sheet,
            turner(SubscriptionsState),
            flush=True,
        ),
        at="/admin/subscriptions/",
        actions=[export_button("subscriptions", SubscriptionsState)],
    )


def _plans() -> rx.Component:
    return drop_down(
        rx.el.option("Every plan", value=""),
        rx.foreach(SubscriptionsState.plans, lambda plan: rx.el.option(plan.text, value=plan.value)),
        value=SubscriptionsState.plan,
        on_change=SubscriptionsState.choose_plan,
        aria_label="Plan",
    )


def _number(row: Any) -> rx.Component:
    return two_lines(link(row.number, f"/admin/subscription/?id={row.id}", NUMBER), row.customer, "sm:hidden")
