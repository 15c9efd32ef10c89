"""The console of a service, in a tab of its own."""

import reflex as rx

from ezscale.pages.account.words import address_of, not_found
from ezscale.pages.shell import account_page
from ezscale.state.account.console import ConsoleState
from ezscale.ui import card, hideable, link_button, notice, skeleton
from ezscale.ui.consoles import console as screen


def console() -> rx.Component:
    """A screen or lines, as the machine has it."""
    back = link_button(
        "Back to the server",
        to=address_of("/account/service/", ConsoleState.service_id),
        look="plain",
        size="small",
    )
    idle = notice(
        "It works while the server runs, for whoever may press its power buttons.",
        title="There is no console here now",
        actions=(back,),
    )
    shown = rx.cond(ConsoleState.may_open, screen(), idle)
    page = rx.cond(ConsoleState.missing, card(not_found("server", "All servers", "/account/services/")), shown)
    return account_page(
        rx.cond(ConsoleState.hostname == "", "Console", hideable(ConsoleState.hostname)),
        rx.cond(ConsoleState.loaded, page, skeleton(8)),
        at="/account/services/",
        lead="Console",
        crumbs=(("Services", "/account/services/"),),
        actions=(rx.cond(ConsoleState.service_id != "", back),),
    )
