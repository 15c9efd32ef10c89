"""What the pages share on which somebody proves who they are once more."""

import reflex as rx

from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.proving import ProvingState
from ezscale.ui import link_button, notice, skeleton


def proof(*ways: rx.Component) -> rx.Component:
    """The ways that are open to somebody; nobody, or somebody who took too long, is shown the way to the login."""
    begin = rx.el.div(
        notice("This page is for somebody who has just logged in.", "info", title="Please log in first"),
        link_button("Log in", to=PostedFormState.sign_in_at, size="large", class_name="mt-4 w-full"),
    )
    return rx.cond(ProvingState.loaded, rx.fragment(*ways), rx.cond(ProvingState.is_over, begin, skeleton(3)))
