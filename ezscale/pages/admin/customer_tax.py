"""A customer's tax on their file: what is known of their tax id, exemptions, and the currency they are billed in."""

import reflex as rx

from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.customer_tax import CURRENCY, EXEMPT, CustomerTaxState, ExemptionLine
from ezscale.ui import badge, button, card, confirm, dialog, select_field, text_field

SEEN, ERRORS = CustomerTaxState, CustomerTaxState.errors
FORM = "mt-5 flex flex-col gap-4"


def customer_tax() -> rx.Component:
    """The card, with the windows in which it asks."""
    number = rx.el.div(
        rx.el.span(SEEN.tax_id, class_name="text-sm font-medium text-ink"),
        rx.el.p(SEEN.standing, class_name="mt-0.5 text-sm text-faint"),
        rx.cond(
            SEEN.can_ask & SEEN.may_tax,
            button("Ask again", look="plain", size="small", on_click=SEEN.ask_register, class_name="mt-2"),
        ),
    )
    none = rx.el.p("No tax id.", class_name="text-sm text-faint")
    full = rx.el.ul(rx.foreach(SEEN.lines, _line), class_name="mt-3 divide-y divide-line border-t border-line")
    grant = button("Exempt", look="plain", size="small", on_click=SEEN.ask(EXEMPT))
    return card(
        rx.cond(SEEN.tax_id != "", number, none),
        rx.cond(SEEN.lines.length() > 0, full),
        _exempting(),
        _currency(),
        title="Tax",
        actions=[rx.cond(SEEN.may_tax, grant)],
    )


def currency_care() -> rx.Component:
    """The button beside the currency of the customer."""
    change = button("Change", look="quiet", size="small", on_click=SEEN.ask(CURRENCY), class_name="-my-1")
    return rx.cond(SEEN.may_care, change)


def _line(line: ExemptionLine) -> rx.Component:
    mark = rx.match(
        line.standing, ("holds", badge("Exempt", "success")), ("withdrawn", badge("Withdrawn")), badge("Not now")
    )
    withdraw = confirm(
        button(
            "Withdraw",
            look="plain",
            size="small",
            custom_attrs={"aria-label": rx.Var.create("Withdraw: ") + line.reason},
        ),
        title="Withdraw this exemption?",
        text="They owe tax on whatever is invoiced from now on.",
        yes="Withdraw",
        on_yes=SEEN.withdraw(line.id),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.reason, class_name="[overflow-wrap:anywhere]"),
            mark,
            class_name="flex justify-between gap-3 text-sm text-ink",
        ),
        rx.el.div(line.days, class_name="mt-0.5 text-xs text-faint"),
        rx.el.div(line.granted, class_name="text-xs text-faint"),
        rx.cond(SEEN.may_tax & (line.standing != "withdrawn"), rx.el.div(withdraw, class_name="mt-2")),
        key=line.id,
        class_name="py-2.5",
    )


def _exempting() -> rx.Component:
    form = rx.el.form(
        text_field(
            "Why?", "reason", errors=ERRORS, required=True, max_length=150, hint="It is printed on their invoices."
        ),
        rx.el.div(
            text_field("From", "since", errors=ERRORS, type="date", required=True, default_value=SEEN.today),
            text_field("Last day", "until", errors=ERRORS, type="date"),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        button("Exempt from tax", type="submit", class_name="self-end"),
        on_submit=SEEN.grant,
        reset_on_submit=False,
        class_name=FORM,
    )
    text = "Only with a certificate that you have seen. Invoices of these days carry no tax; issued ones stay."
    return dialog(
        None, form, title="Exempt from tax?", text=text, open=SEEN.question == EXEMPT, on_open_change=SEEN.show
    )


def _currency() -> rx.Component:
    form = rx.el.form(
        select_field(
            "Currency", "currency", SEEN.currencies, errors=ERRORS, default_value=CustomerState.customer.currency
        ),
        button("Change the currency", type="submit", class_name="self-end"),
        on_submit=SEEN.bill_in,
        reset_on_submit=False,
        class_name=FORM,
    )
    text = "Possible only while nothing is open, held or billed in the present one."
    return dialog(
        None,
        form,
        title="Bill in another currency?",
        text=text,
        open=SEEN.question == CURRENCY,
        on_open_change=SEEN.show,
    )
