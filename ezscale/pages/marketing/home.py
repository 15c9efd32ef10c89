"""The home page."""

import reflex as rx

from ezscale.pages.marketing.offers import offers, plan_cards
from ezscale.pages.marketing.parts import choices, features, json_ld, questions, section, title
from ezscale.pages.shell import WIDTH, marketing_page
from ezscale.state.marketing.catalog import ShopWindow, cycle_length, shop_window
from ezscale.state.marketing.prices import PricesState
from ezscale.ui import company, icon, link, link_button
from ezscale.ui.base import words
from ezscale.ui.links import web_address

REASONS = (
    ("activity", "Watch it being built", "From payment to first boot, every step shows on your screen as it happens."),
    ("lock", "Your price is your price", "Renewals charge what you agreed to. A new price list is for new orders."),
    (
        "receipt-text",
        "Bills that add up",
        "Tax is shown before you pay, and every invoice is numbered, itemised and a PDF.",
    ),
    (
        "shield-check",
        "Secrets stay sealed",
        "Root passwords are kept encrypted and shown only after you enter your own again.",
    ),
    ("door-open", "Leave when you like", "Cancel in two clicks. The server runs to the end of what you have paid for."),
    (
        "terminal",
        "Made to be scripted",
        "Services and invoices are an API call away, with tokens that you can revoke.",
    ),
)
STEPS = (
    ("Choose", "A plan, a place and a system. The price you see, tax included, is the price that is charged."),
    ("Pay", "By card, on our payment provider's page. We never see the number."),
    ("Log in", "The address and the password wait in your account as soon as the build is done."),
)
QUESTIONS = (
    (
        "How soon is my server ready?",
        (
            "The build starts when your payment arrives and usually takes a few minutes. The portal shows each step, and a "
            "mail tells you when you can log in."
        ),
    ),
    (
        "What happens if a payment fails?",
        (
            "We tell you, and try again over the following days. If that does not help, our reminders say from which day on "
            "the server stands still; it is never deleted at once. Pay, and it runs again by itself."
        ),
    ),
    (
        "Can I cancel at any time?",
        (
            "Yes. A cancelled server runs until the end of the period you have paid for, and you can change your mind until "
            "then."
        ),
    ),
    (
        "Which currencies and taxes apply?",
        (
            "You are billed in the currency that you chose. Prices are shown before tax; what applies where you live is "
            "added before you pay, not after."
        ),
    ),
)


def home() -> rx.Component:
    """What a visitor sees first."""
    shop = shop_window()
    return marketing_page(
        _hero(shop),
        _facts(shop),
        section(
            title("Pick a size. Change the currency, not your mind.", "Full root access, IPv4 and IPv6 on every plan."),
            rx.el.div(
                offers(
                    shop,
                    plan_cards(shop, shop.servers[:4], "sm:grid-cols-2 lg:grid-cols-4", shop.cycles[:1]),
                    cycles=shop.cycles[:1],
                ),
                class_name="mt-8",
            ),
            rx.el.p(link("Compare all plans and cycles", "/pricing/"), class_name="mt-6 text-sm"),
        ),
        section(title("Run like a business you would trust with yours"), features(REASONS)),
        section(_how()),
        section(choices(shop.places, shop.systems)),
        section(
            rx.el.div(
                title("Good questions"),
                questions(QUESTIONS),
                class_name="grid gap-8 lg:grid-cols-[1fr_1.6fr]",
            )
        ),
        _invitation(shop),
        json_ld(
            {"@type": "Organization", "name": company(), "url": web_address("/"), "logo": web_address("/og.png")},
            {"@type": "WebSite", "name": company(), "url": web_address("/")},
        ),
        at="/",
    )


def _hero(shop: ShopWindow) -> rx.Component:
    first = shop.servers[0].price("USD", 1) if shop.servers else None
    words = rx.el.div(
        rx.el.h1(
            "Virtual servers, ",
            rx.el.span("sold plainly.", class_name="rounded-md bg-volt px-2 text-on-volt box-decoration-clone"),
            class_name="text-[2.5rem] leading-[1.08] font-semibold tracking-[-0.03em] sm:text-6xl",
        ),
        rx.el.p(
            f"Full root access in {_places(shop)}. Ready minutes after you pay, and renewed at the price you agreed to.",
            class_name="mt-6 max-w-xl text-lg leading-relaxed text-body",
        ),
        rx.el.div(
            link_button(
                f"See plans from {first.per_month} a month" if first else "See plans", to="/vps/", size="large"
            ),
            link_button("Create an account", to="/register/", look="plain", size="large"),
            class_name="mt-8 flex flex-wrap gap-3",
        ),
    )
    return rx.el.section(
        rx.el.div(
            words, _build_card(shop), class_name=f"grid items-center gap-12 lg:grid-cols-[1.15fr_1fr] lg:gap-16 {WIDTH}"
        ),
        class_name="overflow-hidden border-b border-line bg-surface py-14 sm:py-24",
    )


