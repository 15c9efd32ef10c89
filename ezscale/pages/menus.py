"""The menus of the three sides of the house, and how a side menu looks."""

from collections.abc import Sequence
from typing import NamedTuple

import reflex as rx

from ezscale.state.session import SessionState
from ezscale.ui import icon, link
from ezscale.ui.links import nav_link


class Entry(NamedTuple):
    """A line of a side menu. `needs` is the permission without which it leads nowhere; `whole` hides it from delegates."""

    text: str
    to: str
    icon_name: str
    needs: str = ""
    whole: bool = False


class Group(NamedTuple):
    """Lines of a side menu that belong together, under a small heading, or under none."""

    text: str
    entries: tuple[Entry, ...]


PUBLIC_MENU = (("VPS", "/vps/"), ("Pricing", "/pricing/"), ("About", "/about/"), ("Contact", "/contact/"))
ACCOUNT_MENU = (
    Group(
        "",
        (
            Entry("Overview", "/account/", "layout-dashboard"),
            Entry("Services", "/account/services/", "server"),
            Entry("Invoices", "/account/invoices/", "receipt-text", needs="billing.see"),
            Entry("Credit", "/account/credit/", "wallet", needs="billing.see"),
            Entry("Payment methods", "/account/cards/", "credit-card", needs="billing.see"),
            Entry("Referrals", "/account/referrals/", "heart-handshake", needs="billing.see"),
            Entry("People", "/account/people/", "users", needs="customer.people"),
            Entry("SSH keys", "/account/ssh-keys/", "file-key-2", needs="services.see", whole=True),
            Entry("API tokens", "/account/tokens/", "key-round"),
            Entry("Profile", "/account/profile/", "user-round", whole=True),
            Entry("Security", "/account/security/", "shield-check"),
        ),
    ),
)
ADMIN_MENU = (
    Group(
        "",
        (Entry("Overview", "/admin/", "chart-line"),),
    ),
    Group(
        "Sales",
        (
            Entry("Customers", "/admin/customers/", "users"),
            Entry("Orders", "/admin/orders/", "shopping-cart"),
            Entry("Waitlist", "/admin/waitlist/", "clock"),
            Entry("Catalog", "/admin/plans/", "package"),
            Entry("Coupons", "/admin/coupons/", "ticket-percent", needs="staff.coupons"),
            Entry("Referrals", "/admin/referrals/", "heart-handshake", needs="staff.coupons"),
        ),
    ),
    Group(
        "Billing",
        (
            Entry("Subscriptions", "/admin/subscriptions/", "calendar-sync"),
            Entry("Leaving", "/admin/leaving/", "door-open"),
            Entry("Invoices", "/admin/invoices/", "receipt-text"),
            Entry("Tax", "/admin/tax/", "percent"),
            Entry("Currencies", "/admin/currencies/", "coins"),
            Entry("Tonight", "/admin/tonight/", "moon"),
            Entry("Runs", "/admin/runs/", "list-checks"),
        ),
    ),
    Group(
        "Servers",
        (
            Entry("Services", "/admin/services/", "server"),
            Entry("Provisioning", "/admin/provisioning/", "hammer"),
            Entry("Panels", "/admin/panels/", "scan-search"),
            Entry("Maintenance", "/admin/maintenance/", "construction"),
        ),
    ),
    Group(
        "House",
        (
            Entry("Mail", "/admin/mail/", "mail"),
            Entry("Audit", "/admin/audit/", "fingerprint"),
            Entry("Colleagues", "/admin/staff/", "id-card"),
            Entry("Roles", "/admin/roles/", "shield"),
            Entry("Documents", "/admin/documents/", "file-text", needs="staff.rules"),
            Entry("Rules", "/admin/rules/", "scale", needs="staff.rules"),
            Entry("API tokens", "/admin/tokens/", "key-round"),
            Entry("Doctor", "/admin/doctor/", "stethoscope"),
            Entry("Time machine", "/admin/time/", "history"),
            Entry("Security", "/admin/security/", "shield-check"),
        ),
    ),
)
FOOTER = (
    ("Products", (("VPS", "/vps/"), ("Pricing", "/pricing/"))),
    ("Company", (("About", "/about/"), ("Contact", "/contact/"))),
    ("Customers", (("Log in", "/login/"), ("Create an account", "/register/"))),
    (
        "Legal",
        (
            ("Terms of service", "/terms/"),
            ("Privacy", "/privacy/"),
            ("Acceptable use", "/acceptable-use/"),
            ("Service level", "/sla/"),
        ),
    ),
)


