"""Services."""

import reflex as rx

from ezscale.pages.admin.parts import (
    SERVICE_WORDS,
    by_id,
    export_button,
    finder,
    nothing_found,
    service_columns,
    sorting,
    turner,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.services import ServicesState
from ezscale.ui import card, empty, filters, table, toolbar


def services() -> rx.Component:
    """Everything that runs, ran or shall run."""
    nothing = empty("No services yet", "What customers order appears here.", icon_name="server")
    sheet = table(
        ServicesState.rows,
        service_columns(),
        caption="Services",
        key=by_id,
        empty=nothing_found(ServicesState, "services", nothing),
        loading=ServicesState.loading,
        sorting=sorting(ServicesState),
    )
    statuses = filters("Status", (("", "All"), *SERVICE_WORDS.items()), ServicesState.status, ServicesState.choose)
    return admin_page(
        "Services",
        card(
            toolbar(finder("Host name, number or address", ServicesState), statuses),
            sheet,
            turner(ServicesState),
            flush=True,
        ),
        at="/admin/services/",
        actions=[export_button("services", ServicesState)],
    )
