"""The first page of the panel."""

import reflex as rx

from ezscale.pages.admin.cases import case_list
from ezscale.pages.admin.parts import by_id, figure, order_columns
from ezscale.pages.shell import admin_page
from ezscale.state.admin.overview import NewsRow, OverviewState
from ezscale.ui import (
    Column,
    card,
    chart_frame,
    empty,
    filters,
    link,
    link_button,
    notice,
    plot,
    skeleton,
    split,
    stack,
    stat,
    stats,
    table,
    timeline,
)

FIGURES = OverviewState.figures


def overview() -> rx.Component:
    """How the company stands, and what waits for a person."""
    body = stack(
        _alarms(),
        _figures(),
        split(_revenue(), _news()),
        rx.cond(
            OverviewState.cases.length() > 0,
            card(case_list(OverviewState.cases), title="Waits for a person", flush=True, id="cases"),
        ),
        _orders(),
    )
    return admin_page(
        "Overview",
        rx.cond(OverviewState.loading, card(skeleton(8)), body),
        at="/admin/",
        lead=rx.cond(OverviewState.now != "", rx.fragment("It is ", OverviewState.now, " for the company.")),
        actions=[filters("Currency", OverviewState.currencies, OverviewState.currency, OverviewState.choose)],
    )


def _alarms() -> rx.Component:
    def alarm(count: rx.Var[int], one: str, many: str, to: str) -> rx.Component:
        words = rx.fragment(count, " ", rx.cond(count == 1, one, many))
        return rx.cond(count > 0, rx.el.li(link(words, to, "font-medium underline underline-offset-[3px]")))

    lines = rx.el.ul(
        alarm(OverviewState.open_cases, "billing case is open", "billing cases are open", "/admin/#cases"),
        alarm(OverviewState.failed_builds, "build has failed", "builds have failed", "/admin/provisioning/"),
        alarm(
            OverviewState.open_findings,
            "server does not agree with our records",
            "servers do not agree with our records",
            "/admin/panels/",
        ),
        alarm(OverviewState.broken, "promise is broken", "promises are broken", "/admin/doctor/"),
        rx.foreach(OverviewState.silent_vendors, rx.el.li),
        class_name="flex flex-wrap gap-x-5 gap-y-1",
    )
    servers = OverviewState.failed_builds + OverviewState.open_findings
    counted = OverviewState.open_cases + servers + OverviewState.broken
    any_alarm = counted + OverviewState.silent_vendors.length() > 0
    return rx.cond(any_alarm, notice(lines, "warning", title="Something waits for a person"))


def _figures() -> rx.Component:
    arr = rx.fragment(FIGURES.arr, " a year · ", FIGURES.mrr_together)
    return stats(
        stat("Monthly recurring revenue", FIGURES.mrr, arr, icon_name="repeat"),
        stat("Active services", FIGURES.active, FIGURES.active_note, icon_name="server"),
        stat("Customers", FIGURES.customers, FIGURES.customers_note, icon_name="users"),
        stat(
            "Outstanding",
            FIGURES.outstanding,
            rx.fragment(FIGURES.overdue, " · ", FIGURES.outstanding_together),
            icon_name="receipt-text",
        ),
    )


def _revenue() -> rx.Component:
    months = table(
        OverviewState.months,
        [
            Column("Month", lambda row: row.month),
            Column("New", lambda row: row.new, figures=True),
            Column("Lost", lambda row: row.lost, figures=True),
            Column("MRR", lambda row: row.mrr, figures=True),
        ],
        caption="Monthly recurring revenue, month by month",
        key=lambda row: row.month,
        empty=empty("Nothing to show yet"),
    )
    summary = rx.fragment(figure(OverviewState.trend))
    return chart_frame("Recurring revenue, 24 months", plot(OverviewState.chart), summary, months, height="h-72")


def _news() -> rx.Component:
    lines = timeline(
        OverviewState.news,
        key=by_id,
        what=told,
        note=lambda news: rx.fragment(rx.cond(news.customer != "", rx.el.span(news.customer, " · ")), news.at),
        is_bad=lambda news: news.is_bad,
        label="What has happened, newest first",
    )
    nothing = rx.el.p("Nothing has happened yet.", class_name="text-sm text-faint")
    return card(rx.cond(OverviewState.news.length() > 0, lines, nothing), title="Latest")


def told(news: NewsRow) -> rx.Component:
    """A piece of news, as a link where there is more to see."""
    return rx.cond(
        news.leads_to != "",
        link(news.words, news.leads_to, "underline-offset-[3px] hover:underline"),
        rx.el.span(news.words),
    )


def _orders() -> rx.Component:
    sheet = table(
        OverviewState.orders,
        order_columns(),
        caption="Latest orders",
        key=by_id,
        empty=empty("No orders yet", "Whoever orders appears here.", icon_name="shopping-cart"),
    )
    more = link_button("All orders", to="/admin/orders/", look="quiet", size="small")
    return card(sheet, title="Latest orders", actions=[more], flush=True)
