"""The payments of an invoice, and the windows in which one is written down, or taken back."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, figure, machine_name, two_lines
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.recording import WAYS, RecordingState
from ezscale.ui import Column, button, card, empty, form_dialog, select_field, table, text_area, text_field

SEEN, ERRORS = RecordingState.foreseen, RecordingState.errors


def payments_card() -> rx.Component:
    """What came, nothing while nothing did; what was recorded by hand can be taken back."""
    rows = table(
        InvoiceState.payments,
        [
            Column("Came", lambda row: two_lines(rx.el.span(row.at, class_name="text-ink"), row.way)),
            Column("Reference", _named_by, shown_from="sm"),
            Column("Fee", lambda row: row.fee, figures=True, shown_from="md"),
            Column("Amount", _came, figures=True),
        ],
        caption="Payments",
        key=by_id,
        empty=empty("No payments"),
    )
    return rx.cond(InvoiceState.payments.length() > 0, card(rows, title="Payments", flush=True))


def payment_windows() -> rx.Component:
    """Recording one, and taking one back."""
    return rx.fragment(_recording(), _taking_back())


def _named_by(row: Any) -> rx.Component:
    by = rx.cond(row.by != "", rx.fragment("Recorded by ", row.by))
    return two_lines(machine_name(row.reference), rx.cond(row.gone != "", row.gone, by))


def _came(row: Any) -> rx.Component:
    back = button(
        "Take back", look="quiet", size="small", on_click=RecordingState.ask_back(row.id), class_name="mt-1 -mr-2"
    )
    gone = rx.el.s(row.amount, class_name="text-faint")
    amount = rx.cond(row.gone != "", gone, rx.el.span(row.amount, class_name="font-medium text-ink"))
    return rx.el.div(amount, rx.cond(row.can_go, rx.el.div(back)))


def _recording() -> rx.Component:
    """By which way how much came, on which day, what it is called, and what recording it does."""
    amount = text_field(
        rx.Var.create("Amount in ") + RecordingState.currency,
        "amount",
        errors=ERRORS,
        default_value=RecordingState.to_pay,
        on_change=RecordingState.write.debounce(250),
        required=True,
        input_mode="decimal",
        max_length=20,
        auto_complete="off",
    )
    day = text_field(
        "It came on",
        "came_on",
        errors=ERRORS,
        default_value=RecordingState.today,
        max=RecordingState.today,
        required=True,
        type="date",
    )
    reference = text_field(
        "Reference",
        "reference",
        errors=ERRORS,
        required=True,
        max_length=100,
        auto_complete="off",
        hint="What the statement, the cheque or the receipt says. It is booked once.",
    )
    return form_dialog(
        None,
        select_field("How it came", "method", WAYS, errors=ERRORS),
        rx.el.div(amount, day, class_name="grid gap-4 sm:grid-cols-2"),
        reference,
        _does(),
        title="Record a payment",
        text=(
            "Money that came by another way than the payment page. A page that is open for this invoice is closed, and a "
            "charge that was not sent yet is dropped."
        ),
        yes="Record the payment",
        on_yes=RecordingState.record,
        open=RecordingState.is_open,
        on_open_change=RecordingState.show,
    )


def _does() -> rx.Component:
    sums = rx.el.dl(
        rx.cond(SEEN.pays != "", _sum("Pays of this invoice", SEEN.pays)),
        rx.cond(SEEN.left != "", _sum("Still to pay", SEEN.left)),
        rx.cond(SEEN.credit != "", _sum("Becomes credit", SEEN.credit)),
        class_name="flex flex-col gap-1.5",
    )
    words = rx.cond(SEEN.words != "", rx.el.p(SEEN.words, class_name="mt-2 text-sm text-body"))
    problem = rx.el.p(SEEN.problem, class_name="text-sm text-danger")
    return rx.el.div(
        rx.cond(SEEN.problem != "", problem, rx.fragment(sums, words)),
        aria_live="polite",
        class_name="rounded-lg bg-sunken p-3.5",
    )


def _sum(name: str, amount: rx.Var[str]) -> rx.Component:
    row = "flex justify-between gap-6 text-sm text-body"
    return rx.el.div(rx.el.dt(name), rx.el.dd(figure(amount)), class_name=row)


def _taking_back() -> rx.Component:
    return form_dialog(
        None,
        text_area("What was wrong?", "reason", errors=ERRORS, required=True, max_length=200, rows="2"),
        title="Take this payment back?",
        text=(
            "It is booked no more: what it paid is to be paid again, what became credit is gone, and its reference is free. "
            "Services stay as they are, and reminders begin anew."
        ),
        yes="Take the payment back",
        on_yes=RecordingState.take_back,
        look="danger",
        open=RecordingState.is_taking_back,
        on_open_change=RecordingState.show_back,
    )
