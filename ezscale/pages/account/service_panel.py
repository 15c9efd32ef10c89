"""What a service's panel tells and offers, on the page of the service."""

from typing import Any

import reflex as rx

from ezscale.pages.account.undelivered import slow
from ezscale.pages.account.words import address_of
from ezscale.state.account.panel import PanelState
from ezscale.state.account.panel_views import HIGH, WIDE
from ezscale.state.account.service import ServiceState
from ezscale.state.session import SessionState
from ezscale.ui import (
    address_to_copy,
    badge,
    button,
    card,
    confirm,
    definitions,
    empty,
    form_dialog,
    hideable,
    hiding_addresses,
    icon,
    link_button,
    notice,
    progress,
    skeleton,
    steps,
    text_field,
)
from ezscale.ui.base import words
from ezscale.ui.ticking import ticker

SKILLS = PanelState.skills
REINSTALL_STEPS = ("Asked for", "Installing", "Checking")
LOOKS_EVERY = 10  # seconds


def usage() -> rx.Component:
    """How full it is."""
    up_for = rx.cond(
        PanelState.usage.up_for != "",
        rx.el.span("Up for ", PanelState.usage.up_for, class_name="text-xs text-faint"),
    )
    again = button(
        icon("refresh-cw", 14),
        look="quiet",
        size="small",
        on_click=PanelState.measure,
        custom_attrs={"aria-label": "Measure again"},
    )
    gauges = rx.el.div(
        rx.el.div(rx.foreach(PanelState.usage.gauges, _gauge), class_name="grid gap-5 sm:grid-cols-2"),
        rx.cond(PanelState.cpu.measured.length() > 2, _cpu_line()),
    )
    nothing = rx.el.p("Nothing to measure just now.", class_name="text-sm text-faint")
    shown = rx.cond(PanelState.usage.gauges.length() > 0, gauges, _once_asked(nothing))
    return rx.cond(SKILLS.contains("usage"), card(shown, title="Usage", actions=(up_for, again)))


def _once_asked(nothing: rx.Component) -> rx.Component:
    """That there is nothing, once the panel has been asked."""
    return rx.cond(PanelState.has_answered, nothing, skeleton(2))


def watching() -> rx.Component:
    """Keeps what is shown of a machine true while somebody looks at it."""
    return rx.cond(
        SKILLS.contains("power") & (ServiceState.service.status == "active"),
        ticker(every=LOOKS_EVERY, on_tick=PanelState.look_again),
    )


def traffic() -> rx.Component:
    """Month by month."""
    rows = rx.el.ul(rx.foreach(PanelState.traffic, _month), class_name="-my-3 divide-y divide-line")
    return rx.cond(PanelState.traffic.length() > 0, card(rows, title="Traffic"))


def websites() -> rx.Component:
    """The sites of a hosting, and the name servers for their domains."""
    rows = rx.el.ul(rx.foreach(PanelState.websites, _website), class_name="-my-3 divide-y divide-line")
    nothing = empty("No websites yet", "Sign in to the panel to add the first one.", icon_name="globe")
    servers = rx.el.div(
        rx.el.h3("Name servers", class_name="text-sm font-medium text-ink"),
        rx.el.p("Hand a domain to these where you have registered it.", class_name="mt-0.5 text-xs text-faint"),
        rx.el.ul(rx.foreach(PanelState.name_servers, _name_server), class_name="mt-2.5 flex flex-col gap-2"),
        class_name="mt-5 border-t border-line pt-4",
    )
    known = rx.fragment(
        rx.cond(PanelState.websites.length() > 0, rows, nothing), rx.cond(PanelState.name_servers.length() > 0, servers)
    )
    silent = rx.el.p("Nothing is known of them just now.", class_name="text-sm text-faint")
    shown = rx.el.div(rx.cond(PanelState.sites_known, known, _once_asked(silent)), aria_live="polite")
    return rx.cond(SKILLS.contains("websites"), card(shown, title="Websites"))


def panel() -> rx.Component:
    """The way into the panel, and what is done there."""
    enter = button(icon("log-in"), "Sign in to the panel", look="plain", size="small", on_click=PanelState.sign_in)
    sit = link_button(
        icon("terminal"),
        "Console",
        to=address_of("/account/console/", PanelState.service_id),
        look="plain",
        size="small",
        loads=True,
        target="_blank",
        rel="noopener",
    )
    return rx.el.div(
        rx.cond(SKILLS.contains("console") & (PanelState.service_id != ""), sit),
        rx.cond(SKILLS.contains("sign_in"), enter),
        panel_page(),
        rx.cond(SKILLS.contains("rename"), _renaming()),
        rx.cond(SKILLS.contains("reinstall") & ~SessionState.is_delegate, _reinstall()),
        class_name="mt-5 flex flex-wrap gap-2 border-t border-line pt-4 empty:hidden",
    )


def panel_page() -> rx.Component:
    """The way to its page on the panel, where it has one."""
    ways = rx.fragment(
        rx.el.span(
            link_button(
                icon("external-link"), "Open the panel", to=PanelState.page, look="plain", size="small", loads=True
            ),
            class_name="when-addresses-shown",
        ),
        rx.el.span(  # a button names no address at the edge of the window
            button(
                icon("external-link"),
                "Open the panel",
                look="plain",
                size="small",
                on_click=rx.redirect(PanelState.page),
            ),
            class_name="when-addresses-hidden",
        ),
    )
    return rx.cond(PanelState.page != "", ways)


