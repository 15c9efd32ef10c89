"""The order page."""

from typing import Any

import reflex as rx

from ezscale.pages.account.profile import address_fields
from ezscale.pages.ordering.fitting_out import add_ons, options, wrong
from ezscale.pages.ordering.summary import summary
from ezscale.pages.ordering.waiting import waiting
from ezscale.pages.shell import WIDTH, marketing_page
from ezscale.state.ordering.order_form import OrderState
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    button,
    card,
    choice,
    choices,
    heading,
    icon,
    link,
    select_field,
    skeleton,
    text_field,
)

BASKET, ERRORS = OrderState.basket, OrderState.errors


def order() -> rx.Component:
    """Choose a server, see its price as it will be charged, order it."""
    head = rx.el.header(
        rx.el.h1("Order a server", class_name="text-2xl font-semibold tracking-tight text-ink sm:text-3xl"),
        rx.el.p("Yours a few minutes after you have paid.", class_name="mt-1.5 text-sm text-faint"),
        class_name="mb-8",
    )
    form = rx.el.form(
        rx.el.div(
            _families(),
            _plans(),
            waiting(),
            _cycles(),
            options(OrderState),
            add_ons(OrderState),
            _places(),
            _systems(),
            _name(),
            _customer(),
            class_name="flex min-w-0 flex-col gap-9",
        ),
        rx.el.aside(summary(), class_name="min-w-0 lg:sticky lg:top-22"),
        on_submit=OrderState.submit,
        class_name="grid grid-cols-1 items-start gap-9 lg:grid-cols-[minmax(0,1fr)_23rem] lg:gap-10",
    )
    content = rx.cond(OrderState.loaded, form, card(skeleton(10), class_name="min-h-dvh"))
    return marketing_page(rx.el.div(head, content, class_name=f"py-10 {WIDTH}"), at="/order/")


def _families() -> rx.Component:
    def press(family: Any) -> rx.Component:
        return button(
            family.name,
            look="plain",
            size="small",
            on_click=OrderState.choose("plan", family.slug),
            disabled=family.is_chosen,
            custom_attrs={"aria-pressed": family.is_chosen},
            class_name="disabled:bg-sunken disabled:text-ink disabled:opacity-100",
        )

    row = rx.el.div(
        rx.foreach(OrderState.families, press),
        role="group",
        aria_label="What to order",
        class_name="flex flex-wrap gap-2",
    )
    return rx.cond(OrderState.families.length() > 0, row)


def _plans() -> rx.Component:
    def card_of(plan: Any) -> rx.Component:
        name = rx.el.span(
            rx.el.span(plan.name, class_name="font-semibold text-ink"),
            rx.cond(plan.popular, rx.el.span("Most chosen", class_name=BADGE)),
            rx.cond(plan.left != "", rx.el.span(plan.left, class_name=SCARCE)),
            class_name="flex flex-wrap items-center gap-2",
        )
        words = rx.el.span(
            name,
            rx.el.span(plan.size, class_name="text-[0.8125rem] text-body"),
            rx.el.span(plan.summary, class_name="text-xs text-faint"),
            rx.cond(plan.backups != "", rx.el.span("Backups: ", plan.backups, class_name="text-xs text-faint")),
            class_name="flex min-w-0 flex-1 flex-col gap-1",
        )
        price = rx.el.span(
            rx.el.span(plan.price, class_name="font-semibold text-ink tabular-nums"),
            rx.el.span("a month", class_name="text-xs text-faint"),
            class_name="flex flex-col items-end",
        )
        return _choice("plan", plan.slug, BASKET.plan, words, price, class_name="items-start justify-between gap-4")

    return choices("Plan", rx.foreach(OrderState.plans, card_of), error=wrong(OrderState, "plan"))


def _cycles() -> rx.Component:
    def card_of(cycle: Any) -> rx.Component:
        head = rx.el.span(
            rx.el.span(cycle.name, class_name="font-medium text-ink"),
            rx.cond(cycle.saves != "", rx.el.span(cycle.saves, class_name=BADGE)),
            class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
        )
        price = rx.el.span(cycle.price, class_name="text-[0.8125rem] text-faint tabular-nums")
        return _choice("months", cycle.months, BASKET.months, head, price, class_name="flex-col gap-1")

    currency = rx.el.div(
        rx.el.label("Currency", html_for="currency", class_name="text-[0.8125rem] text-faint"),
        rx.el.select(
            rx.foreach(OrderState.currencies, lambda option: rx.el.option(option.text, value=option.value)),
            id="currency",
            name="currency",
            value=BASKET.currency,
            on_change=lambda value: OrderState.choose("currency", value),
            class_name="h-8 rounded-md border border-edge bg-surface px-2 text-[0.8125rem] text-ink",
        ),
        class_name="absolute right-0 top-0 flex items-center gap-2",
    )
    cards = choices(
        "Billing cycle",
        rx.foreach(OrderState.cycles, card_of),
        class_name="grid gap-2.5 sm:grid-cols-3",
        error=wrong(OrderState, "months"),
    )
    return rx.el.div(cards, currency, class_name="relative")


