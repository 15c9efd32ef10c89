"""The list of plans."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import STRONG, by_id, or_dash, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.plans import FAMILY_CHOICES, PlansState
from ezscale.ui import (
    Column,
    button,
    card,
    checkbox,
    dialog,
    empty,
    filters,
    hidden,
    icon,
    link,
    link_button,
    select_field,
    status_badge,
    table,
    text_area,
    text_field,
    toolbar,
)
from ezscale.ui.base import Tone

STANDING_TONES: dict[str, Tone] = {
    "on_sale": "success",
    "hidden": "info",
    "unpriced": "warning",
    "archived": "neutral",
}
STANDING_WORDS = {"on_sale": "On sale", "hidden": "Hidden", "unpriced": "No price", "archived": "Archived"}
MAY = PlansState.may.contains("staff.catalog")


def plans() -> rx.Component:
    """Everything that is, was or will be for sale."""
    nothing = empty("No plans here", "A plan is for sale once it has a price.", icon_name="package")
    sheet = table(
        PlansState.rows,
        (
            Column("Plan", _name),
            Column("Family", lambda row: row.family, shown_from="md"),
            Column("Size", lambda row: row.size, shown_from="lg"),
            Column("Price", lambda row: or_dash(row.price), shown_from="sm"),
            Column("Stock", lambda row: row.stock, figures=True, shown_from="sm"),
            Column("Subscribers", lambda row: row.subscribers, figures=True, shown_from="md"),
            Column("Status", lambda row: plan_standing(row.standing)),
        ),
        caption="Plans",
        key=by_id,
        empty=nothing,
        loading=PlansState.loading,
    )
    statuses = filters("Status", (("", "All"), *STANDING_WORDS.items()), PlansState.status, PlansState.choose)
    new = button(icon("plus"), "New plan", size="small", on_click=PlansState.show(True))
    window = dialog(
        None,
        _form(),
        title="New plan",
        text="It is for sale once it has a price. Its name in addresses, its family and its panel are for good.",
        open=PlansState.adding,
        on_open_change=PlansState.show,
    )
    return admin_page(
        "Plans",
        card(toolbar(statuses), sheet, flush=True),
        window,
        at="/admin/plans/",
        lead="What is for sale, at which prices, and how many are left.",
        actions=[
            link_button(
                icon("download"),
                "Price list",
                to="/api/exports/prices.csv",
                look="plain",
                size="small",
                loads=True,
                download=True,
            ),
            link_button("Options", to="/admin/options/", look="plain", size="small"),
            link_button("Add-ons", to="/admin/add-ons/", look="plain", size="small"),
            rx.cond(MAY, new),
        ],
    )


def plan_standing(standing: Any) -> rx.Component:
    """How a plan stands in the shop."""
    return status_badge(standing, STANDING_TONES, STANDING_WORDS)


def plan_fields(state: Any, plan: Any | None = None) -> list[rx.Component]:
    """The fields of a plan that can always change. Without a plan they are empty."""

    def line(label: str, name: str, hint: str = "", **props: Any) -> rx.Component:
        known = {"default_value": getattr(plan, name)} if plan is not None else {}
        return text_field(label, name, errors=state.errors, hint=hint, auto_complete="off", **known, **props)

    def box(label: str, name: str) -> rx.Component:
        known = {"default_checked": getattr(plan, name)} if plan is not None else {}
        return checkbox(label, name, errors=state.errors, **known)

    number = {"input_mode": "numeric", "max_length": 12}
    return [
        line("Name", "name", required=True, max_length=80),
        line("Summary", "summary", max_length=250),
        rx.el.div(
            line("vCPU", "cpu_cores", **number),
            line("Memory in MB", "memory_mb", **number),
            line("Disk in GB", "disk_gb", **number),
            line("Traffic in GB", "traffic_gb", **number),
            line("Package", "package", "What the panel calls it.", required=True, max_length=60),
            line("Position", "position", "Where it stands in the shop.", **number),
            _stock(plan, line("Stock", "stock", "Empty: unlimited.", **number)),
            class_name="grid grid-cols-1 gap-4 min-[420px]:grid-cols-2",
        ),
        text_area(
            "Panel settings",
            "panel_settings",
            errors=state.errors,
            hint="What else the panel has to know, a line for each: databases = 2. Customers read the line of backups.",
            max_length=1000,
            rows="3",
            **({"default_value": plan.panel_settings} if plan is not None else {}),
        ),
        hidden("stock_seen", plan.stock) if plan is not None else rx.fragment(),
        rx.el.div(
            box("Marked as most chosen", "popular"),
            box("Hidden: sold by its address alone", "hidden"),
            box("Orders wait for a colleague's approval", "needs_approval"),
            class_name="flex flex-col gap-2.5",
        ),
    ]


def _stock(plan: Any | None, line: rx.Component) -> rx.Component:
    """What a panel counts is not typed."""
    return line if plan is None else rx.cond(plan.counted_by_panel, hidden("stock", plan.stock), line)


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "Name in addresses",
            "slug",
            errors=PlansState.errors,
            hint="Small letters, digits and hyphens. It never changes.",
            required=True,
            max_length=60,
            placeholder="vps-6",
            auto_complete="off",
        ),
        rx.el.div(
            select_field("Family", "family", FAMILY_CHOICES, errors=PlansState.errors),
            select_field("Panel", "panel", PlansState.panels, errors=PlansState.errors),
            class_name="grid grid-cols-1 gap-4 min-[420px]:grid-cols-2",
        ),
        *plan_fields(PlansState),
        button("Make the plan", type="submit", class_name="self-end"),
        on_submit=PlansState.add,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )


def _name(row: Any) -> rx.Component:
    return two_lines(link(row.name, f"/admin/plan/?id={row.id}", STRONG), row.slug)
