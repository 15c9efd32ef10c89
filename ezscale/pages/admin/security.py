"""How people who work here sign in."""

import reflex as rx

from ezscale.pages.security import LEAD, security_parts
from ezscale.pages.shell import admin_page
from ezscale.state.admin.security import SecurityState


def security() -> rx.Component:
    """One's own way in."""
    return admin_page("Security", security_parts(SecurityState), at="/admin/security/", lead=LEAD)
