"""Every price on one page."""

import reflex as rx

from ezscale.pages.marketing.offers import offers, plan_table
from ezscale.pages.marketing.parts import page_top, section
from ezscale.pages.shell import marketing_page
from ezscale.state.marketing.catalog import shop_window
from ezscale.ui import icon

RULES = (
    "No setup fee unless one is shown beside the price.",
    "Tax depends on where you are; it is shown before you pay.",
    "The price of your order is the price of its renewals.",
    "The invoice of a renewal comes before it is due, and says when your card is charged.",
    "Coupons are entered while ordering, and the price changes before your eyes.",
    "Cancelled servers run until the end of what was paid.",
)


def pricing() -> rx.Component:
    """All plans with all their prices."""
    shop = shop_window()
    rules = [
        rx.el.li(icon("check", 16, "mt-0.5 text-accent"), rule, class_name="flex gap-3 text-sm text-body")
        for rule in RULES
    ]
    families = []
    for family in dict.fromkeys(plan.family for plan in shop.plans):
        families += [
            rx.el.h2(family, class_name="mt-6 text-lg font-semibold"),
            plan_table(shop, [plan for plan in shop.plans if plan.family == family]),
        ]
    return marketing_page(
        page_top(
            "One price list, nothing in small print",
            "Choose how you pay and in which currency. What you see is what a month comes to, before tax.",
        ),
        section(offers(shop, *families, cycles=shop.cycles), class_name="mt-10"),
        section(
            rx.el.h2("What goes for every price", class_name="text-lg font-semibold"),
            rx.el.ul(*rules, class_name="mt-5 grid gap-x-10 gap-y-3 sm:grid-cols-2"),
            class_name="mt-14",
        ),
        at="/pricing/",
    )
