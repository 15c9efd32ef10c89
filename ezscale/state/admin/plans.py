"""The list of plans, and the window in which a new one is described."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.catalog.plan_keeping import PlanSheet, add_plan, every_plan, panels, subscribers_of
from ezscale.catalog.price_list import PLANS, Standing, prices_of_all, standing
from ezscale.kit.work import Work
from ezscale.models import Plan, Price
from ezscale.models.plan import Family
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_text
from ezscale.state.marketing.catalog import FAMILY_NAMES, gigabytes
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

ON_SALE, HIDDEN, UNPRICED, ARCHIVED = "on_sale", "hidden", "unpriced", "archived"
FAMILY_CHOICES = tuple((family.value, FAMILY_NAMES[family]) for family in Family)
SHEET = (
    *("name", "summary", "cpu_cores", "memory_mb", "disk_gb", "traffic_gb"),
    *("package", "position", "stock", "stock_seen"),
)
FLAGS = ("popular", "hidden", "needs_approval")


@dataclass
class Choice:
    """Something to choose from a list."""

    value: str
    text: str


@dataclass
class PlanRow:
    """A plan in the list."""

    id: str
    slug: str
    name: str
    family: str
    size: str
    price: str
    stock: str
    subscribers: str
    standing: str

    @classmethod
    def of(cls, plan: Plan, prices: Iterable[Price], subscribers: int, reader: Reader) -> Self:
        """A plan with what its shortest cycle costs."""
        shown = list(prices)
        return cls(
            id=str(plan.id),
            slug=plan.slug,
            name=plan.name,
            family=FAMILY_NAMES[plan.family],
            size=f"{plan.cpu_cores} vCPU · {gigabytes(plan.memory_mb / 1024)} · {gigabytes(plan.disk_gb)}",
            price=" · ".join(reader.money(price.amount) for price in shown),
            stock="Unlimited" if plan.stock is None else str(plan.stock),
            subscribers=str(subscribers),
            standing=standing_of(plan, priced=bool(shown)),
        )


class PlansState(StaffState):
    """Every plan, by family."""

    loading: bool = True
    status: str = ""
    rows: list[PlanRow] = []
    panels: list[Choice] = []
    adding: bool = False

    @rx.event
    async def load(self) -> None:
        """Show the plans of one standing, or all of them."""
        self.adding, self.status = False, self._asked("status", 20)
        await self._look()

    @rx.event
    async def choose(self, status: str) -> Answer:
        """Show one standing, or all of them when it is empty."""
        chosen = sent_text(status, 20)
        return rx.redirect(f"/admin/plans/?status={chosen}" if chosen.isidentifier() else "/admin/plans/")

    @rx.event
    async def show(self, is_open: bool) -> None:
        """Open or close the window for a new plan."""
        self.adding, self.errors = is_open is True, {}

    @rx.event
    async def add(self, form: dict[str, Any]) -> Answer:
        """Make a plan; its prices are the next thing."""
        named = sent_fields(form, "slug", "family", "panel", longest=100)
        sheet = sheet_of(form)
        plan = await self.perform(lambda work: add_plan(work, named["slug"], named["family"], named["panel"], sheet))
        self.adding = False
        self.say("The plan is made. Give it a price, and it is for sale.")
        return rx.redirect(f"/admin/plan/?id={plan.id}")

    async def _look(self) -> None:
        reader, status = self._reader(), self.status

        def reading(work: Work) -> tuple[list[PlanRow], list[Choice]]:
            return rows_of(work, reader, status), [Choice(panel, panel) for panel in panels(work)]

        self.rows, self.panels = await self.read(reading)
        self.loading = False


def rows_of(work: Work, reader: Reader, status: str = "") -> list[PlanRow]:
    """The plans of one standing, or all of them."""
    plans, subscribers = every_plan(work), subscribers_of(work)
    current: dict[UUID, list[Price]] = {}
    for price in prices_of_all(work, PLANS):
        if standing(price, work.now) is Standing.CURRENT:
            current.setdefault(price.plan_id, []).append(price)
    rows = [PlanRow.of(plan, shortest(current.get(plan.id, [])), subscribers.get(plan.id, 0), reader) for plan in plans]
    return [row for row in rows if not status or row.standing == status]


def shortest(prices: list[Price]) -> list[Price]:
    """The prices of the shortest cycle there is."""
    least = min((price.months for price in prices), default=0)
    return [price for price in prices if price.months == least]


def standing_of(plan: Plan, *, priced: bool) -> str:
    """How a plan stands in the shop, in a word."""
    if plan.archived_at is not None:
        return ARCHIVED
    if not priced:
        return UNPRICED
    return HIDDEN if plan.hidden else ON_SALE


def sheet_of(form: Any) -> PlanSheet:
    """A plan as it was typed."""
    sent = form if isinstance(form, dict) else {}
    flags = {name: sent.get(name) in (True, "on", "true") for name in FLAGS}
    texts = sent_fields(form, *SHEET, longest=300) | sent_fields(form, "panel_settings", longest=1500)
    return PlanSheet(**texts, **flags)  # type: ignore[arg-type]  # texts, then flags
