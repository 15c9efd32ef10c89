"""One service."""

from typing import Any

import reflex as rx

from ezscale.pages.account import service_panel, undelivered
from ezscale.pages.account.addresses import addresses
from ezscale.pages.account.maintenance import maintenance_notices
from ezscale.pages.account.sharing import sharing
from ezscale.pages.account.words import BUILD_STEPS, SEES_MONEY, address_of, not_found, service_badge
from ezscale.pages.shell import account_page
from ezscale.state.account.login import LoginState
from ezscale.state.account.panel import PanelState
from ezscale.state.account.service import ServiceState
from ezscale.state.session import SessionState
from ezscale.ui import (
    address_to_copy,
    badge,
    button,
    card,
    code,
    company_email,
    confirm,
    copy_button,
    definitions,
    form_dialog,
    hideable,
    hiding_addresses,
    icon,
    link,
    link_button,
    notice,
    plain_link,
    skeleton,
    split,
    stack,
    steps,
    text_area,
    timeline,
)

SERVICE, BILLING = ServiceState.service, ServiceState.billing
SKILLS, WORDS = PanelState.skills, PanelState.words
IS_OVER = (SERVICE.status == "terminated") | (SERVICE.status == "terminating") | (SERVICE.status == "expired")
IS_THERE = (SERVICE.status == "active") | (SERVICE.status == "suspended")
THIS = rx.Var.create("This ") + WORDS.thing


def service() -> rx.Component:
    """What it is, how it does, and its buttons."""
    billing = rx.cond(SEES_MONEY, _billing())
    alive = split(
        stack(
            _access(),
            addresses(),
            service_panel.usage(),
            service_panel.websites(),
            service_panel.traffic(),
            _facts(),
        ),
        stack(
            rx.cond(SKILLS.contains("power"), _power()),
            rx.cond(WORDS.has_hands & IS_THERE, _hands()),
            billing,
            sharing(),
        ),
    )
    page = stack(
        maintenance_notices(ServiceState.maintenance),
        _standing(),
        service_panel.reinstalling(),
        rx.cond(IS_OVER, _facts(), alive),
        _log(),
        service_panel.watching(),
    )
    shown = rx.cond(ServiceState.missing, card(not_found("server", "All servers", "/account/services/")), page)
    return account_page(
        rx.cond(SERVICE.hostname == "", "Server", hideable(SERVICE.hostname)),
        rx.cond(ServiceState.loaded, shown, skeleton(8)),
        at="/account/services/",
        crumbs=(("Services", "/account/services/"),),
        badge=rx.cond(SERVICE.status != "", service_badge(SERVICE.status)),
    )


def _standing() -> rx.Component:
    building = card(
        rx.el.div(steps(BUILD_STEPS, SERVICE.done, "What is done"), aria_live="polite"),
        service_panel.how_far(),
        undelivered.slow(),
        title=rx.fragment("Your ", WORDS.thing, " is being built"),
    )
    waiting = notice(
        "As soon as it is paid we build it.",
        "warning",
        title=THIS + " waits for your payment",
        actions=(_link_to_order(),),
    )
    expired = notice(
        "It was not paid in time, so it was never built. Nothing was charged.",
        title="The order has expired",
        actions=(_link_to_order(),),
    )
    paused = notice("Nothing on it is lost: it runs again when the pause ends.", title=THIS + " is paused")
    disputed = notice(
        "The bank behind a payment for it wants the money back. If that is a mistake, please tell the bank, and write to us.",
        "danger",
        title=THIS + " is suspended",
    )
    unpaid = notice(
        rx.cond(
            SEES_MONEY,
            rx.fragment(
                "An invoice is overdue: pay your ",
                link("open invoices", "/account/invoices/?status=open", "underline underline-offset-[3px]"),
                " and it runs again by itself.",
            ),
            "Please ask whoever looks after this account.",
        ),
        "danger",
        title=THIS + " is suspended",
    )
    suspended = rx.match(
        ServiceState.stands_still_for, ("paused", paused), ("disputed", disputed), ("ended", _ended()), unpaid
    )
    held = notice(
        "It is paid. One of us looks at the order before it is built; you need not do anything.",
        "info",
        title=THIS + " is not built yet",
    )
    gone = notice("It and everything on it is deleted.", "neutral", title=THIS + " is gone")
    standing = rx.match(
        SERVICE.status,
        ("building", building),
        ("waiting", waiting),
        ("expired", expired),
        ("held", held),
        ("waitlisted", undelivered.waitlisted()),
        ("suspended", suspended),
        ("failed", undelivered.failed()),
        ("terminating", gone),
        ("terminated", gone),
        rx.fragment(),
    )
    return rx.fragment(standing)


