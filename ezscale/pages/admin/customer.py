"""One customer."""

import reflex as rx

from ezscale.pages.admin.care import customer_care, person_care, personal_data
from ezscale.pages.admin.cases import case_list
from ezscale.pages.admin.credit import credit_card, new_invoice_button
from ezscale.pages.admin.customer_tax import currency_care, customer_tax
from ezscale.pages.admin.holds import held_card
from ezscale.pages.admin.parts import (
    QUIET,
    by_id,
    invoice_columns,
    machine_name,
    named,
    or_dash,
    record,
    service_columns,
)
from ezscale.pages.admin.top_ups import top_ups_card
from ezscale.pages.shell import admin_page
from ezscale.state.admin.customer import ActingLine, CardView, CustomerState, MailLine, PersonView
from ezscale.ui import badge, card, definitions, empty, icon, link, link_button, plain_link, split, stack, table

WHO = CustomerState.customer


def customer() -> rx.Component:
    """Everything on one customer."""
    return admin_page(
        named(CustomerState, "Customer", rx.cond(WHO.company != "", WHO.company, WHO.name)),
        record(CustomerState, "customer", split(_main(), _side())),
        at="/admin/customers/",
        lead=rx.cond(WHO.number != "", rx.fragment(WHO.number, " · customer since ", WHO.since)),
        crumbs=(("Customers", "/admin/customers/"),),
        badge=rx.cond(WHO.suspended, badge("Suspended", "warning", dot=True)),
        actions=[rx.cond(CustomerState.rights["offer"], _offer()), customer_care()],
    )


def _offer() -> rx.Component:
    to = rx.Var.create("/admin/offer/new/?customer=") + WHO.id
    return rx.cond(WHO.id != "", link_button("Make an offer", to=to, look="plain", size="small"))


def _main() -> rx.Component:
    services = table(
        CustomerState.services,
        service_columns(with_customer=False),
        caption="Services",
        key=by_id,
        empty=empty("No services", "They have not ordered anything yet.", icon_name="server"),
    )
    invoices = table(
        CustomerState.invoices,
        invoice_columns(with_customer=False),
        caption="Invoices",
        key=by_id,
        empty=empty("No invoices", icon_name="receipt-text"),
    )
    cases = card(case_list(CustomerState.cases), title="Waits for a person", flush=True)
    return stack(
        rx.cond(CustomerState.cases.length() > 0, cases),
        held_card(CustomerState.held),
        card(services, title="Services", flush=True),
        card(invoices, title="Invoices", actions=[new_invoice_button()], flush=True),
        credit_card(),
        top_ups_card(),
    )


def _side() -> rx.Component:
    about = definitions(
        ("Name", WHO.name),
        ("E-mail", plain_link(WHO.email, href=f"mailto:{WHO.email}")),
        ("Address", rx.foreach(WHO.address, _line)),
        ("Tax number", or_dash(WHO.tax_id)),
        ("Currency", rx.el.div(WHO.currency, currency_care(), class_name="flex items-center justify-between gap-2")),
        ("Credit", or_dash(WHO.credit)),
        ("On panels", machine_name(WHO.panel_ref)),
        ("At the gateway", machine_name(WHO.gateway_ref)),
        narrow=True,
    )
    all_mail = link_button("All", to=f"/admin/mail/?customer={WHO.id}", look="quiet", size="small")
    return stack(
        card(about, title="Details"),
        customer_tax(),
        card(_list(CustomerState.people, _person, "Nobody signs in for them."), title="People"),
        card(_list(CustomerState.acting, _acting, "No colleague has acted as them."), title="Acted as them"),
        card(_list(CustomerState.cards, _card, "No card on file."), title="Cards"),
        card(_list(CustomerState.mails, _mail, "No mail yet."), title="Mail", actions=[all_mail]),
        rx.cond(
            CustomerState.rights["export"] | CustomerState.rights["erase"], card(personal_data(), title="Personal data")
        ),
    )


def _list(rows: rx.Var[list[object]], line: object, nothing: str) -> rx.Component:
    full = rx.el.ul(rx.foreach(rows, line), class_name="-my-2.5 divide-y divide-line")
    return rx.cond(rows.length() > 0, full, rx.el.p(nothing, class_name="text-sm text-faint"))


def _line(text: str) -> rx.Component:
    return rx.el.div(text)


def _person(person: PersonView) -> rx.Component:
    small = "text-xs [overflow-wrap:anywhere]"
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.div(person.name, class_name="text-sm text-ink"),
                rx.el.div(person.email, class_name=f"{small} text-faint"),
                rx.cond(person.verified, "", rx.el.div("Address not confirmed", class_name=f"{small} text-warning")),
                rx.cond(person.suspended, rx.el.div("Suspended", class_name=f"{small} text-warning")),
                class_name="min-w-0",
            ),
            badge(person.role),
            class_name="flex items-start justify-between gap-3",
        ),
        person_care(person),
        key=person.id,
        class_name="py-2.5",
    )


def _acting(line: ActingLine) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            line.who, rx.cond(line.is_live, badge("Now", "warning", dot=True)), class_name="flex gap-2 text-sm text-ink"
        ),
        rx.el.div(line.reason, class_name="mt-0.5 text-sm [overflow-wrap:anywhere]"),
        rx.el.div(line.when, class_name="mt-0.5 text-xs text-faint"),
        key=line.id,
        class_name="py-2.5",
    )


def _card(kept: CardView) -> rx.Component:
    mark = rx.cond(
        kept.refused,
        badge("Refused", "danger"),
        rx.cond(kept.is_default, badge("Default"), rx.cond(kept.is_backup, badge("Backup"))),
    )
    return rx.el.li(
        icon("credit-card", 16, "text-faint"),
        rx.el.span(kept.label, class_name="text-sm text-ink"),
        rx.el.span(kept.expires, class_name="text-xs text-faint tabular-nums"),
        rx.el.span(mark, class_name="ml-auto"),
        key=kept.id,
        class_name="flex items-center gap-2.5 py-2.5",
    )


def _mail(mail: MailLine) -> rx.Component:
    return rx.el.li(
        link(mail.subject, f"/admin/mail/?id={mail.id}", f"block truncate text-sm {QUIET}"),
        rx.el.div(mail.written, class_name="text-xs text-faint"),
        key=mail.id,
        class_name="py-2.5",
    )
