"""Panels: when they were compared with our records, and where the two do not agree."""

import reflex as rx

from ezscale.pages.admin.parts import QUIET, by_id, machine_name, nothing_found, or_dash, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.panels import FindingRow, PanelRow, PanelsState
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    empty,
    filters,
    form_dialog,
    icon,
    link,
    notice,
    stack,
    table,
    text_area,
    text_field,
    toolbar,
)

STATUSES = (
    ("", "Open"),
    ("orphan", "No service"),
    ("missing", "Missing"),
    ("wrong_owner", "Owner"),
    ("wrong_size", "Size"),
    ("runs_though_suspended", "Runs"),
    ("suspended_though_paid", "Stands still"),
    ("twin", "Twice"),
    ("dismissed", "Meant so"),
    ("closed", "Closed"),
)


def panels() -> rx.Component:
    """What panels hold beside what we have on record."""
    return admin_page(
        "Panels",
        stack(_panels(), _findings()),
        at="/admin/panels/",
        lead="Each night every server is compared with our records. Nothing is changed on a panel before you say so.",
    )


def _panels() -> rx.Component:
    rows = table(
        PanelsState.panels,
        [
            Column("Panel", lambda row: rx.el.span(row.title, class_name="font-medium text-ink")),
            Column("Last compared", _compared),
            Column("Servers", lambda row: or_dash(row.servers), figures=True, shown_from="sm"),
            Column("", lambda row: rx.cond(PanelsState.may_compare, _compare(row)), figures=True),
        ],
        caption="Panels",
        key=lambda row: row.name,
        empty=empty("No panels", "Which panels there are, the settings say.", icon_name="server"),
        loading=PanelsState.loading,
    )
    return card(rows, title="Panels", flush=True)


def _compared(row: PanelRow) -> rx.Component:
    when = rx.cond(row.compared != "", rx.el.span(row.compared), rx.el.span("Not yet", class_name="text-faint"))
    return two_lines(when, rx.cond(row.trouble != "", rx.fragment("The last try failed: ", row.trouble)))


def _compare(row: PanelRow) -> rx.Component:
    return button(icon("refresh-cw"), "Compare now", look="plain", size="small", on_click=PanelsState.compare(row.name))


def _findings() -> rx.Component:
    fine = empty("All agree", "Every server is as our records say.", icon_name="circle-check")
    rows = table(
        PanelsState.rows,
        [
            Column("Finding", _finding),
            Column("Server", lambda row: two_lines(machine_name(row.server), row.panel), shown_from="sm"),
            Column("Service", _service, shown_from="sm"),
            Column("Since", lambda row: row.since, shown_from="lg"),
            Column("", _ways),
        ],
        caption="Findings",
        key=by_id,
        empty=nothing_found(PanelsState, "findings", fine),
        loading=PanelsState.loading,
    )
    return card(
        toolbar(filters("Findings", STATUSES, PanelsState.status, PanelsState.choose)),
        rows,
        turner(PanelsState),
        title="Findings",
        flush=True,
    )


def _finding(row: FindingRow) -> rx.Component:
    return rx.el.div(
        rx.el.p(row.title, class_name="text-sm font-medium text-ink"),
        rx.cond(row.facts != "", rx.el.p(row.facts, class_name="mt-0.5 text-sm [overflow-wrap:anywhere]")),
        rx.cond(row.standing != "", rx.el.p(row.standing, class_name="mt-0.5 text-sm [overflow-wrap:anywhere]")),
        rx.cond(row.cure != "", rx.el.p(row.cure, class_name="mt-1 text-xs text-faint")),
        class_name="min-w-0 max-w-prose",
    )


def _service(row: FindingRow) -> rx.Component:
    to = link(row.service, f"/admin/service/?id={row.service_id}", f"{QUIET} whitespace-nowrap")
    return rx.cond(row.service != "", to, rx.el.span("–", class_name="text-faint"))


def _ways(row: FindingRow) -> rx.Component:
    return rx.el.div(
        rx.cond(row.sets_right != "", _setting_right(row)),
        rx.cond(row.may_adopt, _adopting(row)),
        rx.cond(row.may_delete, _deleting(row)),
        rx.cond(row.may_dismiss, _dismissing(row)),
        rx.cond(
            row.may_recall,
            button("Count it again", look="plain", size="small", on_click=PanelsState.recall(row.id)),
        ),
        class_name="flex flex-wrap justify-end gap-2",
    )


def _setting_right(row: FindingRow) -> rx.Component:
    return confirm(
        button(row.sets_right, look="plain", size="small"),
        title=rx.fragment(row.sets_right, "?"),
        text=rx.fragment("The panel is asked to do so with server ", row.server, ", by a job as usual."),
        yes="Do so",
        on_yes=PanelsState.mend(row.id),
        no="Leave it",
        look="primary",
    )


def _adopting(row: FindingRow) -> rx.Component:
    return confirm(
        button("Link", look="plain", size="small"),
        title=rx.fragment("Link server ", row.server, " with ", row.service, "?"),
        text="From then on it is the service's server. It is only done when the server is in the customer's own account.",
        yes="Link it",
        on_yes=PanelsState.adopt(row.id),
        no="Leave it",
        look="primary",
    )


def _deleting(row: FindingRow) -> rx.Component:
    return form_dialog(
        button("Delete", look="plain", size="small", on_click=PanelsState.ask_to_delete(row.id)),
        notice("Everything on it is gone for good. We have no copy.", "danger"),
        text_field("Its number on the panel", "typed", errors=PanelsState.errors, required=True, auto_complete="off"),
        title=rx.fragment("Delete server ", row.server, "?"),
        text=row.facts,
        yes="Delete the server",
        on_yes=PanelsState.delete,
        look="danger",
        open=PanelsState.deleting == row.id,
        on_open_change=PanelsState.keep,
    )


def _dismissing(row: FindingRow) -> rx.Component:
    return form_dialog(
        button("Meant so", look="plain", size="small", on_click=PanelsState.ask_to_dismiss(row.id)),
        text_area(
            "Why is it meant to be so?",
            "note",
            errors=PanelsState.errors,
            required=True,
            max_length=500,
            hint="It is kept with the finding, with your name.",
        ),
        title="It is meant to be so",
        text="It is put aside, and comes back as soon as anything about it changes.",
        yes="Put it aside",
        on_yes=PanelsState.dismiss,
        open=PanelsState.dismissing == row.id,
        on_open_change=PanelsState.keep,
    )