def _ended() -> rx.Component:
    known = ServiceState.deleted_on != ""
    return notice(
        rx.fragment(
            "Its subscription has ended, so it stands still. ",
            rx.cond(known, rx.fragment("On ", ServiceState.deleted_on, " it is deleted with everything on it. ")),
            "Do you need something from it, or would you like to keep it? ",
            plain_link("Write to us", href=f"mailto:{company_email()}"),
            " before then: until that day we can bring it back.",
        ),
        "warning",
        title=rx.cond(known, THIS + " will be deleted on " + ServiceState.deleted_on, THIS + " has ended"),
    )


def _link_to_order() -> rx.Component:
    to = address_of("/account/order/", ServiceState.order_id)
    return rx.cond(ServiceState.order_id != "", link_button("Go on", to=to, look="plain", size="small"))


def _access() -> rx.Component:
    address = rx.cond(SERVICE.has_port, "Connect to", "IPv4 address"), _to_copy(SERVICE.address, "Copy the address")
    ipv6 = "IPv6 address", _to_copy(SERVICE.ipv6, "Copy the IPv6 address")
    login = "Login", _login()
    pairs = rx.cond(SERVICE.ipv6 == "", definitions(address, login), definitions(address, ipv6, login))
    pairs = rx.cond(SKILLS.contains("websites"), definitions(login), pairs)  # whose addresses stand beside them
    return card(pairs, rx.cond(ServiceState.may_press, service_panel.panel()), title="Access")


def _to_copy(value: Any, label: str) -> rx.Component:
    return rx.cond(value != "", address_to_copy(value, label), rx.el.span("not assigned yet", class_name="text-faint"))


def _login() -> rx.Component:
    line = "flex flex-wrap items-center gap-2"
    shown = rx.el.div(
        rx.el.div(rx.el.span("User", class_name="w-20 text-xs text-faint"), code(LoginState.username), class_name=line),
        rx.el.div(
            rx.el.span("Password", class_name="w-20 text-xs text-faint"),
            code(LoginState.password),
            copy_button(LoginState.password),
            button("Hide", look="quiet", size="small", on_click=LoginState.hide),
            class_name=line,
        ),
        rx.el.p("It is hidden again after a minute.", class_name="text-xs text-faint"),
        class_name="flex flex-col gap-2",
    )
    is_shown = (LoginState.password != "") & (LoginState.service_id == SERVICE.id)
    reveal = button(icon("key-round"), "Show ", WORDS.login, look="plain", size="small", on_click=LoginState.reveal)
    later = rx.cond(
        SessionState.may.contains("services.reveal"), "ready once the server runs", "known to whoever owns the server"
    )
    anew = rx.cond(ServiceState.may_press, service_panel.new_password())
    reveal = rx.el.div(reveal, anew, class_name=line)
    ask = rx.cond(ServiceState.may_reveal, reveal, rx.el.span(later, class_name="text-faint"))
    return rx.cond(is_shown, shown, ask)


def _facts() -> rx.Component:
    return card(
        definitions(
            ("Service", SERVICE.number),
            ("Plan", rx.fragment(SERVICE.plan, rx.el.span(" · ", SERVICE.size, class_name="text-faint"))),
            ("Location", SERVICE.place),
            (WORDS.image, SERVICE.system),
            ("Running since", rx.cond(SERVICE.since != "", SERVICE.since, "not yet")),
        ),
        service_panel.backups(),
        title="Details",
    )


