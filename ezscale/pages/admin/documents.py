"""The look of documents."""

import reflex as rx

from ezscale.pages.shell import admin_page
from ezscale.state.admin.documents import DesignView, DocumentsState
from ezscale.state.session import SessionState
from ezscale.ui import badge, button, card, confirm, icon, link, link_button, plain_link, skeleton

MAY_DECIDE = SessionState.may.contains("staff.rules")


def documents() -> rx.Component:
    """A sample in each design, beside each other, to choose between."""
    shown = rx.el.div(
        rx.foreach(DocumentsState.designs, _design), class_name="grid grid-cols-1 gap-5 sm:gap-6 lg:grid-cols-2"
    )
    return admin_page(
        "Documents",
        rx.cond(DocumentsState.loading, card(skeleton(8)), shown),
        at="/admin/documents/",
        lead=rx.fragment(
            "How invoices, proformas and credit notes look. Colour, foot and e-invoice are decided among the ",
            link("rules", "/admin/rules/"),
            ". What was issued stays as it is.",
        ),
    )


def _design(design: DesignView) -> rx.Component:
    picture = rx.el.img(
        src=design.picture,
        alt=rx.Var.create("A sample invoice in the design ") + design.title,
        loading="lazy",
        class_name="aspect-[210/297] w-full rounded-md border border-line bg-white",
    )
    foot = rx.el.div(
        rx.el.p(design.words, class_name="text-sm text-faint"),
        rx.el.div(
            link_button(
                icon("file-text"),
                "Sample PDF",
                to=design.paper,
                look="plain",
                size="small",
                loads=True,
                target="_blank",
            ),
            rx.cond(MAY_DECIDE & ~design.used, _use(design)),
            class_name="flex flex-wrap gap-2",
        ),
        class_name="mt-4 flex flex-wrap items-center justify-between gap-3",
    )
    return card(
        plain_link(picture, href=design.paper, target="_blank", class_name="block rounded-md"),
        foot,
        title=design.title,
        actions=[rx.cond(design.used, badge("In use", "success"))],
        key=design.name,
    )


def _use(design: DesignView) -> rx.Component:
    return confirm(
        button("Use this design", size="small"),
        title="Print documents in another design?",
        text="Everything that is issued from now on looks like this. You may be asked for your password again.",
        yes="Use this design",
        no="Leave it",
        on_yes=DocumentsState.use(design.name),
        look="primary",
    )
