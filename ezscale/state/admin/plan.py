"""One plan: how it is sold, at which prices, and what it can be fitted with."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.permissions import MANAGE_CATALOG
from ezscale.billing.price_changes import changes_of, price_points, withdraw_change
from ezscale.catalog.offering import Offered, offered_with
from ezscale.catalog.plan_keeping import archive_plan, change_plan, plan_file, restore_plan, subscribers_of
from ezscale.catalog.price_list import PLANS, per_cycle, price_history
from ezscale.kit.work import Work
from ezscale.models import Option, Plan
from ezscale.models.option import OptionKind
from ezscale.state.admin.plan_trial import PlanTrialState
from ezscale.state.admin.plans import sheet_of, standing_of
from ezscale.state.admin.price_views import ChangeRow, CycleRow, PointRow, grid_of
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.families import panel_name
from ezscale.state.marketing.catalog import FAMILY_NAMES, gigabytes, terabytes
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer


@dataclass
class PlanView:
    """A plan as its page shows it: in words, and as its form holds it."""

    id: str = ""
    slug: str = ""
    family: str = ""
    panel: str = ""
    name: str = ""
    summary: str = ""
    cpu_cores: str = ""
    memory_mb: str = ""
    disk_gb: str = ""
    traffic_gb: str = ""
    package: str = ""
    panel_settings: str = ""
    position: str = ""
    stock: str = ""
    counted_by_panel: bool = False
    set_aside: str = ""
    popular: bool = False
    hidden: bool = False
    needs_approval: bool = False
    archived: bool = False
    standing: str = ""
    size: str = ""
    subscribers: str = ""

    @classmethod
    def of(cls, plan: Plan, subscribers: int, *, priced: bool) -> Self:
        """A plan with how many have it."""
        sizes = (gigabytes(plan.memory_mb / 1024), f"{gigabytes(plan.disk_gb)} disk", terabytes(plan.traffic_gb))
        return cls(
            id=str(plan.id),
            slug=plan.slug,
            family=FAMILY_NAMES[plan.family],
            panel=panel_name(plan.panel),
            name=plan.name,
            summary=plan.summary,
            cpu_cores=str(plan.cpu_cores),
            memory_mb=str(plan.memory_mb),
            disk_gb=str(plan.disk_gb),
            traffic_gb=str(plan.traffic_gb),
            package=plan.package,
            panel_settings=plan.panel_settings,
            position=str(plan.position),
            stock="" if plan.stock is None else str(plan.stock),
            counted_by_panel=plan.stock_from_panel,
            set_aside=str(plan.set_aside),
            popular=plan.popular,
            hidden=plan.hidden,
            needs_approval=plan.needs_approval,
            archived=plan.archived_at is not None,
            standing=standing_of(plan, priced=priced),
            size=" · ".join((f"{plan.cpu_cores} vCPU", *sizes)),
            subscribers=str(subscribers),
        )


@dataclass
class OfferRow:
    """An option or an add-on that the plan can be fitted with."""

    id: str
    kind: str
    name: str
    slug: str
    standard: str
    needs: str
    archived: bool

    @classmethod
    def of(cls, found: Offered) -> Self:
        """What is offered, with what comes with it and what it needs."""
        is_option = isinstance(found.thing, Option)
        kind = found.thing.kind.value if isinstance(found.thing, Option) else "add-on"
        return cls(
            id=str(found.thing.id),
            kind=kind,
            name=found.thing.name,
            slug=found.thing.slug,
            standard=found.standard.name
            if found.standard
            else "none"
            if is_option and kind == OptionKind.CHOICE
            else "",
            needs=found.needs.name if found.needs else "",
            archived=found.thing.archived_at is not None,
        )


@dataclass
class PlanFile:
    """Everything on a plan."""

    plan: PlanView
    currencies: list[str]
    grid: list[CycleRow]
    points: list[PointRow]
    changes: list[ChangeRow]
    offers: list[OfferRow]
    may_change: bool


class PlanState(Record, StaffState):
    """One plan, which its address names."""

    plan: PlanView = PlanView()
    currencies: list[str] = []
    grid: list[CycleRow] = []
    points: list[PointRow] = []
    changes: list[ChangeRow] = []
    offers: list[OfferRow] = []
    may_change: bool = False
    editing: bool = False

    @rx.event
    async def edit(self, is_open: bool) -> None:
        """Open or close the window in which it is described."""
        self.editing, self.errors = is_open is True, {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> Answer:
        """Sell it as it was typed, and see what its panel says to it."""
        row_id, sheet = sent_id(self._id), sheet_of(form)
        await self.perform(lambda work: change_plan(work, row_id, sheet))
        self.editing = False
        await self._look()
        self.say("The plan is saved.")
        return PlanTrialState.try_out

    @rx.event
    async def archive(self) -> None:
        """Take it from sale."""
        row_id = sent_id(self._id)
        await self.perform(lambda work: archive_plan(work, row_id))
        await self._look()
        self.say("The plan is archived. Those who have it keep it.")

    @rx.event
    async def restore(self) -> None:
        """Put it on sale again."""
        row_id = sent_id(self._id)
        await self.perform(lambda work: restore_plan(work, row_id))
        await self._look()
        self.say("The plan is back.")

    @rx.event
    async def withdraw(self, change_id: str) -> None:
        """Take an announced change of price back."""
        row_id = sent_id(change_id)
        await self.perform(lambda work: withdraw_change(work, row_id))
        await self._look()
        self.say("The change is withdrawn. Whoever was told of it is told so.")

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.plan, self.currencies, self.grid = file.plan, file.currencies, file.grid
        self.points, self.changes, self.offers = file.points, file.changes, file.offers
        self.may_change, self.loading = file.may_change, False


def file_of(work: Work, plan_id: UUID, reader: Reader) -> PlanFile:
    """Everything on a plan, in one transaction."""
    plan, prices = plan_file(work, plan_id), price_history(work, PLANS, plan_id)
    current = per_cycle(prices, work.now)
    currencies, grid = grid_of(prices, work.now, reader)
    return PlanFile(
        plan=PlanView.of(plan, subscribers_of(work).get(plan_id, 0), priced=bool(current)),
        currencies=currencies,
        grid=grid,
        points=[PointRow.of(point, current, reader) for point in price_points(work, plan_id)],
        changes=[ChangeRow.of(found, reader) for found in changes_of(work, plan_id)],
        offers=[OfferRow.of(found) for found in offered_with(work, plan_id)],
        may_change=work.actor.may(MANAGE_CATALOG),
    )
