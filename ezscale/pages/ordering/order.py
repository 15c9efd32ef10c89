"""The order page."""

from typing import Any

import reflex as rx

from ezscale.pages.account.profile import address_fields
from ezscale.pages.ordering.fitting_out import add_ons, options, wrong
from ezscale.pages.ordering.waiting import instead_of_paying, is_gone, waiting
from ezscale.pages.shell import WIDTH, marketing_page
from ezscale.state.ordering.order_form import OrderState
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    button,
    card,
    checkbox,
    choice,
    choices,
    company,
    heading,
    icon,
    link,
    notice,
    select_field,
    skeleton,
    text_field,
)

BASKET, PRICE, ERRORS = OrderState.basket, OrderState.price, OrderState.errors


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
        rx.el.aside(_summary(), class_name="min-w-0 lg:sticky lg:top-22"),
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


def _summary() -> rx.Component:
    changed = notice(OrderState.price_note, "warning", title="The price has changed")
    return card(
        rx.cond(OrderState.price_note != "", rx.el.div(changed, class_name="mb-4")),
        rx.cond(OrderState.parked, _parked()),
        rx.el.div(rx.cond(OrderState.priced, _price(), _no_price()), aria_live="polite"),
        rx.el.div(_more(), class_name="mt-4"),
        rx.el.div(_coupon(), class_name="mt-5"),
        rx.el.div(_going_on(), class_name="mt-5 border-t border-line pt-5"),
        title="Your order",
    )


def _parked() -> rx.Component:
    """The other servers of this order."""

    def line_of(item: Any) -> rx.Component:
        trouble = rx.Var.create("item-") + item.place.to_string()
        words = rx.el.div(
            rx.el.div(item.hostname, class_name="truncate text-sm font-medium text-ink"),
            rx.el.div(item.name, " · ", item.details, class_name="text-xs text-faint"),
            class_name="min-w-0",
        )
        deeds = rx.el.div(
            button("Change", look="quiet", size="small", on_click=OrderState.take_up(item.place)),
            button(
                icon("trash-2", 15),
                rx.el.span("Remove ", item.hostname, class_name="sr-only"),
                look="quiet",
                size="small",
                on_click=OrderState.leave_out(item.place),
            ),
            class_name="flex shrink-0 items-center",
        )
        return rx.el.li(
            rx.el.div(words, deeds, class_name="flex items-center justify-between gap-2"),
            wrong(OrderState, trouble),
            key=item.place.to_string(),
            class_name="py-2",
        )

    return rx.el.div(
        rx.el.h3("Also in this order", class_name="text-xs font-medium text-faint"),
        rx.el.ul(rx.foreach(OrderState.parked, line_of), class_name="divide-y divide-line"),
        class_name="mb-4 border-b border-line pb-2",
    )


def _more() -> rx.Component:
    """More servers in the same order."""
    another = button(icon("plus"), "Add another server", look="plain", size="small", on_click=OrderState.park)
    without = button("Leave this one out", look="quiet", size="small", on_click=OrderState.leave_this_out)
    return rx.el.div(
        rx.cond(OrderState.is_full, rx.fragment(), another),
        rx.cond(OrderState.parked, without),
        class_name="flex flex-wrap gap-2",
    )


def _price() -> rx.Component:
    small = "flex justify-between gap-4 text-sm text-body"
    lines = rx.foreach(
        PRICE.lines,
        lambda line: rx.el.div(
            rx.el.dt(line.text, class_name="min-w-0 [overflow-wrap:anywhere]"),
            rx.el.dd(line.amount, class_name="text-ink tabular-nums"),
            class_name=rx.cond(
                line.head, "flex justify-between gap-4 pt-1 text-sm font-medium text-ink first:pt-0", small
            ),
        ),
    )
    tax = rx.el.div(rx.el.dt(PRICE.tax_name), rx.el.dd(PRICE.tax, class_name="text-ink tabular-nums"), class_name=small)
    total = rx.el.div(
        rx.el.dt("Total today"),
        rx.el.dd(PRICE.total, class_name="tabular-nums"),
        class_name="flex items-baseline justify-between gap-4 border-t border-line pt-3 text-lg font-semibold text-ink",
        id="total",
    )
    return rx.fragment(
        rx.el.dl(lines, tax, total, class_name="flex flex-col gap-2.5"),
        rx.el.p(
            rx.foreach(
                PRICE.renewals,
                lambda renewal: rx.el.span(
                    "Renews on ",
                    renewal.on,
                    " for ",
                    rx.el.span(renewal.price, class_name="font-medium text-body"),
                    ", tax included. ",
                ),
            ),
            "Cancel any time before.",
            class_name="mt-3 text-xs leading-relaxed text-faint",
        ),
        rx.cond(
            PRICE.needs_approval,
            rx.el.p("One of us looks at this order before it is built.", class_name="mt-1.5 text-xs text-faint"),
        ),
        rx.cond(PRICE.tax_note != "", rx.el.p(PRICE.tax_note, class_name="mt-1.5 text-xs text-faint")),
    )


def _no_price() -> rx.Component:
    """Nothing where the plan is gone: the waitlist says so below."""
    return rx.cond(~is_gone(), rx.el.p("This cannot be ordered as it is chosen.", class_name="text-sm text-danger"))


def _coupon() -> rx.Component:
    return text_field(
        "Coupon code",
        "coupon",
        errors=ERRORS,
        max_length=40,
        auto_complete="off",
        auto_capitalize="characters",
        default_value=BASKET.coupon,
        on_change=lambda code: OrderState.choose("coupon", code).debounce(400),
        key=rx.Var.create("coupon") + OrderState.visits.to_string(),
    )


def _going_on() -> rx.Component:
    big = "w-full"
    consent = checkbox(
        f"{company()} may keep my card with its payment provider and charge it for renewals until I cancel.",
        "consent",
        errors=ERRORS,
    )
    agreed = rx.el.p(
        "By ordering you agree to our ",
        link("terms", "/terms/"),
        " and our ",
        link("acceptable use policy", "/acceptable-use/"),
        ". You pay on the page of our payment provider.",
        class_name="text-xs leading-relaxed text-faint",
    )
    pay = button(
        icon("lock"),
        "Order and pay",
        type="submit",
        size="large",
        busy=OrderState.ordering,
        disabled=OrderState.ordering | ~OrderState.priced,
        class_name=big,
    )
    customer = rx.cond(is_gone(), instead_of_paying(), rx.fragment(consent, pay, agreed))
    go_on = button("Continue", icon("arrow-right"), type="submit", size="large", class_name=big)
    visitor = rx.fragment(
        rx.cond(is_gone(), instead_of_paying(), go_on),
        rx.el.p(
            "You need an account. Have one? ",
            link("Log in", OrderState.login_address),
            class_name="text-center text-sm text-faint",
        ),
    )
    staff = notice("You are signed in as staff. Servers are ordered by customers.", "info")
    others = notice("Servers are ordered by an owner of the account, or by whoever looks after its bills.", "info")
    nobodys = rx.cond(OrderState.is_staff, staff, others)
    shown = rx.cond(OrderState.signed_in, rx.cond(OrderState.has_customer, customer, nobodys), visitor)
    return rx.el.div(shown, class_name="flex flex-col gap-4")


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