class Paint(NamedTuple):
    """How a side menu is painted."""

    side: str
    here: str
    elsewhere: str
    toggle: str
    heading: str


NIGHT_OFF = Paint(
    "border-line bg-surface",
    "bg-sunken font-medium text-ink",
    "text-body hover:bg-sunken hover:text-ink",
    "text-body hover:bg-sunken",
    "text-faint",
)
NIGHT_ON = Paint(
    "on-night border-night-line bg-night",
    "bg-night-raised font-medium text-volt",
    "text-on-night-faint hover:bg-night-raised hover:text-on-night",
    "text-on-night hover:bg-night-raised",
    "text-on-night-faint",
)


def side_menu(groups: Sequence[Group], at: str, sign: rx.Component, paint: Paint, name: str) -> rx.Component:
    """A column of links on wide screens, a fold-out on narrow ones."""

    def lines() -> list[rx.Component]:
        return [_group(group, at, paint) for group in groups]

    narrow = rx.el.details(
        rx.el.summary(
            icon("menu", 20),
            aria_label="Menu",
            class_name=f"absolute right-4 top-2.5 grid size-9 place-items-center rounded-md {paint.toggle}",
        ),
        rx.el.nav(*lines(), aria_label="Menu", class_name="flex flex-col gap-3 px-3 pb-3"),
        class_name="lg:hidden",
    )
    head = rx.el.div(
        link(sign, groups[0].entries[0].to, "rounded-md"), class_name="flex h-14 items-center px-4 lg:px-5"
    )
    wide = rx.el.nav(*lines(), aria_label="Menu", id=name, class_name="hidden flex-col gap-3 px-3 pb-6 pt-2 lg:flex")
    return rx.el.header(
        rx.el.div(head, narrow, wide, class_name="relative lg:sticky lg:top-0 lg:max-h-dvh lg:overflow-y-auto"),
        class_name=f"shrink-0 border-b lg:w-60 lg:border-b-0 lg:border-r {paint.side}",
    )


def _group(group: Group, at: str, paint: Paint) -> rx.Component:
    lines = [_shown_to_whom_it_concerns(entry, _line(entry, at, paint)) for entry in group.entries]
    if not group.text:
        return rx.el.div(*lines, class_name="flex flex-col gap-0.5")
    name = rx.el.p(group.text, aria_hidden="true", class_name=f"px-3 pb-1 text-xs font-medium {paint.heading}")
    return rx.el.div(name, *lines, role="group", aria_label=group.text, class_name="flex flex-col gap-0.5")


def _line(entry: Entry, at: str, paint: Paint) -> rx.Component:
    return nav_link(
        rx.fragment(icon(entry.icon_name, 17), entry.text),
        entry.to,
        current=entry.to == at,
        class_name="flex items-center gap-3 rounded-md px-3 py-2 text-sm transition-colors lg:py-1.5",
        here=paint.here,
        elsewhere=paint.elsewhere,
    )


def _shown_to_whom_it_concerns(entry: Entry, line: rx.Component) -> rx.Component:
    if entry.needs:
        line = rx.cond(SessionState.may.contains(entry.needs), line)
    return rx.cond(SessionState.is_delegate, rx.fragment(), line) if entry.whole else line