def backups() -> rx.Component:
    """What backups there are of it: by its panel, or else by its plan; nothing where neither says anything."""
    made = rx.cond(
        PanelState.backups > 0,
        rx.fragment(PanelState.backups, " included, made and restored in the game panel."),
        "None included.",
    )
    by_panel = rx.el.div(rx.el.span(made), panel_page(), class_name="flex flex-wrap items-center gap-x-3 gap-y-2")
    words = rx.cond(PanelState.backups >= 0, by_panel, ServiceState.service.backups)
    is_known = (PanelState.backups >= 0) | (ServiceState.service.backups != "")
    return rx.cond(
        is_known, rx.el.div(definitions(("Backups", words)), class_name="mt-2.5 border-t border-line pt-2.5")
    )


def reinstalling() -> rx.Component:
    """How far a reinstallation is, or why the last one did not work."""
    view = ServiceState.reinstall
    going = card(
        rx.el.div(steps(REINSTALL_STEPS, view.done, "What is done"), aria_live="polite"),
        how_far(),
        slow(),
        title=rx.fragment("It is being reinstalled with ", view.image),
    )
    again = rx.cond(ServiceState.may_press, _reinstall("Start it again"))
    failed = notice(hiding_addresses(view.trouble), "warning", title="It could not be reinstalled", actions=(again,))
    return rx.cond(view.done >= 0, going, rx.cond(view.trouble != "", failed))


def how_far() -> rx.Component:
    """How much of its system is installed, where the panel tells."""
    text = ServiceState.percent.to_string() + "% installed"
    bar = rx.el.div(
        progress(ServiceState.percent, "Installation"),
        rx.el.p(text, class_name="mt-1.5 text-xs text-faint tabular-nums"),
        class_name="mt-4",
    )
    return rx.cond(ServiceState.percent >= 0, bar)


def new_password() -> rx.Component:
    """Set a new one, after a word of warning."""
    asked = confirm(
        button(icon("refresh-cw"), "New password", look="quiet", size="small"),
        title="Set a new password?",
        text="The old one is void at once. Programs that use it have to be told.",
        yes="Set a new password",
        on_yes=PanelState.set_new_password,
        no="Keep the old one",
    )
    return rx.cond(SKILLS.contains("login"), asked)


def _reinstall(text: str = "") -> rx.Component:
    usual = rx.cond(PanelState.words.image == "Game", "Install another version", "Reinstall")
    to = address_of("/account/service/reinstall/", ServiceState.service.id)
    return link_button(icon("hard-drive-download"), text or usual, to=to, look="plain", size="small")


def _renaming() -> rx.Component:
    return form_dialog(
        button(icon("pencil"), "Rename", look="plain", size="small"),
        text_field("Name", "name", errors=PanelState.errors, required=True, max_length=60, auto_complete="off"),
        title="Show it by another name?",
        text="The panel shows this name. Its host name stays as it is.",
        yes="Rename",
        on_yes=PanelState.rename,
        open=PanelState.naming,
        on_open_change=PanelState.think_of_name,
    )


def _gauge(gauge: Any) -> rx.Component:
    bar = progress(gauge.percent, gauge.name)
    tone = words(gauge.is_nearly_full, "text-danger", "text-faint")
    return rx.el.div(
        rx.el.div(
            rx.el.span(gauge.name, class_name="truncate text-sm font-medium text-ink first-letter:uppercase"),
            rx.el.span(gauge.text, class_name=rx.Var.create("text-sm tabular-nums ") + tone),
            class_name="mb-1.5 flex items-baseline justify-between gap-3",
        ),
        rx.cond(gauge.percent >= 0, bar),
        key=gauge.name,
        class_name="min-w-0",
    )


def _cpu_line() -> rx.Component:
    drawn = rx.el.svg(
        rx.el.path(
            d=PanelState.cpu.path,
            fill="none",
            stroke="currentColor",
            stroke_width="1.5",
            stroke_linejoin="round",
            vector_effect="non-scaling-stroke",
        ),
        view_box=f"0 -1 {WIDE} {HIGH + 2}",
        preserve_aspect_ratio="none",
        role="img",
        aria_label=rx.Var.create("CPU while you look: ") + PanelState.cpu.text,
        class_name="h-10 w-full text-accent",
    )
    return rx.el.div(
        drawn,
        rx.el.p("CPU while you look: ", PanelState.cpu.text, aria_hidden="true", class_name="mt-1 text-xs text-faint"),
        class_name="mt-5 border-t border-line pt-4",
    )


def _website(site: Any) -> rx.Component:
    standing = rx.cond(site.is_on, badge("On", "success", dot=True), badge("Off", "neutral", dot=True))
    return rx.el.li(
        rx.el.div(
            rx.el.div(hideable(site.domain), class_name="text-sm font-medium text-ink [overflow-wrap:anywhere]"),
            rx.el.div(
                rx.cond(site.points_to != "", rx.el.span("Points to ", hideable(site.points_to))),
                rx.cond(site.php != "", rx.el.span(site.php)),
                rx.cond(site.size != "", rx.el.span(site.size)),
                class_name="flex flex-wrap gap-x-3 text-xs text-faint",
            ),
            class_name="min-w-0",
        ),
        standing,
        key=site.domain,
        class_name="flex items-start justify-between gap-3 py-3",
    )


def _name_server(name: Any) -> rx.Component:
    return rx.el.li(address_to_copy(name, "Copy the name server"), key=name)


def _month(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.month, class_name="text-sm text-ink"),
            rx.el.span(row.total, class_name="text-sm text-faint tabular-nums"),
            class_name="flex flex-wrap items-baseline justify-between gap-x-3",
        ),
        rx.cond(row.percent >= 0, progress(row.percent, row.month)),
        rx.el.p("In ", row.received, " · out ", row.sent, class_name="text-xs text-faint tabular-nums"),
        key=row.key,
        class_name="flex flex-col gap-1.5 py-3",
    )
