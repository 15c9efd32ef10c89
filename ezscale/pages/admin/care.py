"""The questions on a customer's file: why suspend, why bring back, which address, and acting as one of their people."""

from typing import Any

import reflex as rx

from ezscale.state.admin.care import ACT, BRING_BACK, CORRECT, ERASE, SUSPEND, CareState
from ezscale.state.admin.customer import CustomerState, ErasureLine, PersonView
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    badge,
    button,
    checkbox,
    dialog,
    form_dialog,
    hidden,
    icon,
    link_button,
    native_form,
    select_field,
    text_area,
    text_field,
)
from ezscale.ui.base import words

WHO, MAY, ERRORS = CustomerState.customer, CustomerState.rights, CareState.errors
ASKED, PERSON = CareState.question, CareState.person
SUSPENDED_CUSTOMER = (
    "Their people can still sign in, see invoices and pay them, and do nothing else. Servers go on running."
)
SUSPENDED_PERSON = "They are signed out everywhere at once and cannot sign in, for any customer."


def customer_care() -> rx.Component:
    """What can be done about the customer as a whole, and the windows in which everything here is asked."""
    correct = button(icon("pencil"), "Address", look="plain", size="small", on_click=CareState.ask(CORRECT, ""))
    suspend = button("Suspend", look="plain", size="small", on_click=CareState.ask(SUSPEND, ""))
    back = button("Bring back", look="plain", size="small", on_click=CareState.ask(BRING_BACK, ""))
    ready = MAY["care"] & ~CustomerState.loading & ~CustomerState.missing
    both = rx.el.div(correct, rx.cond(WHO.suspended, back, suspend), class_name="flex flex-wrap gap-2")
    return rx.fragment(rx.cond(ready, both), _deciding(), _correcting(), _acting(), _erasing())


def person_care(person: PersonView) -> rx.Component:
    """What can be done about one of the customer's people."""
    buttons = rx.el.div(
        rx.cond(MAY["act"] & ~person.suspended, _small("Act as", ACT, person)),
        rx.cond(
            MAY["care"],
            rx.cond(person.suspended, _small("Bring back", BRING_BACK, person), _small("Suspend", SUSPEND, person)),
        ),
        class_name="mt-2 flex flex-wrap gap-1.5 empty:hidden",
    )
    return rx.cond(person.works_here, rx.el.p("Works here", class_name="mt-1 text-xs text-faint"), buttons)


def personal_data() -> rx.Component:
    """Handing out what we know about them, and forgetting it."""
    download = link_button(
        icon("file-down"),
        "Download everything",
        to=rx.Var.create("/api/privacy/customers/") + WHO.id + ".zip",
        look="plain",
        size="small",
        loads=True,
    )
    erase = button("Erase", look="danger", size="small", on_click=CareState.ask(ERASE, ""))
    return rx.el.div(
        rx.el.p(
            "Everything that is stored about them, as they may ask for; and forgetting it, once nothing runs or is owed.",
            class_name="text-sm text-faint",
        ),
        rx.el.div(
            rx.cond(MAY["export"], download), rx.cond(MAY["erase"], erase), class_name="mt-3 flex flex-wrap gap-2"
        ),
        rx.el.ul(rx.foreach(CustomerState.erasures, _vendor), class_name="mt-4 divide-y divide-line empty:hidden"),
    )


def _vendor(line: ErasureLine) -> rx.Component:
    waits = rx.cond(line.stuck, badge("Waits for a person", "warning", dot=True), badge("Under way"))
    small = "mt-0.5 text-xs [overflow-wrap:anywhere]"
    return rx.el.li(
        rx.el.div(
            line.vendor,
            rx.cond(line.done, badge("Forgotten", "success"), waits),
            class_name="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-sm text-ink",
        ),
        rx.el.div(line.said, class_name=f"{small} text-faint"),
        rx.cond(line.trouble != "", rx.el.div(line.trouble, class_name=f"{small} text-warning")),
        key=line.id,
        class_name="py-2.5",
    )


