"""Plans with their prices. The switches for currency and cycle are radio buttons that the stylesheet follows."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

import reflex as rx

from ezscale.state.currency_choices import CURRENCY_SIGNS
from ezscale.state.marketing.catalog import PlanCard, PriceTag, ShopWindow, cycle_length, cycle_name
from ezscale.state.marketing.prices import PricesState, price_key
from ezscale.ui import badge, button, native_form

LINE_BELOW = "mt-0.5 block text-xs font-normal text-faint [overflow-wrap:anywhere]"


def offers(shop: ShopWindow, *content: Any, cycles: Sequence[int]) -> rx.Component:
    """Content that shows prices, below the switches; its buttons order in the chosen currency and cycle."""
    if not shop.plans:
        return rx.el.p("Nothing is for sale at the moment. Please come back soon.", class_name="text-sm text-faint")
    of_today = PricesState.currencies
    codes = rx.cond(of_today, of_today, list(shop.currencies))
    currencies = rx.foreach(codes, lambda code, place: _choice("currency", place, code, _sign(code)))
    switches = [_switch("Currency", currencies)]
    if len(cycles) > 1:
        best = f"save {shop.best_saving}%" if shop.best_saving else ""
        choices = [
            _choice("months", place, str(months), cycle_length(months), best if months == cycles[-1] else "")
            for place, months in enumerate(cycles)
        ]
        switches.insert(0, _switch("Pay for", *choices, shape="grid grid-cols-3 sm:inline-flex"))
    else:
        switches.append(
            rx.el.input(type="radio", name="months", value=str(cycles[0]), default_checked=True, hidden=True)
        )
    return native_form(
        rx.el.div(*switches, class_name="flex flex-wrap items-center gap-3"),
        *content,
        action="/order/",
        method="get",
        class_name="offers",
        on_mount=PricesState.look(shop.mark),
    )


def plan_cards(shop: ShopWindow, plans: Sequence[PlanCard], columns: str, cycles: Sequence[int] = ()) -> rx.Component:
    """Plans side by side, with the prices of some cycles, or of all."""
    shown = [plan.of_cycles(cycles) if cycles else plan for plan in plans]
    return rx.el.ul(*[_card(shop, plan) for plan in shown], class_name=f"grid gap-4 {columns}")


def plan_table(shop: ShopWindow, plans: Sequence[PlanCard]) -> rx.Component:
    """Plans below each other, to compare."""
    names = ("Plan", "vCPU", "Memory", "Disk", "Traffic", "Price", "")
    looks = ("", "hidden md:table-cell", "hidden sm:table-cell", "hidden md:table-cell", "hidden md:table-cell", "", "")
    head = [
        rx.el.th(
            name or rx.el.span("Order", class_name="sr-only"),
            scope="col",
            class_name=f"px-3 py-3 font-medium sm:px-5 {look}",
        )
        for name, look in zip(names, looks, strict=True)
    ]
    sheet = rx.el.table(
        rx.el.caption("Plans and prices before tax", class_name="sr-only"),
        rx.el.thead(rx.el.tr(*head), class_name="border-b border-line text-left text-xs text-faint"),
        rx.el.tbody(*[_line(shop, plan) for plan in plans], class_name="divide-y divide-line"),
        class_name="w-full text-sm",
    )
    return rx.el.div(sheet, class_name="overflow-hidden rounded-xl border border-line bg-surface shadow-card")


def prices(shop: ShopWindow, plan: PlanCard) -> rx.Component:
    """A plan's price in every currency and cycle, of which the stylesheet shows one; it says so where there is none.

    The page holds the prices it was built with, for search engines; those of today take their place.
    """
    by_currency: dict[str, list[PriceTag]] = {currency: [] for currency in shop.currencies}
    for tag in plan.prices:
        by_currency[tag.currency].append(tag)
    as_built = [
        _in_currency(place, *[_price(tag.months, tag.per_month, tag.note) for tag in tags] or [_no_price(currency)])
        for place, (currency, tags) in enumerate(by_currency.items())
    ]
    cycles = sorted({tag.months for tag in plan.prices})
    of_today = rx.foreach(
        PricesState.currencies, lambda code, place: _in_currency(place, _prices_of_today(plan, code, cycles))
    )
    return rx.el.div(rx.cond(PricesState.currencies, of_today, rx.fragment(*as_built)))


def product_data(plans: Iterable[PlanCard], address: str) -> list[dict[str, Any]]:
    """Plans and what they cost, for search engines."""
    return [
        {
            "@type": "Product",
            "name": plan.name,
            "category": plan.family,
            "description": f"{plan.summary} {plan.cores}, {plan.memory} memory, {plan.disk} disk, {plan.traffic} traffic.",
            "sku": plan.slug,
            "offers": [
                {
                    "@type": "Offer",
                    "price": tag.amount,
                    "priceCurrency": tag.currency,
                    "availability": f"https://schema.org/{'OutOfStock' if plan.sold_out else 'InStock'}",
                    "url": address,
                    "name": cycle_name(tag.months),
                }
                for tag in plan.prices
            ],
        }
        for plan in plans
    ]


def _switch(label: str, *choices: rx.Component, shape: str = "inline-flex flex-wrap") -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(label, class_name="sr-only"), *choices, class_name=f"{shape} rounded-lg bg-sunken p-1 text-center"
    )


def _choice(name: str, place: Any, value: Any, text: Any, note: str = "") -> rx.Component:
    small = "block text-xs whitespace-nowrap text-accent sm:ml-1.5 sm:inline"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=name,
            value=value,
            default_checked=place == 0,
            custom_attrs={"data-place": place + 1},
            class_name="peer sr-only",
        ),
        rx.el.span(
            text,
            *([rx.el.span(note, class_name=small)] if note else []),
            class_name=(
                "block cursor-pointer rounded-md px-3 py-1.5 text-sm text-body hover:text-ink peer-checked:bg-surface "
                "peer-checked:font-medium peer-checked:text-ink peer-checked:shadow-card peer-focus-visible:outline-2 "
                "peer-focus-visible:outline-ink dark:peer-checked:bg-line"
            ),
        ),
    )


def _sign(code: Any) -> Any:
    return rx.match(code, *((each, f"{sign} {each}") for each, sign in CURRENCY_SIGNS.items()), code)


def _card(shop: ShopWindow, plan: PlanCard) -> rx.Component:
    cores = plan.cores.removesuffix(" vCPU")
    facts = [
        rx.el.div(
            rx.el.dt(name, class_name="text-faint"),
            rx.el.dd(value, class_name="text-right [overflow-wrap:anywhere]"),
            class_name="flex justify-between gap-3",
        )
        for name, value in (
            *(("vCPU", cores), ("Memory", plan.memory), ("Disk", plan.disk), ("Traffic", plan.traffic)),
            *([("Backups", plan.backups)] if plan.backups else []),
        )
    ]
    head = rx.el.div(
        rx.el.h3(plan.name, class_name="text-base font-semibold"),
        *([badge("Most chosen", "success")] if plan.popular else []),
        class_name="flex min-h-6 items-center justify-between gap-2",
    )
    return rx.el.li(
        head,
        rx.el.p(plan.summary, class_name="mt-1 min-h-10 text-sm text-faint"),
        rx.el.div(prices(shop, plan), class_name="mt-4 min-h-16"),
        rx.el.dl(*facts, class_name="mt-4 flex flex-col gap-2 border-t border-line pt-4 text-sm text-ink tabular-nums"),
        _order(plan, "mt-6 w-full"),
        class_name=(
            "flex flex-col rounded-xl border bg-surface p-5 shadow-card "
            + ("border-ink dark:border-volt" if plan.popular else "border-line")
        ),
    )


def _line(shop: ShopWindow, plan: PlanCard) -> rx.Component:
    small = f"{plan.cores} · {plan.memory} · {plan.disk} · {plan.traffic}"
    name = rx.el.th(
        rx.el.span(plan.name, class_name="text-[0.9375rem] font-semibold text-ink"),
        rx.el.span(small, class_name="mt-0.5 block text-xs font-normal text-faint md:hidden"),
        rx.el.span(plan.summary, class_name="mt-0.5 hidden text-xs font-normal text-faint lg:block"),
        *([rx.el.span("Backups: ", plan.backups, class_name=LINE_BELOW)] if plan.backups else []),
        scope="row",
        class_name="px-3 py-4 text-left sm:px-5",
    )
    wide = "hidden px-5 py-4 text-ink md:table-cell whitespace-nowrap"
    return rx.el.tr(
        name,
        rx.el.td(plan.cores.removesuffix(" vCPU"), class_name=wide),
        rx.el.td(plan.memory, class_name=wide.replace("md:", "sm:")),
        rx.el.td(plan.disk, class_name=wide),
        rx.el.td(plan.traffic, class_name=wide),
        rx.el.td(prices(shop, plan), class_name="px-3 py-4 align-middle sm:px-5 whitespace-nowrap"),
        rx.el.td(_order(plan, ""), class_name="py-4 pr-3 text-right sm:pr-5"),
        class_name="align-middle",
    )


def _in_currency(place: Any, *content: rx.Component) -> rx.Component:
    return rx.el.div(*content, custom_attrs={"data-currency": place + 1})


def _prices_of_today(plan: PlanCard, currency: Any, cycles: Sequence[int]) -> rx.Component:
    keys = {months: price_key(plan, currency, months) for months in cycles}
    sold = reduce(or_, [PricesState.per_month.contains(key) for key in keys.values()])
    return rx.cond(
        sold,
        rx.fragment(
            *[
                rx.cond(
                    PricesState.per_month.contains(key),
                    _price(months, PricesState.per_month[key], PricesState.notes[key]),
                )
                for months, key in keys.items()
            ]
        ),
        _no_price(currency),
    )


def _no_price(currency: Any) -> rx.Component:
    return rx.el.span(f"Not sold in {currency}", class_name="text-sm text-faint")


def _price(months: int, per_month: Any, note: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(per_month, class_name="text-[1.625rem] font-semibold tracking-tight text-ink tabular-nums"),
        rx.el.span(" /mo", class_name="text-sm text-faint"),
        rx.el.span(note, class_name="block text-xs text-faint"),
        custom_attrs={"data-months": str(months)},
    )


def _order(plan: PlanCard, class_name: str) -> rx.Component:
    look = "primary" if plan.popular else "plain"
    gone = rx.cond(PricesState.sold_out.contains(plan.slug), PricesState.sold_out[plan.slug], plan.sold_out)
    words = (rx.cond(gone, "Sold out", "Order"), rx.el.span(plan.name, class_name="sr-only"))
    return button(*words, type="submit", look=look, name="plan", value=plan.slug, disabled=gone, class_name=class_name)