def _power() -> rx.Component:
    now = rx.match(
        ServiceState.power,
        ("running", badge("On", "success", dot=True)),
        ("shutoff", badge("Off", "neutral", dot=True)),
        ("busy", badge("Busy", "info", dot=True)),
        rx.fragment(),
    )
    buttons = rx.el.div(
        _press("play", "Start", "boot"),
        _asked(
            "rotate-cw",
            "Restart",
            "restart",
            "Restart this server?",
            "It shuts down and starts again; what runs on it is interrupted for a minute.",
        ),
        _asked(
            "power",
            "Shut down",
            "shutdown",
            "Shut this server down?",
            "The system is asked to stop. It stays off until you start it; it is billed all the same.",
        ),
        _asked(
            "plug",
            "Switch off",
            "power_off",
            "Cut this server's power?",
            "It is off at once, as if somebody had pulled the plug. Unsaved data on it may be lost.",
        ),
        class_name="grid grid-cols-2 gap-2",
    )
    idle = rx.el.p("The buttons work while the server runs.", class_name="text-sm text-faint")
    return card(rx.cond(ServiceState.may_press, buttons, idle), title="Power", actions=(now,))


def _hands() -> rx.Component:
    to = f"mailto:{company_email()}?subject=Hands%20at%20" + SERVICE.number
    return card(
        rx.el.p("A disk, a cable, a screen: somebody walks up to it and looks for you."),
        rx.el.p("Say what they shall do, and whether it may be switched off for that.", class_name="mt-1 text-faint"),
        rx.el.p(plain_link("Ask for hands", href=to), class_name="mt-3"),
        title="Hands at the machine",
        class_name="text-sm text-body",
    )


def _press(sign: str, text: str, action: str) -> rx.Component:
    is_on = ServiceState.power == "running"
    return button(
        icon(sign), text, look="plain", on_click=ServiceState.press(action), disabled=is_on | ServiceState.pressing
    )


def _asked(sign: str, text: str, action: str, title: str, consequence: str) -> rx.Component:
    return confirm(
        button(icon(sign), text, look="plain", disabled=(ServiceState.power == "shutoff") | ServiceState.pressing),
        title=title,
        text=consequence,
        yes=text,
        on_yes=ServiceState.press(action),
        no="Leave it running",
    )


def _billing() -> rx.Component:
    renews = rx.cond(
        BILLING.ends_on != "",
        rx.fragment("ends on ", BILLING.ends_on),
        rx.cond(BILLING.next_on != "", BILLING.next_on, "–"),
    )
    pairs = definitions(
        ("With tax", rx.cond(BILLING.price != "", BILLING.price, "–")),
        (rx.cond(BILLING.ends_on != "", "Cancelled", "Renews on"), renews),
        narrow=True,
    )
    end_or_stay = rx.cond(BILLING.ends_on != "", _keep(), _cancel())
    return card(
        pairs,
        rx.el.div(
            rx.cond(ServiceState.subscription_id != "", _manage()),
            rx.cond(ServiceState.may_cancel, end_or_stay),
            class_name="mt-5 flex flex-wrap gap-2 border-t border-line pt-4",
        ),
        title="Plan and billing",
    )


def _manage() -> rx.Component:
    to = address_of("/account/subscription/", ServiceState.subscription_id)
    return link_button(
        rx.cond(BILLING.price != "", "Change, pause, explain", "Subscription"), to=to, look="plain", size="small"
    )


def _cancel() -> rx.Component:
    return form_dialog(
        button("Cancel server", look="plain", size="small"),
        text_area("Why do you leave?", "reason", rows="3", max_length=500, hint="We read every word of it."),
        title="Cancel at the end of the paid period?",
        text=rx.fragment(
            "It runs until ",
            rx.el.strong(BILLING.next_on),
            ". Then it stands still, and some days later it is deleted with everything on it. You can change your mind "
            "until it ends.",
        ),
        yes="Cancel this server",
        on_yes=ServiceState.cancel,
        look="danger",
        open=ServiceState.leaving,
        on_open_change=ServiceState.think_of_leaving,
    )


def _keep() -> rx.Component:
    return confirm(
        button("Keep this server", look="plain", size="small"),
        title="Keep this server?",
        text="The cancellation is taken back, and it renews as before.",
        yes="Keep server",
        on_yes=ServiceState.keep,
        no="Leave it cancelled",
        look="primary",
    )


def _log() -> rx.Component:
    lines = timeline(
        ServiceState.log,
        key=lambda line: line.id,
        what=lambda line: hiding_addresses(line.text),
        note=lambda line: line.at,
        is_bad=lambda line: ~line.ok,
        label="Log",
    )
    nothing = rx.el.p("Nothing has happened yet.", class_name="text-sm text-faint")
    return card(rx.cond(ServiceState.log, lines, nothing), title="Log")