def _places() -> rx.Component:
    def place_card(place: Any) -> rx.Component:
        full = rx.cond(place.is_full, rx.el.span("Full at the moment", class_name="text-xs font-normal text-faint"))
        return _named("location", place, BASKET.location, "map-pin", full, disabled=place.is_full)

    return choices(
        "Location",
        rx.foreach(OrderState.places, place_card),
        class_name="grid grid-cols-2 gap-2.5 sm:grid-cols-3",
        error=wrong(OrderState, "location"),
    )


def _systems() -> rx.Component:
    return choices(
        OrderState.words.image,
        rx.foreach(OrderState.systems, lambda image: _named("image", image, BASKET.image, "disc-3")),
        class_name="grid grid-cols-2 gap-2.5",
        error=wrong(OrderState, "image"),
    )


def _name() -> rx.Component:
    return rx.el.section(
        heading(OrderState.words.name, "mb-3"),
        text_field(
            OrderState.words.name_label,
            "hostname",
            errors=ERRORS,
            hint=OrderState.words.name_hint,
            required=True,
            max_length=190,
            placeholder=OrderState.words.name_example,
            auto_complete="off",
            spell_check=False,
            default_value=BASKET.hostname,
            on_blur=OrderState.name_server,
            key=rx.Var.create("hostname") + OrderState.visits.to_string(),
        ),
    )


def _customer() -> rx.Component:
    country = select_field(
        "Country",
        "country",
        countries(),
        errors=ERRORS,
        hint="It decides the tax.",
        value=BASKET.country,
        on_change=lambda value: OrderState.choose("country", value),
    )
    visitor = rx.el.section(heading("Where you are", "mb-3"), country)
    address = rx.el.section(
        heading("Billing address", "mb-3"),
        address_fields(OrderState.customer, ERRORS, OrderState.visits, country=False),
        rx.el.div(country, class_name="mt-4"),
    )
    customer = OrderState.customer
    known = rx.el.section(
        heading("Billing address", "mb-3"),
        rx.el.div(
            rx.el.address(
                rx.cond(customer.company != "", rx.el.div(customer.company)),
                rx.el.div(customer.name),
                rx.el.div(customer.address),
                rx.el.div(customer.postcode, " ", customer.city),
                rx.el.div(customer.country_name),
                class_name="text-sm not-italic text-body",
            ),
            link("Change", "/account/profile/"),
            class_name="flex items-start justify-between gap-4 rounded-lg border border-line bg-surface p-4 text-sm",
        ),
    )
    signed_in = rx.cond(OrderState.needs_address, address, known)
    return rx.cond(OrderState.has_customer, signed_in, visitor)


def _named(
    name: str, option: Any, chosen: Any, sign: str, *beside: rx.Component, disabled: rx.Var[bool] | bool = False
) -> rx.Component:
    words = rx.el.span(
        icon(sign, 16, "text-faint"),
        rx.el.span(option.text, *beside, class_name="flex min-w-0 flex-col font-medium text-ink"),
        class_name="flex min-w-0 items-center gap-2.5",
    )
    return _choice(name, option.value, chosen, words, disabled=disabled)


def _choice(
    name: str, value: Any, chosen: Any, *content: Any, disabled: rx.Var[bool] | bool = False, class_name: str = ""
) -> rx.Component:
    return choice(
        *content,
        name=name,
        value=value,
        chosen=chosen == value,
        on_choose=OrderState.choose(name, value),
        disabled=disabled,
        class_name=class_name,
    )


SCARCE = "rounded-full bg-warning-soft px-2 py-0.5 text-[0.6875rem] font-medium whitespace-nowrap text-warning"
BADGE = "rounded-full bg-accent-soft px-2 py-0.5 text-[0.6875rem] font-medium whitespace-nowrap text-accent"
