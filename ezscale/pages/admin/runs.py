"""Run reports."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, nothing_found, open_matter, turner
from ezscale.pages.shell import admin_page
from ezscale.state.admin.runs import GivenUpRow, ReportRow, RunsState, SetAside, StoppedRun
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    confirm,
    empty,
    filters,
    form_dialog,
    icon,
    stack,
    table,
    text_area,
    toolbar,
)

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
        stack(
            rx.cond(RunsState.stopped.length() > 0, _stopped()),
            rx.cond(RunsState.given_up.length() > 0, _given_up()),
            card(
                toolbar(filters("Run", NAMES, RunsState.status, RunsState.choose)),
                sheet,
                turner(RunsState),
                flush=True,
            ),
        ),
        at="/admin/runs/",
        lead="Each run leaves a report. What it could not handle is set aside by name, and the rest goes on.",
        actions=[rx.cond(RunsState.may_run, rx.fragment(*[_run_now(run, name) for run, name in NAMES if run]))],
    )


def _run_now(run: str, name: str) -> rx.Component:
    return confirm(
        button(icon("play"), name, look="plain", size="small"),
        title=f"Run {name.lower()} now?",
        text="It does what the next night would do, and nothing twice. The page Tonight tells what that is.",
        yes=f"Run {name.lower()}",
        on_yes=RunsState.run_now(run),
        no="Leave it to the night",
        look="primary",
    )


def _stopped() -> rx.Component:
    runs = rx.el.ul(rx.foreach(RunsState.stopped, _stopped_run), class_name="divide-y divide-line")
    return card(runs, title="Stopped, because they would do far more than usual", flush=True)


def _stopped_run(run: StoppedRun) -> rx.Component:
    allowing = form_dialog(
        button("Allow", look="plain", size="small", on_click=RunsState.ask_to_allow(run.run)),
        text_area(
            "Why are this many right?",
            "allowed",
            errors=RunsState.errors,
            required=True,
            max_length=500,
            hint="It is kept with the case, with your name.",
        ),
        title="Allow this run",
        text=rx.fragment(run.would, ". It is allowed for today, whatever it does, and begins at once."),
        yes="Allow it",
        on_yes=RunsState.allow,
        look="danger",
        open=RunsState.allowing == run.run,
        on_open_change=RunsState.keep_stopped,
    )
    return open_matter(
        icon("octagon-pause", 18, "mt-px text-danger"),
        run.title,
        run.would,
        rx.fragment("Stopped ", run.at),
        rx.cond(RunsState.may_run, allowing),
        key=run.run,
    )


def _given_up() -> rx.Component:
    tasks = rx.el.ul(rx.foreach(RunsState.given_up, _task), class_name="divide-y divide-line")
    return card(tasks, title="Tasks that were given up", flush=True)


def _task(job: GivenUpRow) -> rx.Component:
    again = button("Try again", look="plain", size="small", on_click=RunsState.try_again(job.id))
    return open_matter(
        icon("circle-alert", 18, "mt-px text-danger"),
        job.task,
        job.error,
        rx.fragment("Given up ", job.at),
        rx.cond(RunsState.may_run, rx.el.div(again, _dismissing(job), class_name="flex flex-wrap gap-2")),
        key=job.id,
    )


def _dismissing(job: GivenUpRow) -> rx.Component:
    return form_dialog(
        button("Dismiss", look="plain", size="small", on_click=RunsState.ask_why(job.id)),
        text_area(
            "Why does it need no further try?",
            "why",
            errors=RunsState.errors,
            required=True,
            max_length=500,
            hint="It is kept with the task, with your name.",
        ),
        title="Put this task aside",
        text=rx.fragment(job.task, " is not tried again, and the doctor no longer names it."),
        yes="Put it aside",
        on_yes=RunsState.dismiss,
        open=RunsState.dismissing == job.id,
        on_open_change=RunsState.keep,
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
