"""What the pages share to which a mailed link leads, and which need nothing but a click."""

import reflex as rx

from ezscale.pages.shell import auth_page
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import button, form_notice, hidden, link, link_button, native_form, notice


def mailed_link_page(
    title: str, lead: str, *, yes: str, action: str, done: str, onward: tuple[str, str]
) -> rx.Component:
    """Asks for a click, since mail scanners open links as well; afterwards says that it is done, and leads onward."""
    form = native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        button(yes, type="submit", size="large"),
        action=action,
    )
    text, to = onward
    thanks = rx.el.div(notice(done, "success"), link_button(text, to=to, size="large", class_name="mt-4 w-full"))
    return auth_page(
        title,
        lead,
        rx.cond(PostedFormState.sent, thanks, form),
        foot=rx.el.p("Questions? ", link("Contact us", "/contact/")),
    )
