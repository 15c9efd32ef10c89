"""A colleague's own keys for programs."""

import reflex as rx

from ezscale.pages.keys import keys, make_key
from ezscale.pages.shell import admin_page
from ezscale.state.admin.tokens import TokensState


def tokens() -> rx.Component:
    """One's own keys; nobody sees those of a colleague."""
    return admin_page(
        "API tokens",
        keys(TokensState, "Your API tokens"),
        at="/admin/tokens/",
        lead="Yours alone. Programs that use one act as you, within what you have ticked.",
        actions=(make_key(TokensState, common=False),),
    )
