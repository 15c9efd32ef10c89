"""The questions on a customer's file: why suspend, why bring back, which address, and acting as one of their people."""

from typing import Any

import reflex as rx

from ezscale.state.admin.care import ACT, BRING_BACK, CORRECT, SUSPEND, CareState
from ezscale.state.admin.customer import CustomerState, PersonView
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    button,
    checkbox,
    dialog,
    hidden,
    icon,
    native_form,
    select_field,
    text_area,
    text_field,
)

WHO, MAY, ERRORS = CustomerState.customer, CustomerState.may, CareState.errors
FORM = "mt-5 flex flex-col gap-4"


def customer_care() -> rx.Component:
    """What can be done about the customer as a whole."""
    suspend = _question(
        button("Suspend", look="plain", size="small", on_click=CareState.ask(SUSPEND)),
        _reasoned("Suspend the customer", CareState.suspend, "danger"),
        SUSPEND,
        title="Suspend this customer?",
        text="Their people can still sign in, see invoices and pay them, and do nothing else. Servers go on running.",
    )
    back = _question(
        button("Bring back", look="plain", size="small", on_click=CareState.ask(BRING_BACK)),
        _reasoned("Bring the customer back", CareState.bring_back),
        BRING_BACK,
        title="Bring this customer back?",
        text="Their people can do again what their roles allow.",
    )
    correct = _question(
        button(icon("pencil"), "Address", look="plain", size="small", on_click=CareState.ask(CORRECT)),
        _address(),
        CORRECT,
        title="Correct the address",
        text="It stands on later invoices. Issued ones keep the address they were issued to.",
    )
    ready = MAY["care"] & ~CustomerState.loading & ~CustomerState.missing
    both = rx.el.div(correct, rx.cond(WHO.suspended, back, suspend), class_name="flex flex-wrap gap-2")
    return rx.cond(ready, both, rx.fragment())


def person_care(person: PersonView) -> rx.Component:
    """What can be done about one of the customer's people."""
    suspend, back, act = (rx.Var.create(f"{what}:") + person.id for what in (SUSPEND, BRING_BACK, ACT))
    suspended = _question(
        _small("Suspend", person, suspend),
        _reasoned("Suspend the person", CareState.suspend, "danger"),
        suspend,
        title=rx.Var.create("Suspend ") + person.name + "?",
        text="They are signed out everywhere at once and cannot sign in, for any customer.",
    )
    brought_back = _question(
        _small("Bring back", person, back),
        _reasoned("Bring the person back", CareState.bring_back),
        back,
        title=rx.Var.create("Bring ") + person.name + " back?",
        text="They may sign in again.",
    )
    acting = _question(
        _small("Act as", person, act),
        _acting(person),
        act,
        title=rx.Var.create("Act as ") + person.name + "?",
        text="For half an hour you see the portal as they do. They find it in their sign-in history, with your name.",
    )
    buttons = rx.el.div(
        rx.cond(MAY["act"] & ~person.suspended, acting),
        rx.cond(MAY["care"], rx.cond(person.suspended, brought_back, suspended)),
        class_name="mt-2 flex flex-wrap gap-1.5 empty:hidden",
    )
    return rx.cond(person.works_here, rx.el.p("Works here", class_name="mt-1 text-xs text-faint"), buttons)


def _question(trigger: rx.Component, form: rx.Component, name: Any, *, title: Any, text: str) -> rx.Component:
    return dialog(trigger, form, title=title, text=text, open=CareState.question == name, on_open_change=CareState.show)


def _small(text: str, person: PersonView, question: Any) -> rx.Component:
    return button(
        text,
        look="plain",
        size="small",
        on_click=CareState.ask(question),
        custom_attrs={"aria-label": rx.Var.create(f"{text} ") + person.name},
    )


def _reasoned(yes: str, on_submit: Any, look: Any = "primary") -> rx.Component:
    return rx.el.form(
        _reason("They are told, by mail."),
        button(yes, type="submit", look=look, class_name="self-end"),
        on_submit=on_submit,
        reset_on_submit=False,
        class_name=FORM,
    )


def _reason(hint: str) -> rx.Component:
    return text_area(
        "Why?", "reason", errors=ERRORS, required=True, max_length=500, hint=hint, default_value=CareState.typed
    )


def _acting(person: PersonView) -> rx.Component:
    write = checkbox("I need to change something for them", "may_write", value="yes")
    return native_form(
        _reason("It is kept in the audit trail and on this page."),
        rx.cond(MAY["write"], write),
        hidden("customer", WHO.id),
        hidden("user", person.id),
        button("Act as this person", type="submit", class_name="self-end"),
        action="/api/impersonation",
        class_name="mt-5",
    )


def _address() -> rx.Component:
    def line(label: str, name: str, value: Any, longest: int, *, required: bool = True) -> rx.Component:
        return text_field(
            label, name, errors=ERRORS, max_length=longest, required=required, default_value=value, auto_complete="off"
        )

    country = select_field("Country", "country", countries(), errors=ERRORS, required=True, default_value=WHO.country)
    return rx.el.form(
        rx.el.div(
            line("Name", "name", WHO.name, 120),
            line("Company", "company", WHO.company, 120, required=False),
            rx.el.div(line("Street and number", "address", WHO.street, 250), class_name="sm:col-span-2"),
            line("Postcode", "postcode", WHO.postcode, 20),
            line("City", "city", WHO.city, 100),
            country,
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        button("Save", type="submit", class_name="self-end"),
        on_submit=CareState.correct,
        reset_on_submit=False,
        class_name=FORM,
    )
