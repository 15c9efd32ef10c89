"""How a customer's people sign in."""

import reflex as rx

from ezscale.pages.security import LEAD, security_parts
from ezscale.pages.shell import account_page
from ezscale.state.account.security import SecurityState


def security() -> rx.Component:
    """One's own way in."""
    return account_page("Security", security_parts(SecurityState), at="/account/security/", lead=LEAD)
