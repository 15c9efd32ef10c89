"""Who we are."""

import reflex as rx

from ezscale.pages.marketing.parts import features, page_top, section, title
from ezscale.pages.shell import marketing_page
from ezscale.ui import company, company_address, icon, link_button

BELIEFS = (
    (
        "scale",
        "Say it before, not after",
        "Price, tax, length and notice are on the page before there is a button to press.",
    ),
    ("repeat", "Once means once", "A payment is taken once and a server built once, even when a line drops half-way."),
    ("eye", "Nothing hidden", "What happened to your server and your bill is written down where you can read it."),
)


def about() -> rx.Component:
    """What we sell and how we go about it."""
    return marketing_page(
        page_top(
            "Hosting is a promise kept every month",
            f"{company()} rents out virtual servers and runs the whole business around them on software of its own: the "
            "shop, the bills, the building and the mending. So when something is late or wrong, there is one place to "
            "look, and one answer.",
        ),
        section(title("What we hold to"), features(BELIEFS)),
        section(
            rx.el.div(
                rx.el.div(
                    rx.el.h2("Where to find us", class_name="text-lg font-semibold"),
                    rx.el.p(f"{company()}, {company_address()}", class_name="mt-2 text-sm text-body"),
                ),
                link_button("Get in touch", icon("arrow-right"), to="/contact/", look="plain"),
                class_name=(
                    "flex flex-wrap items-center justify-between gap-6 rounded-xl border border-line bg-surface p-6 shadow-card"
                ),
            )
        ),
        at="/about/",
    )
