"""The audit trail."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, turner
from ezscale.pages.shell import admin_page
from ezscale.state.admin.audit import AuditState, ChangedRow, Difference, EntryView
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    empty,
    icon,
    link_button,
    status_badge,
    table,
    text_field,
    visually_hidden,
)
from ezscale.ui.base import Tone

DID: dict[str, Tone] = {"added": "success", "changed": "info", "removed": "danger"}
DID_WORDS = {name: name for name in DID}
VALUE = "font-mono text-xs [overflow-wrap:anywhere]"


def audit() -> rx.Component:
    """Who did what, when, from where, and what it changed."""
    nothing = empty("Nothing found", "Nobody has done anything like that.", icon_name="search-x")
    sheet = table(
        AuditState.rows,
        _columns(),
        caption="Audit trail",
        key=by_id,
        empty=nothing,
        loading=AuditState.loading,
    )
    return admin_page(
        "Audit",
        card(_search(), sheet, turner(AuditState), flush=True),
        at="/admin/audit/",
        lead="Every change, through whatever door it was made. Entries are chained: ezscale audit verify finds any edit.",
        actions=[_export("csv"), _export("json")],
    )


def _search() -> rx.Component:
    """On a phone all but the first field is folded away: the trail is what one has come for."""
    person = text_field("Person", "person", default_value=AuditState.person, placeholder="Name or e-mail")
    others = rx.el.div(
        text_field("About", "about", default_value=AuditState.about, placeholder="INV-2026-000123"),
        text_field("Did", "action", default_value=AuditState.action, placeholder="invoice voided"),
        text_field("From", "since", type="date", default_value=AuditState.since),
        text_field("To", "until", type="date", default_value=AuditState.until),
        id="filters",
        class_name="col-span-2 hidden flex-col gap-3 peer-open:flex sm:contents",
    )
    return rx.el.form(
        rx.el.div(person, class_name="col-span-2 sm:col-span-1"),
        _fold(),
        others,
        button(icon("search"), "Search", type="submit", look="plain", class_name="col-start-2 sm:col-start-auto"),
        on_submit=AuditState.look_for,
        key=AuditState.query,
        class_name=(
            "grid grid-cols-[1fr_auto] items-end gap-3 border-b border-line px-4 py-4 sm:grid-cols-2 sm:px-5 "
            "xl:grid-cols-[1fr_1fr_1fr_auto_auto_auto]"
        ),
    )


def _fold() -> rx.Component:
    """Opens the filters behind it, and says how many of them are set."""
    count = rx.cond(AuditState.filters_set > 0, badge(rx.fragment(AuditState.filters_set, " set"), "info"))
    face = rx.el.summary(
        icon("chevron-down", 16, "text-faint transition-transform group-open:rotate-180"),
        "Filters",
        count,
        custom_attrs={"aria-controls": "filters"},
        class_name=(
            "-ml-2 inline-flex h-9 cursor-pointer list-none items-center gap-2 rounded-md px-2 text-sm font-medium text-ink"
        ),
    )
    return rx.el.details(face, class_name="group peer sm:hidden")


def _export(kind: str) -> rx.Component:
    return link_button(
        icon("download"),
        kind.upper(),
        visually_hidden("export"),
        to=f"/api/exports/audit.{kind}{AuditState.query}",
        look="plain",
        size="small",
        loads=True,
    )


def _columns() -> list[Column]:
    return [
        Column("Did", _did),
        Column("Who", _who, shown_from="sm"),
        Column("When", lambda entry: rx.el.span(entry.at, class_name="whitespace-nowrap"), shown_from="lg"),
    ]


def _who(entry: EntryView) -> rx.Component:
    return rx.el.div(
        rx.el.div(entry.person, class_name="text-ink [overflow-wrap:anywhere]"),
        rx.el.div(entry.kind, " ", entry.way, class_name="mt-0.5 text-xs text-faint"),
    )


def _did(entry: EntryView) -> rx.Component:
    small = rx.el.div(
        rx.el.span("#", entry.id, " "),
        rx.el.span(entry.person, " ", class_name="sm:hidden"),
        rx.el.span(entry.at, class_name="lg:hidden"),
        class_name="mt-0.5 text-xs text-faint",
    )
    erased = rx.el.p("What it said was erased, as a person had asked for.", class_name="mt-2 text-sm text-faint")
    diff = rx.el.div(
        rx.cond(entry.erased, erased),
        rx.cond(entry.facts.length() > 0, rx.el.dl(rx.foreach(entry.facts, _fact), class_name="text-xs")),
        rx.foreach(entry.rows, _row),
        rx.el.p("Hash ", entry.hash, "…", class_name=f"text-faint {VALUE}"),
        class_name="mt-3 flex flex-col gap-4",
    )
    return rx.el.details(
        rx.el.summary(
            rx.el.span(entry.action, class_name="font-medium text-ink [overflow-wrap:anywhere]"),
            small,
            class_name="cursor-pointer list-none",
        ),
        diff,
    )


def _row(row: ChangedRow) -> rx.Component:
    head = rx.el.div(
        rx.el.span(row.name, class_name="font-medium text-ink"),
        status_badge(row.did, DID, DID_WORDS),
        class_name="flex items-center gap-2 text-xs",
    )
    return rx.el.div(head, rx.el.dl(rx.foreach(row.differences, _difference), class_name="mt-1.5 flex flex-col gap-1"))


def _difference(difference: Difference) -> rx.Component:
    return rx.el.div(
        rx.el.dt(difference.column, class_name="text-xs text-faint sm:w-36 sm:shrink-0"),
        rx.el.dd(
            rx.el.del_(difference.before, class_name="text-danger"),
            rx.el.span(" → ", class_name="text-faint"),
            rx.el.ins(difference.after, class_name="text-success no-underline"),
            class_name=VALUE,
        ),
        class_name="flex flex-col gap-x-3 sm:flex-row",
    )


def _fact(fact: Difference) -> rx.Component:
    return rx.el.div(badge(fact.column), rx.el.span(fact.after, class_name=VALUE), class_name="flex items-center gap-2")
