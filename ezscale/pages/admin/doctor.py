"""The doctor."""

import reflex as rx

from ezscale.pages.shell import admin_page
from ezscale.state.admin.doctor import CheckView, DoctorState
from ezscale.ui import badge, button, card, code, icon, notice, skeleton, stack


def doctor() -> rx.Component:
    """Whether everything is true that must always be true."""
    well = notice("Every promise below is kept.", "success", title="All is well")
    ill = notice(
        "Money is safe while a person looks: nothing below is repaired by itself.",
        "danger",
        title=rx.fragment(
            DoctorState.broken, rx.cond(DoctorState.broken == 1, " promise is", " promises are"), " broken"
        ),
    )
    checks = rx.el.ul(rx.foreach(DoctorState.checks, _check), class_name="divide-y divide-line")
    found = stack(rx.cond(DoctorState.broken == 0, well, ill), card(checks, flush=True))
    return admin_page(
        "Doctor",
        rx.cond(DoctorState.checks.length() > 0, found, card(skeleton(10))),
        at="/admin/doctor/",
        lead=rx.cond(DoctorState.examined != "", rx.fragment("Examined ", DoctorState.examined, ".")),
        actions=[button(icon("stethoscope"), "Examine now", busy=DoctorState.busy, on_click=DoctorState.load)],
    )


def _check(check: CheckView) -> rx.Component:
    broken = check.broken.length()
    sign = rx.cond(
        broken > 0, icon("circle-alert", 18, "mt-px text-danger"), icon("circle-check", 18, "mt-px text-success")
    )
    names = rx.el.div(rx.foreach(check.broken, _named), class_name="mt-2 flex flex-wrap gap-1.5 text-xs")
    return rx.el.li(
        sign,
        rx.el.div(
            rx.el.p(check.name, class_name="text-sm font-medium text-ink"),
            rx.el.p(check.promise, class_name="mt-0.5 text-sm text-faint"),
            rx.cond(broken > 0, names),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(broken > 0, badge("Broken", "danger"), badge("Kept", "success")),
        key=check.name,
        class_name="flex items-start gap-3 px-4 py-3.5 sm:px-5",
    )


def _named(name: str) -> rx.Component:
    return code(name)
