"""One service."""

import reflex as rx

from ezscale.pages.admin.deleting import deletion
from ezscale.pages.admin.exchanges import calls
from ezscale.pages.admin.machine import machine_card
from ezscale.pages.admin.parts import (
    QUIET,
    by_id,
    invoice_columns,
    machine_name,
    named,
    or_dash,
    record,
    service_status,
)
from ezscale.pages.admin.reinstalling import reinstallation
from ezscale.pages.shell import admin_page
from ezscale.state.admin.service import ServiceState
from ezscale.ui import (
    badge,
    button,
    card,
    confirm,
    definitions,
    empty,
    icon,
    link,
    notice,
    split,
    stack,
    table,
    timeline,
)
from ezscale.ui.base import Content

THIS = ServiceState.service


def service() -> rx.Component:
    """Everything on one service."""
    known = ~(ServiceState.loading | ServiceState.missing)
    return admin_page(
        named(ServiceState, "Service", THIS.hostname),
        record(ServiceState, "service", stack(_notices(), split(_main(), _side()))),
        at="/admin/services/",
        lead=rx.cond(known, rx.fragment(THIS.number, " · ", link(THIS.customer, _customer()))),
        crumbs=(("Services", "/admin/services/"),),
        badge=rx.cond(known, service_status(THIS.status)),
        actions=[_buttons()],
    )


def _buttons() -> rx.Component:
    power = rx.cond(
        ServiceState.may_press,
        rx.fragment(
            button(
                icon("play"),
                "Start",
                look="plain",
                size="small",
                busy=ServiceState.pressing,
                on_click=ServiceState.press("boot"),
            ),
            _pressed(
                "Restart", "restart", "rotate-cw", "The system restarts. Whoever uses it is cut off for a minute."
            ),
            _pressed("Shut down", "shutdown", "power", "The system is asked to shut down, and stays off."),
            _pressed(
                "Power off", "power_off", "plug-zap", "The power is cut at once. What was not written may be lost."
            ),
        ),
    )
    retry = rx.cond(
        ServiceState.may_retry,
        confirm(
            button(icon("rotate-cw"), "Retry the build", size="small"),
            title="Retry the build?",
            text="It goes on where it stopped. A server that was reserved already is used, not made twice.",
            yes="Retry the build",
            on_yes=ServiceState.retry,
            no="Not now",
            look="primary",
        ),
    )
    return rx.cond(
        ServiceState.loading | ServiceState.missing, rx.fragment(), rx.fragment(power, reinstallation(), retry)
    )


def _pressed(text: str, action: str, icon_name: str, what_happens: str) -> rx.Component:
    return confirm(
        button(icon(icon_name), text, look="plain", size="small", disabled=ServiceState.pressing),
        title=rx.Var.create(f"{text}: ") + THIS.hostname,
        text=what_happens,
        yes=text,
        on_yes=ServiceState.press(action),
        no="Leave it alone",
    )


def _notices() -> rx.Component:
    reasons = notice(rx.foreach(ServiceState.suspended_for, _reason), "warning", title="It stands still")
    job = notice(
        rx.cond(THIS.trouble != "", THIS.trouble, "The page follows it by itself."),
        "info",
        title=rx.Var.create("Under way: ") + THIS.job,
    )
    failed = notice("See the log for what the panel said.", "danger", title="The build has failed")
    return rx.fragment(
        deletion(),
        rx.cond((ServiceState.suspended_for.length() > 0) & (ServiceState.deletion.day == ""), reasons),
        rx.cond(THIS.job != "", job),
        rx.cond(THIS.status == "failed", failed),
    )


def _reason(words: str) -> rx.Component:
    return rx.el.p(words)


def _main() -> rx.Component:
    log = timeline(
        ServiceState.log,
        key=by_id,
        what=lambda line: line.message,
        note=lambda line: rx.fragment(line.at, " · ", line.by),
        is_bad=lambda line: ~line.ok,
        label="Provisioning log, newest first",
    )
    invoices = table(
        ServiceState.invoices,
        invoice_columns(with_customer=False),
        caption="Invoices",
        key=by_id,
        empty=empty("Not invoiced yet", icon_name="receipt-text"),
    )
    nothing = rx.el.p("Nothing was done yet.", class_name="text-sm text-faint")
    return stack(
        card(rx.cond(ServiceState.log.length() > 0, log, nothing), title="Provisioning log"),
        rx.cond(
            ServiceState.calls.length() > 0,
            card(
                calls(ServiceState.calls, with_service=False),
                title="Panel calls",
                actions=(link("All of them", rx.Var.create("/admin/exchanges/?q=") + THIS.number, QUIET),),
                flush=True,
            ),
        ),
        card(invoices, title="Invoices", flush=True),
    )


def _side() -> rx.Component:
    billing = ServiceState.billing
    return stack(
        machine_card(),
        card(
            definitions(
                ("Power", _power()),
                ("IPv4", machine_name(THIS.ipv4)),
                ("IPv6", machine_name(THIS.ipv6)),
                ("Plan", rx.fragment(rx.el.div(THIS.plan), rx.el.div(THIS.size, class_name="text-xs text-faint"))),
                ("Location", THIS.place),
                ("System", THIS.system),
                narrow=True,
            ),
            title="Server",
        ),
        card(
            definitions(
                (
                    "Subscription",
                    link(
                        ServiceState.subscription.number,
                        rx.Var.create("/admin/subscription/?id=") + ServiceState.subscription.id,
                        QUIET,
                    ),
                ),
                ("Stands", ServiceState.subscription.status),
                ("Price", or_dash(billing.price)),
                ("Next bill", or_dash(billing.next_on)),
                ("Ends", or_dash(billing.ends_on)),
                ("Billed until", or_dash(ServiceState.subscription.paid_until)),
                narrow=True,
            ),
            title="Billing",
        ),
        card(
            definitions(
                ("Panel", THIS.panel),
                ("Server id", machine_name(THIS.remote_id)),
                ("Account", machine_name(THIS.account_ref)),
                ("Ordered", THIS.ordered),
                ("Runs since", or_dash(THIS.active_since)),
                ("Ended", or_dash(THIS.terminated)),
                narrow=True,
            ),
            title="On the panel",
        ),
    )


def _power() -> Content:
    return rx.match(
        ServiceState.power,
        ("running", badge("Running", "success", dot=True)),
        ("busy", badge("Busy", "info", dot=True)),
        ("shutoff", badge("Off", dot=True)),
        ("", rx.el.span("No answer", class_name="text-faint")),
        badge(ServiceState.power, dot=True),
    )


def _customer() -> rx.Var[str]:
    return rx.Var.create("/admin/customer/?id=") + THIS.customer_id
