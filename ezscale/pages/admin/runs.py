"""Run reports."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, nothing_found, turner
from ezscale.pages.shell import admin_page
from ezscale.state.admin.runs import ReportRow, RunsState, SetAside
from ezscale.ui import Column, badge, card, empty, filters, table, toolbar

NAMES = (("", "All"), ("renewals", "Renewals"), ("dunning", "Dunning"), ("cancellations", "Cancellations"))


def runs() -> rx.Component:
    """What the runs have done."""
    nothing = empty("No runs yet", "The first report appears after the next run that finds something to do.")
    sheet = table(
        RunsState.rows,
        _columns(),
        caption="Run reports",
        key=by_id,
        empty=nothing_found(RunsState, "reports", nothing),
        loading=RunsState.loading,
    )
    return admin_page(
        "Runs",
        card(toolbar(filters("Run", NAMES, RunsState.status, RunsState.choose)), sheet, turner(RunsState), flush=True),
        at="/admin/runs/",
        lead="Each run leaves a report. What it could not handle is set aside by name, and the rest goes on.",
    )


def _columns() -> list[Column]:
    return [
        Column("Run", _name),
        Column("Did", _did),
        Column("Sums", lambda report: rx.foreach(report.sums, _sum), figures=True, shown_from="sm"),
        Column("Took", lambda report: report.duration, figures=True, shown_from="sm"),
    ]


def _name(report: ReportRow) -> rx.Component:
    return rx.el.div(
        rx.el.div(report.name, class_name="font-medium text-ink"),
        rx.el.div(report.started, class_name="mt-0.5 text-xs text-faint"),
    )


def _did(report: ReportRow) -> rx.Component:
    set_aside = report.set_aside.length()  # a var in the browser
    more = rx.el.details(
        rx.el.summary(badge(rx.fragment(set_aside, " set aside"), "warning", dot=True)),
        rx.el.ul(rx.foreach(report.set_aside, _aside), class_name="mt-2 flex flex-col gap-2 text-xs"),
        class_name="mt-2",
    )
    counts = rx.el.div(rx.foreach(report.counts, _count), class_name="flex flex-wrap gap-1.5")
    return rx.el.div(counts, rx.cond(set_aside > 0, more))


def _count(words: str) -> rx.Component:
    return badge(words)


def _sum(amount: str) -> rx.Component:
    return rx.el.div(amount)


def _aside(aside: SetAside) -> rx.Component:
    return rx.el.li(
        rx.el.span(aside.name, class_name="font-medium text-ink"),
        " ",
        aside.problem,
        class_name="max-w-80 [overflow-wrap:anywhere]",
    )
