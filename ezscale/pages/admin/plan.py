"""One plan."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, figure, named, or_dash, record, two_lines
from ezscale.pages.admin.plan_panel import stock_card, stock_window, trial_card
from ezscale.pages.admin.plan_prices import price_windows
from ezscale.pages.admin.plans import plan_fields, plan_standing
from ezscale.pages.shell import admin_page
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.plan_offers import ADD_ON, OPTION, PlanOffersState
from ezscale.state.admin.plan_prices import PlanPricesState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    confirm,
    definitions,
    dialog,
    empty,
    icon,
    link,
    select_field,
    split,
    stack,
    status_badge,
    table,
)
from ezscale.ui.base import Tone, words

THIS, MAY = PlanState.plan, PlanState.may_change
CHANGE_TONES: dict[str, Tone] = {"announced": "info", "holds": "success", "withdrawn": "neutral"}
CHANGE_WORDS = {"announced": "Announced", "holds": "Holds", "withdrawn": "Withdrawn"}
CELL = "border-l border-line px-2 py-1.5 first:border-l-0"


def plan() -> rx.Component:
    """How it is sold, what it costs, and who pays what."""
    return admin_page(
        named(PlanState, "Plan", THIS.name),
        record(PlanState, "plan", split(_main(), _side())),
        price_windows(),
        _describing(),
        _offering(),
        stock_window(),
        at="/admin/plans/",
        lead=rx.cond(THIS.slug != "", rx.fragment(THIS.slug, " · ", THIS.size)),
        crumbs=(("Plans", "/admin/plans/"),),
        badge=rx.cond(THIS.slug != "", plan_standing(THIS.standing)),
        actions=[rx.cond(MAY & ~PlanState.loading & ~PlanState.missing, _buttons())],
    )


def _buttons() -> rx.Component:
    edit = button(icon("pencil"), "Edit", look="plain", size="small", on_click=PlanState.edit(True))
    archive = confirm(
        button(icon("archive"), "Archive", look="plain", size="small"),
        title=rx.Var.create("Archive ") + THIS.name + "?",
        text="Nobody can order it any more. Those who have it keep it, and go on paying for it. It can come back.",
        yes="Archive the plan",
        on_yes=PlanState.archive,
    )
    restore = button(icon("archive-restore"), "Restore", look="plain", size="small", on_click=PlanState.restore)
    return rx.el.div(edit, rx.cond(THIS.archived, restore, archive), class_name="flex flex-wrap gap-2")


def _main() -> rx.Component:
    more = button(icon("plus"), "Another currency", look="plain", size="small", on_click=PlanPricesState.ask("", ""))
    points = table(
        PlanState.points,
        (
            Column("Cycle", lambda row: row.cycle),
            Column("They pay", lambda row: figure(row.price)),
            Column("New customers pay", lambda row: or_dash(row.current), shown_from="sm"),
            Column("Subscribers", lambda row: row.subscribers, figures=True),
            Column("Change", _mover, figures=True),
        ),
        caption="What subscribers pay",
        key=by_id,
        empty=empty("Nobody has it yet", icon_name="users"),
    )
    changes = table(
        PlanState.changes,
        (
            Column("Change", lambda row: two_lines(rx.fragment(row.old, " → ", row.new), row.cycle)),
            Column("From", lambda row: row.day),
            Column("Told", lambda row: row.told, figures=True, shown_from="sm"),
            Column("Pay it", lambda row: row.applied, figures=True, shown_from="sm"),
            Column("Status", lambda row: status_badge(row.standing, CHANGE_TONES, CHANGE_WORDS), shown_from="md"),
            Column("Withdraw", _withdrawer, figures=True),
        ),
        caption="Announced changes",
        key=by_id,
        empty=empty("No change was announced to subscribers", icon_name="megaphone"),
    )
    return stack(
        card(_grid(), title="Prices before tax", actions=[rx.cond(MAY, more)], flush=True),
        card(points, title="What subscribers pay", flush=True),
        card(changes, title="Changes for subscribers", flush=True),
    )


def _grid() -> rx.Component:
    head = rx.el.tr(
        rx.el.th("Cycle", scope="col", class_name="px-4 py-2.5 text-left text-xs font-medium text-faint sm:px-5"),
        rx.foreach(
            PlanState.currencies,
            lambda code: rx.el.th(code, scope="col", class_name="px-4 py-2.5 text-left text-xs font-medium text-faint"),
        ),
    )
    sheet = rx.el.table(
        rx.el.caption("Prices by cycle and currency", class_name="sr-only"),
        rx.el.thead(head, class_name="border-b border-line"),
        rx.el.tbody(rx.foreach(PlanState.grid, _cycle), class_name="divide-y divide-line"),
        class_name="w-full text-sm",
    )
    scroller = rx.el.div(
        sheet, tab_index=0, role="region", aria_label="Prices by cycle and currency", class_name="overflow-x-auto"
    )
    nothing = empty("No price yet", "Give it one, and it is for sale.", icon_name="tag")
    return rx.cond(PlanState.currencies.length() > 0, scroller, nothing)


def _cycle(row: Any) -> rx.Component:
    name = rx.el.th(
        row.name, scope="row", class_name="px-4 py-1.5 text-left font-normal whitespace-nowrap text-body sm:px-5"
    )
    return rx.el.tr(name, rx.foreach(row.cells, _cell), key=row.id)


def _cell(cell: Any) -> rx.Component:
    small = "block text-xs font-normal text-faint"
    price = rx.el.span(
        rx.cond(cell.amount != "", cell.amount, "–"),
        rx.cond(cell.setup != "", rx.el.span("+ ", cell.setup, " setup", class_name=small)),
        rx.cond(cell.planned != "", rx.el.span(cell.planned, class_name=f"{small} text-info")),
        class_name="text-left",
    )
    press = rx.el.button(
        price,
        icon("pencil", 12, "shrink-0 text-faint"),
        type="button",
        on_click=PlanPricesState.ask(cell.currency, cell.months),
        custom_attrs={"aria-label": rx.Var.create("Change the price: ") + cell.name},
        class_name=(
            "flex w-full min-w-28 cursor-pointer items-center justify-between gap-2 rounded-md px-2 py-1 font-medium "
            "text-ink tabular-nums whitespace-nowrap hover:bg-sunken"
        ),
    )
    quiet = rx.el.div(price, class_name="min-w-28 px-2 py-1 font-medium text-ink tabular-nums whitespace-nowrap")
    return rx.el.td(rx.cond(MAY, press, quiet), class_name=CELL, key=cell.name)


def _mover(row: Any) -> rx.Component:
    move = button(
        "Move",
        look="plain",
        size="small",
        on_click=PlanPricesState.ask_to_move(row.currency, row.months, row.minor),
        custom_attrs={"aria-label": rx.Var.create("Move to today's price: ") + row.price + ", " + row.cycle},
    )
    return rx.cond(
        MAY & ~row.is_current,
        move,
        rx.el.span(rx.cond(row.is_current, "Same", "–"), class_name="text-xs text-faint"),
    )


def _withdrawer(row: Any) -> rx.Component:
    ask = confirm(
        button("Withdraw", look="plain", size="small"),
        title=rx.Var.create("Withdraw the change to ") + row.new + "?",
        text="Subscribers go on paying what they do, and whoever was told of the change is told that it will not happen.",
        yes="Withdraw the change",
        on_yes=PlanState.withdraw(row.id),
        no="Let it come",
    )
    return rx.cond(MAY & row.may_withdraw, ask, rx.el.span("–", class_name="text-faint"))


def _side() -> rx.Component:
    about = definitions(
        ("Family", THIS.family),
        ("Panel", THIS.panel),
        ("Package", THIS.package),
        ("Panel settings", rx.el.span(or_dash(THIS.panel_settings), class_name="whitespace-pre-line break-words")),
        ("Set aside", rx.fragment(THIS.set_aside, " · ", link("Waitlist", "/admin/waitlist/"))),
        ("Subscribers", THIS.subscribers),
        ("Position", THIS.position),
        ("Approval", words(THIS.needs_approval, "By a colleague", "None needed")),
        ("Summary", or_dash(THIS.summary)),
        narrow=True,
    )
    add = rx.cond(
        MAY,
        rx.el.div(
            button(icon("plus"), "Option", look="plain", size="small", on_click=PlanOffersState.ask(OPTION)),
            button(icon("plus"), "Add-on", look="plain", size="small", on_click=PlanOffersState.ask(ADD_ON)),
            class_name="flex gap-2",
        ),
    )
    offers = rx.el.ul(rx.foreach(PlanState.offers, _offer), class_name="-my-3 divide-y divide-line")
    nothing = rx.el.p("It comes as it is.", class_name="text-sm text-faint")
    return stack(
        card(about, title="As it is sold"),
        stock_card(),
        trial_card(),
        card(rx.cond(PlanState.offers.length() > 0, offers, nothing), title="Fitted with", actions=[add]),
    )


def _offer(row: Any) -> rx.Component:
    note = rx.el.p(
        rx.cond(row.standard != "", rx.fragment("Comes with ", row.standard, ". ")),
        rx.cond(row.needs != "", rx.fragment("Needs ", row.needs, ".")),
        class_name="text-xs text-faint empty:hidden",
    )
    what = rx.el.div(
        rx.el.p(
            row.name, rx.cond(row.archived, badge("Archived")), class_name="flex items-center gap-2 text-sm text-ink"
        ),
        rx.el.p(row.kind, class_name="text-xs text-faint first-letter:uppercase"),
        note,
        class_name="min-w-0",
    )
    withdraw = confirm(
        button(
            icon("x", 14),
            look="quiet",
            size="small",
            custom_attrs={"aria-label": rx.Var.create("Offer no more: ") + row.name},
        ),
        title=rx.Var.create("Offer ") + row.name + " with this plan no more?",
        text="Those who have it keep it, and go on paying for it.",
        yes="Offer it no more",
        on_yes=PlanOffersState.withdraw(row.kind, row.id),
    )
    return rx.el.li(what, rx.cond(MAY, withdraw), key=row.id, class_name="flex items-start justify-between gap-3 py-3")


def _describing() -> rx.Component:
    form = rx.el.form(
        *plan_fields(PlanState, THIS),
        button("Save the plan", type="submit", class_name="self-end"),
        on_submit=PlanState.save,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title=rx.Var.create("Edit ") + THIS.name,
        text="Sizes and package are those of servers that are built from now on. Servers that run stay as they are.",
        open=PlanState.editing,
        on_open_change=PlanState.edit,
    )


def _offering() -> rx.Component:
    state = PlanOffersState
    is_option = state.question == OPTION
    form = rx.el.form(
        select_field(
            rx.cond(is_option, "Option", "Add-on"),
            "thing",
            state.things,
            errors=state.errors,
            value=state.thing,
            on_change=state.pick,
        ),
        rx.cond(
            is_option & (state.standards.length() > 1),
            select_field("Comes with", "standard", state.standards, errors=state.errors, hint="It costs nothing more."),
        ),
        select_field(
            "Only with", "needs", state.needs, errors=state.errors, hint="Offered only to those who take this."
        ),
        button("Offer it", type="submit", class_name="self-end"),
        on_submit=state.offer,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title=words(is_option, "Offer an option", "Offer an add-on"),
        text="Whoever orders this plan can have it from now on. Offering it again changes the terms.",
        open=state.question != "",
        on_open_change=state.show,
    )
