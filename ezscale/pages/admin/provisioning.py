"""The workshop: jobs on the panels, and the log."""

import reflex as rx

from ezscale.pages.admin.parts import STRONG, by_id, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.jobs import JobView, LogView, ProvisioningState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    confirm,
    empty,
    icon,
    link,
    link_button,
    skeleton,
    stack,
    table,
    timeline,
)


def provisioning() -> rx.Component:
    """What is being done on the panels, and what was."""
    idle = empty("All quiet", "Nothing is being built or stopped, and nothing has failed.", icon_name="circle-check")
    jobs = table(
        ProvisioningState.jobs,
        _columns(),
        caption="Open and failed jobs",
        key=by_id,
        empty=idle,
        loading=ProvisioningState.loading,
    )
    log = timeline(
        ProvisioningState.rows,
        key=by_id,
        what=_line,
        note=lambda line: rx.fragment(line.at, " · ", line.by),
        is_bad=lambda line: ~line.ok,
        label="Provisioning log, newest first",
    )
    nothing = empty("The log is empty", "Every step on a panel is written down here.", icon_name="scroll-text")
    lines = rx.cond(ProvisioningState.rows.length() > 0, rx.el.div(log, class_name="p-4 sm:p-5"), nothing)
    return admin_page(
        "Provisioning",
        stack(
            card(jobs, title="Open and failed jobs", flush=True),
            card(
                rx.cond(ProvisioningState.loading, skeleton(6), lines),
                turner(ProvisioningState),
                title="Log",
                flush=True,
            ),
        ),
        at="/admin/provisioning/",
        lead="Jobs pick up where they stopped. A failed one waits for a person.",
        actions=[link_button(icon("cable"), "Panel calls", to="/admin/exchanges/", look="plain", size="small")],
    )


def _columns() -> list[Column]:
    return [
        Column("Service", lambda job: two_lines(link(job.hostname, _service(job), STRONG), job.number)),
        Column("Job", lambda job: two_lines(job.action, job.step), shown_from="sm"),
        Column("Asked", lambda job: job.asked, shown_from="lg"),
        Column("Stands", _stands),
        Column("", lambda job: rx.cond(job.may_retry, _retry(job)), figures=True),
    ]


def _service(row: JobView | LogView) -> str:
    return f"/admin/service/?id={row.service_id}"


def _stands(job: JobView) -> rx.Component:
    mark = rx.cond(job.failed, badge("Failed", "danger", dot=True), badge("Under way", "info", dot=True))
    return two_lines(mark, job.trouble)


def _retry(job: JobView) -> rx.Component:
    return confirm(
        button("Retry", look="plain", size="small"),
        title=rx.Var.create("Retry the build of ") + job.hostname + "?",
        text="It goes on where it stopped. A server that was reserved already is used, not made twice.",
        yes="Retry the build",
        on_yes=ProvisioningState.retry(job.service_id),
        no="Not now",
        look="primary",
    )


def _line(line: LogView) -> rx.Component:
    return rx.fragment(link(line.number, _service(line), STRONG), " ", line.message)
