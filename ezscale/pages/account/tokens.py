"""Keys for programs."""

import reflex as rx

from ezscale.pages.keys import keys, make_key
from ezscale.pages.shell import account_page
from ezscale.state.account.tokens import TokensState


def tokens() -> rx.Component:
    """One's own keys, and the account's for whoever looks after them."""
    return account_page(
        "API tokens",
        keys(TokensState, "Your API tokens"),
        at="/account/tokens/",
        actions=(make_key(TokensState, common=True),),
    )
