"""The first page of the panel: how the company stands, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import pandas as pd
import plotly.graph_objects as go
import reflex as rx
from reflex_base.event import EventHandler

from ezscale.billing.cases import open_cases
from ezscale.company.currencies import offered_currencies
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.ordering.placing import orders
from ezscale.reporting.doctor import examine
from ezscale.reporting.figures import revenue_figure
from ezscale.reporting.happenings import Happening, happenings
from ezscale.reporting.overview import Overview, company_overview
from ezscale.reporting.revenue import monthly_revenue
from ezscale.state.admin.cases import CaseView
from ezscale.state.admin.rows import OrderRow
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_text
from ezscale.state.ordering.choices import Option
from ezscale.state.reader import Reader
from ezscale.ui import blank_figure

SHOWN = 6


@dataclass
class Figures:
    """The company in figures, in one currency."""

    mrr: str = ""
    arr: str = ""
    active: str = ""
    active_note: str = ""
    customers: str = ""
    customers_note: str = ""
    outstanding: str = ""
    overdue: str = ""
    mrr_together: str = ""
    outstanding_together: str = ""

    @classmethod
    def of(cls, seen: Overview, currency: str, reader: Reader) -> Self:
        """The figures of an overview."""
        zero = Money.zero(currency)
        mrr, late = seen.mrr.get(currency, zero), seen.overdue.get(currency, zero)
        suspended = seen.services.get("suspended", 0)
        return cls(
            mrr=reader.money(mrr),
            arr=reader.money(mrr * 12),
            active=str(seen.services.get("active", 0)),
            active_note=f"{suspended} suspended" if suspended else "none suspended",
            customers=str(seen.customers),
            customers_note="with an account",
            outstanding=reader.money(seen.outstanding.get(currency, zero)),
            overdue=f"{reader.money(late)} overdue" if late else "nothing overdue",
            mrr_together=in_all(seen.mrr_together, reader),
            outstanding_together=in_all(seen.outstanding_together, reader),
        )


def in_all(sum_of_all: Money | None, reader: Reader) -> str:
    """All currencies together, in that of reports."""
    return f"{reader.money(sum_of_all)} in all" if sum_of_all is not None else "no rate for all currencies"


@dataclass
class MonthRow:
    """A month of recurring revenue."""

    month: str
    mrr: str
    new: str
    lost: str


@dataclass
class NewsRow:
    """Something that happened."""

    id: str
    at: str
    words: str
    customer: str
    is_bad: bool
    leads_to: str

    @classmethod
    def of(cls, news: Happening, reader: Reader) -> Self:
        """A happening, with the page that says more."""
        leads_to = ""
        if news.service_id:
            leads_to = f"/admin/service/?id={news.service_id}"
        elif news.invoice_id:
            leads_to = f"/admin/invoice/?id={news.invoice_id}"
        return cls(str(news.id), reader.moment(news.at), news.words, news.customer, news.is_bad, leads_to)


@dataclass(frozen=True)
class Desk:
    """What lies on the table in the morning."""

    seen: Overview
    currency: str
    currencies: tuple[str, ...]
    revenue: pd.DataFrame
    orders: list[OrderRow]
    news: list[NewsRow]
    cases: list[CaseView]
    silent_vendors: list[str]
    now: str


class OverviewState(StaffState):
    """The company at a glance, in one currency at a time: amounts of several are never added up."""

    loading: bool = True
    now: str = ""
    currency: str = ""
    currencies: list[Option] = []
    figures: Figures = Figures()
    chart: go.Figure = blank_figure()
    months: list[MonthRow] = []
    trend: str = ""
    orders: list[OrderRow] = []
    news: list[NewsRow] = []
    cases: list[CaseView] = []
    open_cases: int = 0
    failed_builds: int = 0
    open_findings: int = 0
    silent_vendors: list[str] = []
    broken: int = 0

    _drawn: str = ""

    @rx.event
    async def load(self) -> EventHandler:
        """Show everything, then let the doctor look."""
        await self.follow(OverviewState.refresh)
        await self._look()
        self.loading = False
        return OverviewState.ask_doctor

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def choose(self, currency: str) -> None:
        """Show another currency."""
        self.currency = sent_text(currency, 3)
        await self._look()

    @rx.event(background=True)
    async def ask_doctor(self) -> None:
        """Count the promises that are broken; that can take a while."""
        findings = await self.read(examine)
        async with self:
            if not self.signed_in:  # they went while the doctor was counting
                return
            self.broken = sum(1 for finding in findings if finding.broken)

    async def _look(self) -> None:
        wanted, reader = self.currency, self._reader()
        desk = await self.read(lambda work: desk_of(work, wanted, reader))
        self.now, self.currency = desk.now, desk.currency
        self.currencies = [Option(code, code) for code in desk.currencies]
        self.figures = Figures.of(desk.seen, desk.currency, reader)
        self.orders, self.news, self.cases = desk.orders, desk.news, desk.cases
        self.silent_vendors = desk.silent_vendors
        self.open_cases, self.failed_builds = desk.seen.open_cases, desk.seen.failed_builds
        self.open_findings = desk.seen.open_findings
        drawn = f"{desk.currency} {desk.revenue.to_json()}"
        if drawn != self._drawn:  # a chart is large: send it when it has changed
            self._drawn = drawn
            self.chart = revenue_figure(desk.revenue, desk.currency)
            self.months = month_rows(desk.revenue, desk.currency, reader)
            self.trend = trend_of(desk.revenue, desk.currency, reader)


def desk_of(work: Work, wanted: str, reader: Reader) -> Desk:
    """Everything the first page shows, in one transaction."""
    seen = company_overview(work)
    currencies = currencies_of(work, seen)
    currency = wanted if wanted in currencies else main_currency(seen, currencies)
    return Desk(
        seen=seen,
        currency=currency,
        currencies=currencies,
        revenue=monthly_revenue(work, currency),
        orders=[OrderRow.of(order, customer, reader) for order, customer in orders(work, limit=SHOWN)],
        news=[NewsRow.of(news, reader) for news in happenings(work, limit=SHOWN + 2)],
        cases=[CaseView.of(case, reader) for case in open_cases(work, limit=SHOWN)],
        silent_vendors=[f"{name} has not answered since {reader.moment(since)}" for name, since in seen.silent_vendors],
        now=reader.moment(work.now),
    )


def currencies_of(work: Work, seen: Overview) -> tuple[str, ...]:
    """What the company sells in, and after that what somebody still pays or owes in."""
    offered = offered_currencies(work)
    return (*offered, *sorted((seen.mrr.keys() | seen.outstanding.keys()) - set(offered)))


def main_currency(seen: Overview, currencies: Sequence[str]) -> str:
    """The currency with the most recurring revenue."""
    return max(currencies, key=lambda code: seen.mrr.get(code, Money.zero(code)).minor)


def month_rows(revenue: pd.DataFrame, currency: str, reader: Reader) -> list[MonthRow]:
    """The chart as a table, newest first."""

    def words(minor: int) -> str:
        return reader.money(Money(int(minor), currency))

    rows = [
        MonthRow(month.strftime("%B %Y"), words(mrr), words(new), words(lost))
        for month, mrr, new, lost in revenue[["month", "mrr", "new", "lost"]].itertuples(index=False)
    ]
    return rows[::-1]


def trend_of(revenue: pd.DataFrame, currency: str, reader: Reader) -> str:
    """What the chart says, in a sentence."""
    latest, before = (int(minor) for minor in revenue["mrr"].iloc[[-1, -2]])
    change = Money(abs(latest - before), currency)
    if not change:
        return "Unchanged since the end of last month."
    share = f", {abs(latest - before) / before:.1%}" if before else ""
    return f"{'Up' if latest > before else 'Down'} {reader.money(change)}{share} since the end of last month."