def _erasing() -> rx.Component:
    return _window(
        text_area("Why?", "reason", errors=ERRORS, required=True, max_length=500, hint="Kept in the audit trail."),
        is_open=ASKED == ERASE,
        title="Erase this customer?",
        text=(
            "Names, addresses, mail, sign-ins, and the people who are theirs alone are forgotten for good, here, at the "
            "payment gateway and on the panels. Invoices, payments and the books stay, as the law asks. This cannot be "
            "undone."
        ),
        yes="Erase for good",
        on_yes=CareState.erase,
        look="danger",
    )


def _small(text: str, question: str, person: PersonView) -> rx.Component:
    return button(
        text,
        look="plain",
        size="small",
        on_click=CareState.ask(question, person.id),
        custom_attrs={"aria-label": rx.Var.create(f"{text} ") + person.name},
    )


def _window(*fields: rx.Component, is_open: Any, **words_and_deed: Any) -> rx.Component:
    """A window that the state opens; its fields are the only ones of their names on the page."""
    return form_dialog(None, *fields, open=is_open, on_open_change=CareState.show, **words_and_deed)


def _deciding() -> rx.Component:
    is_suspending, about = ASKED == SUSPEND, words(PERSON != "", PERSON, "this customer")
    yes = rx.cond(is_suspending, "Suspend", "Bring back")
    return _window(
        text_area("Why?", "reason", errors=ERRORS, required=True, max_length=500, hint="They are told, by mail."),
        is_open=is_suspending | (ASKED == BRING_BACK),
        title=words(is_suspending, rx.Var.create("Suspend ") + about + "?", rx.Var.create("Bring ") + about + " back?"),
        text=words(
            is_suspending,
            words(PERSON != "", SUSPENDED_PERSON, SUSPENDED_CUSTOMER),
            words(PERSON != "", "They may sign in again.", "Their people can do again what their roles allow."),
        ),
        yes=yes,
        on_yes=CareState.decide,
    )


def _acting() -> rx.Component:
    form = native_form(
        text_area(
            "Why?",
            "why",
            errors=ERRORS,
            required=True,
            max_length=500,
            hint="It is kept in the audit trail and on this page.",
            default_value=CareState.typed,
        ),
        rx.cond(MAY["write"], checkbox("I need to change something for them", "may_write", value="yes")),
        hidden("customer", WHO.id),
        hidden("user", CareState.user_id),
        button("Act as this person", type="submit", class_name="self-end"),
        action="/api/impersonation",
        class_name="mt-5",
    )
    return dialog(
        None,
        form,
        title=rx.Var.create("Act as ") + PERSON + "?",
        text="For half an hour you see the portal as they do. They find it in their sign-in history, with your name.",
        open=ASKED == ACT,
        on_open_change=CareState.show,
    )


def _correcting() -> rx.Component:
    def line(label: str, name: str, value: Any, longest: int, *, required: bool = True) -> rx.Component:
        return text_field(
            label, name, errors=ERRORS, max_length=longest, required=required, default_value=value, auto_complete="off"
        )

    country = select_field("Country", "country", countries(), errors=ERRORS, required=True, default_value=WHO.country)
    return _window(
        rx.el.div(
            line("Name", "name", WHO.name, 120),
            line("Company", "company", WHO.company, 120, required=False),
            rx.el.div(line("Street and number", "address", WHO.street, 250), class_name="sm:col-span-2"),
            line("Postcode", "postcode", WHO.postcode, 20),
            line("City", "city", WHO.city, 100),
            line("State or region", "region", WHO.region, 60, required=False),
            country,
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        is_open=ASKED == CORRECT,
        title="Correct the address",
        text="It stands on later invoices. Issued ones keep the address they were issued to.",
        yes="Save",
        on_yes=CareState.correct,
    )
