"""Virtual servers."""

import reflex as rx

from ezscale.pages.marketing.offers import offers, plan_cards, product_data
from ezscale.pages.marketing.parts import (
    choices,
    features,
    json_ld,
    page_top,
    questions,
    section,
    title,
)
from ezscale.pages.shell import marketing_page
from ezscale.state.marketing.catalog import shop_window
from ezscale.ui.links import web_address

INCLUDED = (
    ("cpu", "Real virtual machines", "KVM, with a kernel of your own. Run containers, a VPN, or whatever boots."),
    ("network", "IPv4 and IPv6", "Addresses of both kinds are part of every plan and shown in your account."),
    ("power", "Power buttons", "Start, shut down, restart or pull the plug from the portal."),
    ("key-round", "Root from the first minute", "A fresh password for each build, sealed until you ask for it."),
    (
        "receipt-text",
        "A bill that explains itself",
        "It names the server, the days it covers and the tax, and is a PDF.",
    ),
    (
        "rotate-ccw",
        "Back after a pause",
        "If a bill was forgotten, paying it brings the suspended server back by itself.",
    ),
)
QUESTIONS = (
    ("Do I get root?", "Yes, on every plan. The server is yours to administer; we look after the machine below it."),
    (
        "How do I get the password?",
        "It waits in your account, encrypted. A mail tells you that the server is ready; it never holds the password.",
    ),
    ("Can I pay by the year?", "Yes. A year costs as much as ten months and is charged once, in advance."),
)


def vps() -> rx.Component:
    """The range of virtual servers."""
    shop = shop_window()
    return marketing_page(
        page_top(
            "Virtual servers with room to grow",
            f"From one core to {shop.servers[-1].cores.removesuffix(' vCPU') if shop.servers else 'many'}. "
            "Every plan has root access, its own addresses and generous traffic.",
        ),
        section(
            rx.el.h2("Plans", class_name="sr-only"),
            offers(
                shop, plan_cards(shop, shop.servers, "sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-5"), cycles=shop.cycles
            ),
            class_name="mt-10",
        ),
        section(title("In every plan"), features(INCLUDED)),
        section(choices(shop.places, shop.systems)),
        section(
            rx.el.div(title("Before you order"), questions(QUESTIONS), class_name="grid gap-8 lg:grid-cols-[1fr_1.6fr]")
        ),
        json_ld(*product_data(shop.servers, web_address("/vps/"))),
        at="/vps/",
    )
