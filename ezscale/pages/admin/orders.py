"""Orders."""

import reflex as rx

from ezscale.pages.admin.parts import (
    ORDER_WORDS,
    by_id,
    export_button,
    nothing_found,
    order_columns,
    sorting,
    turner,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.orders import OrdersState
from ezscale.ui import card, empty, filters, link_button, table, toolbar


def orders() -> rx.Component:
    """What customers asked for."""
    nothing = empty("No orders yet", "Whoever orders appears here, paid or not.", icon_name="shopping-cart")
    statuses = filters("Status", (("", "All"), *ORDER_WORDS.items()), OrdersState.status, OrdersState.choose)
    sheet = table(
        OrdersState.rows,
        order_columns(),
        caption="Orders",
        key=by_id,
        empty=nothing_found(OrdersState, "orders", nothing),
        loading=OrdersState.loading,
        sorting=sorting(OrdersState),
    )
    return admin_page(
        "Orders",
        card(toolbar(statuses), sheet, turner(OrdersState), flush=True),
        at="/admin/orders/",
        actions=[
            link_button("Offers", to="/admin/offers/", look="plain", size="small"),
            export_button("orders", OrdersState),
        ],
    )
