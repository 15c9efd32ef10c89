"""The window in which a code is made, many codes at once, or one is changed."""

from typing import Any

import reflex as rx

from ezscale.state.admin.coupon_form import EDIT, EVER, MANY, MONTHS, NEW, ONCE, SOME, CouponFormState
from ezscale.state.marketing.catalog import cycle_name
from ezscale.ui import button, checkbox, dialog, icon, select_field, text_field
from ezscale.ui.base import words

ERRORS, TYPED = CouponFormState.errors, CouponFormState.typed
KINDS = (
    ("percent", "A share of the price"),
    ("fixed", "A sum off the price"),
    ("override", "Another price for the plan"),
    ("free_setup", "No setup fee"),
)
LASTS = ((ONCE, "Once"), (SOME, "For some cycles"), (EVER, "For ever"))
PAIR = "grid grid-cols-1 gap-4 sm:grid-cols-2"


def new_button() -> rx.Component:
    """Opens the window for a new code."""
    return button(icon("plus"), "New code", size="small", on_click=CouponFormState.ask(NEW, ""))


def many_button() -> rx.Component:
    """Opens the window for many codes."""
    return button(icon("tickets"), "Many codes", look="plain", size="small", on_click=CouponFormState.ask(MANY, ""))


def edit_button(coupon_id: Any) -> rx.Component:
    """Opens the window for the code that is shown."""
    return button(icon("pencil"), "Edit", look="plain", size="small", on_click=CouponFormState.ask(EDIT, coupon_id))


def coupon_form() -> rx.Component:
    """The window, which the state opens."""
    asked = CouponFormState.question
    title = rx.match(asked, (MANY, "Many codes"), (EDIT, rx.Var.create("Change ") + CouponFormState.code), "New code")
    text = words(
        CouponFormState.is_used,
        "It has been used: only its end, its uses and the note can change.",
        "Sums come off before tax, from the plan, its options and recurring add-ons.",
    )
    form = rx.el.form(
        rx.match(asked, (MANY, _many()), (NEW, _code()), rx.fragment()),
        rx.cond(CouponFormState.is_used, rx.fragment(), rx.fragment(_value(), _limits())),
        _uses(asked),
        button("Save", type="submit", class_name="self-end"),
        on_submit=CouponFormState.save,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-5",
    )
    return dialog(None, form, title=title, text=text, open=asked != "", on_open_change=CouponFormState.show)


def _code() -> rx.Component:
    return text_field(
        "Code",
        "code",
        errors=ERRORS,
        required=True,
        max_length=40,
        placeholder="SPRING-26",
        auto_complete="off",
        hint="Letters, digits and hyphens; capitals do not matter.",
    )


def _many() -> rx.Component:
    return rx.el.div(
        text_field(
            "They begin with",
            "prefix",
            errors=ERRORS,
            required=True,
            max_length=20,
            placeholder="FAIR",
            auto_complete="off",
            hint="FAIR-7KQ2MX9D, each for one use.",
        ),
        text_field("How many", "number", errors=ERRORS, required=True, input_mode="numeric", placeholder="100"),
        class_name=PAIR,
    )


def _value() -> rx.Component:
    percent = text_field(
        "Percent", "percent", errors=ERRORS, required=True, input_mode="numeric", default_value=TYPED["percent"]
    )
    sums = text_field(
        words(CouponFormState.kind == "override", "Price instead", "Sum off"),
        "amounts",
        errors=ERRORS,
        required=True,
        placeholder="EUR 5, USD 5.50",
        default_value=TYPED["amounts"],
        hint="One for each currency it is for, before tax.",
    )
    kind = select_field(
        "What it does",
        "kind",
        KINDS,
        errors=ERRORS,
        default_value=CouponFormState.kind,
        on_change=CouponFormState.choose_kind,
    )
    lasts = select_field(
        "How long",
        "lasts",
        LASTS,
        errors=ERRORS,
        default_value=CouponFormState.lasts,
        on_change=CouponFormState.choose_lasts,
    )
    cycles = text_field(
        "Cycles", "cycles", errors=ERRORS, required=True, input_mode="numeric", default_value=TYPED["cycles"]
    )
    how_long = rx.el.div(lasts, rx.cond(CouponFormState.lasts == SOME, cycles), class_name=PAIR)
    return rx.fragment(
        rx.el.div(
            kind,
            rx.match(CouponFormState.kind, ("percent", percent), ("free_setup", rx.fragment()), sums),
            class_name=PAIR,
        ),
        rx.cond(CouponFormState.kind == "free_setup", rx.fragment(), how_long),
    )


def _limits() -> rx.Component:
    return rx.fragment(
        _boxes("For these plans", "plans", rx.foreach(CouponFormState.plans, _plan)),
        _boxes(
            "For these billing cycles",
            "months",
            *(
                checkbox(cycle_name(months), field, default_checked=CouponFormState.months.contains(field))
                for field, months in MONTHS.items()
            ),
        ),
        rx.el.div(
            checkbox("Only for new customers", "new_customers_only", default_checked=TYPED["new_customers_only"] != ""),
            checkbox(
                "Only for those who came by a customer's link",
                "referred_only",
                default_checked=TYPED["referred_only"] != "",
            ),
            class_name="flex flex-col gap-2.5",
        ),
    )


def _uses(asked: Any) -> rx.Component:
    in_all = text_field(
        "Uses in all",
        "max_uses",
        errors=ERRORS,
        input_mode="numeric",
        default_value=TYPED["max_uses"],
    )
    each = text_field(
        "Uses for each customer",
        "uses_each",
        errors=ERRORS,
        input_mode="numeric",
        default_value=TYPED["uses_each"],
    )
    since = text_field("First day", "since", errors=ERRORS, type="date", default_value=TYPED["since"])
    until = text_field("Last day", "until", errors=ERRORS, type="date", default_value=TYPED["until"])
    fresh = ~CouponFormState.is_used
    return rx.fragment(
        rx.el.div(rx.cond(asked != MANY, in_all), rx.cond(fresh, each), class_name=PAIR),
        rx.el.div(rx.cond(fresh, since), until, class_name=PAIR),
        text_field("Note", "note", errors=ERRORS, max_length=200, default_value=TYPED["note"], hint="For colleagues."),
    )


def _plan(plan: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        name=plan.field,
        default_checked=plan.ticked,
        class_name="mt-0.5 size-4 shrink-0 accent-ink dark:accent-volt",
    )
    return rx.el.label(box, rx.el.span(plan.name), class_name="flex items-start gap-2.5 text-sm text-body")


def _boxes(legend: str, name: str, *boxes: Any) -> rx.Component:
    wrong = rx.cond(
        ERRORS.contains(name), rx.el.p(ERRORS[name], class_name="mt-2 text-[0.8125rem] text-danger", role="alert")
    )
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="mb-1 text-sm font-medium text-ink"),
        rx.el.p("None ticked: for all.", class_name="mb-2.5 text-xs text-faint"),
        rx.el.div(*boxes, class_name="grid grid-cols-2 gap-2.5 sm:grid-cols-3"),
        wrong,
        id=name,
        tab_index=-1,
    )
