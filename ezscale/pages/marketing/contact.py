"""How to reach us."""

import reflex as rx

from ezscale.pages.marketing.parts import page_top, section
from ezscale.pages.shell import marketing_page
from ezscale.ui import company, company_address, company_email, icon, plain_link

DESKS = (
    ("message-circle", "Before you buy", "Which plan fits, what we can do for many servers.", "Question before buying"),
    (
        "receipt-text",
        "Bills and payments",
        "Please name the invoice's number; it saves us both a mail.",
        "Question about a bill",
    ),
    (
        "shield-alert",
        "Abuse",
        "Addresses, times with their time zone, and a log excerpt let us act at once.",
        "Abuse report",
    ),
)


def contact() -> rx.Component:
    """Whom to write to, and about what."""
    desks = [
        rx.el.li(
            icon(sign, 20, "text-accent"),
            rx.el.h2(name, class_name="mt-4 text-base font-semibold"),
            rx.el.p(text, class_name="mt-1.5 flex-1 text-sm leading-relaxed text-body"),
            rx.el.p(
                plain_link(company_email(), href=f"mailto:{company_email()}?subject={subject.replace(' ', '%20')}"),
                class_name="mt-4 text-sm [overflow-wrap:anywhere]",
            ),
            class_name="flex flex-col rounded-xl border border-line bg-surface p-6 shadow-card",
        )
        for sign, name, text, subject in DESKS
    ]
    return marketing_page(
        page_top(
            "Write to us",
            "A person reads it. If it is about a server you have, write from the address of your account.",
        ),
        section(rx.el.ul(*desks, class_name="grid gap-4 md:grid-cols-3"), class_name="mt-10"),
        section(
            rx.el.address(f"{company()}, {company_address()}", class_name="text-sm text-faint not-italic"),
            class_name="mt-10",
        ),
        at="/contact/",
    )
