"""What staff see of a service that is going to be deleted, and decide about it."""

import reflex as rx

from ezscale.state.admin.service import ServiceState
from ezscale.ui import button, form_dialog, notice, select_field, text_area, text_field

DELETION = ServiceState.deletion
BACKUPS = (
    ("", "Please choose"),
    ("made", "A backup was made, and can be read"),
    ("not_needed", "No backup is needed"),
)


def deletion() -> rx.Component:
    """The day on which it goes, with what can be done about it."""
    planned = notice(
        rx.fragment(
            "Its subscription has ended. It stands still until then, and its customer has been told. ", DELETION.why
        ),
        "warning",
        title=rx.fragment("It will be deleted on ", DELETION.day),
        actions=(rx.cond(DELETION.may_decide, rx.fragment(_another_day("Another day"), _keep(), _now())),),
    )
    kept = notice(
        rx.fragment("Its subscription has ended, and nobody pays for it. ", DELETION.why),
        "info",
        title="It is kept from being deleted",
        actions=(rx.cond(DELETION.may_decide, _another_day("Delete it after all")),),
    )
    return rx.cond(DELETION.day != "", rx.cond(DELETION.kept, kept, planned))


def _another_day(text: str) -> rx.Component:
    return form_dialog(
        button(text, look="plain", size="small", on_click=ServiceState.decide("day")),
        text_field("Delete it on", "day", type="date", errors=ServiceState.errors, required=True),
        _why(),
        title="On which day shall it be deleted?",
        text="Its customer gets a mail with the new day, and another one on the day before it.",
        yes="Set this day",
        on_yes=ServiceState.move_deletion,
        open=ServiceState.deciding == "day",
        on_open_change=ServiceState.leave_it,
    )


def _keep() -> rx.Component:
    return form_dialog(
        button("Keep it", look="plain", size="small", on_click=ServiceState.decide("keep")),
        _why(),
        title="Keep it from being deleted?",
        text="It goes on standing still, and nobody pays for it. After a month the doctor asks what shall become of it.",
        yes="Keep it",
        on_yes=ServiceState.call_off_deletion,
        open=ServiceState.deciding == "keep",
        on_open_change=ServiceState.leave_it,
    )


def _now() -> rx.Component:
    return form_dialog(
        button("Delete now", look="plain", size="small", on_click=ServiceState.decide("now")),
        notice("Everything on it is gone for good.", "danger"),
        select_field("Is there a backup?", "backup", BACKUPS, errors=ServiceState.errors, required=True),
        _why(),
        title="Delete it now?",
        text="It does not wait for its day. Once the panel has begun, nothing takes it back.",
        yes="Delete it now",
        on_yes=ServiceState.delete_now,
        look="danger",
        open=ServiceState.deciding == "now",
        on_open_change=ServiceState.leave_it,
    )


def _why() -> rx.Component:
    return text_area(
        "Why?",
        "reason",
        errors=ServiceState.errors,
        required=True,
        max_length=300,
        hint="It stands in the log, with your name.",
    )