def _build_card(shop: ShopWindow) -> rx.Component:
    """A server being built, as the portal shows it; an example, and marked as one."""
    done = ("Payment received", "Server reserved", f"{shop.systems[0] if shop.systems else 'System'} installed")
    lines = [
        rx.el.li(
            rx.el.span(
                icon("check", 13), class_name="grid size-5 place-items-center rounded-full bg-volt text-on-volt"
            ),
            rx.el.span(text, class_name="flex-1"),
            rx.el.span(at, class_name="text-on-night-faint tabular-nums"),
            class_name="flex items-center gap-3 py-2.5",
        )
        for text, at in zip((*done, "Running"), ("0:00", "0:06", "1:48", "2:10"), strict=True)
    ]
    prompt = rx.el.p(
        rx.el.span("$ ", class_name="text-volt"),
        "ssh root@203.0.113.24",
        class_name="mt-4 overflow-x-auto rounded-md bg-night-raised px-3 py-2.5 font-mono text-[0.8125rem] text-on-night",
    )
    head = rx.el.div(
        rx.el.span("shop.example.com", class_name="font-medium"),
        rx.el.span("Active", class_name="rounded-full bg-volt px-2 py-0.5 text-xs font-medium text-on-volt"),
        class_name="flex items-center justify-between border-b border-night-line pb-4",
    )
    return rx.el.figure(
        rx.el.figcaption("A build, as your account shows it", class_name="mb-3 text-xs text-on-night-faint"),
        rx.el.div(head, rx.el.ol(*lines, class_name="mt-2 divide-y divide-night-line text-sm"), prompt),
        class_name="on-night w-full max-w-md rounded-xl border border-night-line bg-night p-5 text-on-night shadow-float sm:p-6 lg:justify-self-end",
    )


def _currencies(shop: ShopWindow) -> rx.Var[str]:
    """How many there are: those of the page, until today's are known to be others."""
    of_today = PricesState.currencies
    return words(of_today.length() > 0, of_today.length().to_string(), str(len(shop.currencies)))


def _facts(shop: ShopWindow) -> rx.Component:
    facts = [
        (str(len(shop.places)), "places to choose from"),
        (str(len(shop.systems)), "systems, ready to boot"),
        (_currencies(shop), "currencies, one price list"),
    ]
    if shop.best_saving:
        facts.append((f"{shop.best_saving}%", f"less when you pay for {cycle_length(shop.cycles[-1])}"))
    cells = [
        rx.el.div(
            rx.el.dt(name, class_name="text-sm text-faint"),
            rx.el.dd(figure, class_name="text-2xl font-semibold tracking-tight text-ink tabular-nums"),
            class_name="flex flex-col-reverse gap-1 py-6",
        )
        for figure, name in facts
    ]
    return rx.el.section(
        rx.el.dl(*cells, class_name="grid grid-cols-2 gap-x-6 sm:grid-cols-4"),
        aria_label="In figures",
        class_name=f"{WIDTH} border-b border-line",
    )


def _how() -> rx.Component:
    steps = [
        rx.el.li(
            rx.el.span(str(place), class_name="text-sm font-semibold text-accent tabular-nums"),
            rx.el.h3(name, class_name="mt-2 text-lg font-semibold"),
            rx.el.p(text, class_name="mt-1.5 text-sm leading-relaxed text-body"),
            class_name="border-t-2 border-ink pt-4 dark:border-volt",
        )
        for place, (name, text) in enumerate(STEPS, start=1)
    ]
    return rx.el.div(title("Three steps, no sales call"), rx.el.ol(*steps, class_name="mt-8 grid gap-8 sm:grid-cols-3"))


def _invitation(shop: ShopWindow) -> rx.Component:
    systems = ", ".join(shop.systems)
    return section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Start with one server.", class_name="text-3xl font-semibold tracking-tight !text-on-night"),
                rx.el.p(f"{systems}: choose one, and be at its prompt today.", class_name="mt-3 text-on-night-faint"),
            ),
            link_button("Choose a plan", to="/vps/", look="volt", size="large"),
            class_name=(
                "on-night flex flex-col items-start justify-between gap-8 rounded-xl border border-night-line bg-night p-8 "
                "sm:p-12 md:flex-row md:items-center"
            ),
        )
    )


def _places(shop: ShopWindow) -> str:
    *others, last = shop.places or ("our data centre",)
    return f"{', '.join(others)} or {last}" if others else last
