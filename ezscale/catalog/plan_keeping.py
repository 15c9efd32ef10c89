"""Plans come, change and go. Nobody who has one notices: what was sold goes by its agreement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.catalog.changing import change_catalog, clean_name, clean_slug, locked, whole
from ezscale.catalog.events import StockFreed
from ezscale.catalog.stock import set_stock
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Location, Plan, Subscription, SubscriptionItem
from ezscale.models.plan import Family
from ezscale.models.subscription import ItemKind, SubscriptionStatus

MOST_CORES, MOST_MEMORY_MB, MOST_DISK_GB, MOST_TRAFFIC_GB = 1024, 64 * 1024**2, 10**6, 10**7
MOST_STOCK, MOST_POSITION = 10**6, 9999
LONGEST_SUMMARY, LONGEST_PACKAGE, LONGEST_SETTINGS = 250, 60, 1000


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A plan as it was typed. `stock` is empty for as many as are wanted; `stock_seen` is what stood there before."""

    name: str
    summary: str = ""
    cpu_cores: str = ""
    memory_mb: str = ""
    disk_gb: str = ""
    traffic_gb: str = ""
    package: str = ""
    panel_settings: str = ""
    position: str = ""
    popular: bool = False
    hidden: bool = False
    needs_approval: bool = False
    stock: str = ""
    stock_seen: str = ""


def add_plan(work: Work, slug: str, family: str, panel: str, sheet: PlanSheet) -> Plan:
    """A new plan. Nobody can order it before it has a price. Its slug, family and panel are for good."""
    change_catalog(work)
    if family not in list(Family):
        raise Invalid("Please choose one from the list.", field="family")
    if panel not in panels(work):
        raise Invalid("Please choose one from the list.", field="panel")
    plan = Plan(slug=clean_slug(work, Plan, slug), family=Family(family), name="", panel=panel, package="")
    _fill(plan, sheet)
    plan.stock = _stock(sheet.stock)
    work.session.add(plan)
    try:
        work.session.flush()
    except IntegrityError as error:  # somebody took the name at this very moment
        raise Invalid("There is one with this name already.", field="slug") from error
    return plan


def change_plan(work: Work, plan_id: UUID, sheet: PlanSheet) -> Plan:
    """How a plan is sold from now on. Sizes and package are those of servers that are built from now on."""
    change_catalog(work)
    plan = locked(work, Plan, plan_id)
    _fill(plan, sheet)
    stock = _stock(sheet.stock)
    if plan.stock_from_panel:
        if stock != _stock(sheet.stock_seen):
            raise Invalid("Its panel counts this plan: change who counts it first.", field="stock")
    elif stock != plan.stock:
        if _stock(sheet.stock_seen) != plan.stock:  # whoever orders takes from it at the same time
            raise Invalid(f"Meanwhile there are {left(plan)} left. Please look again.", field="stock")
        set_stock(work, plan, stock)
    work.session.add(plan)
    return plan


def archive_plan(work: Work, plan_id: UUID) -> Plan:
    """No longer for sale. Those who have it keep it, and it can come back."""
    change_catalog(work)
    plan = locked(work, Plan, plan_id)
    plan.archive(work.now)
    work.session.add(plan)
    return plan


def restore_plan(work: Work, plan_id: UUID) -> Plan:
    """For sale again, at the prices that have not ended."""
    change_catalog(work)
    plan = locked(work, Plan, plan_id)
    plan.restore()
    work.session.add(plan)
    work.emit(StockFreed(plan.id))
    return plan


def every_plan(work: Work) -> list[Plan]:
    """All plans, also those that are hidden or archived, in shop order. For staff."""
    work.actor.require(SEE_EVERYTHING)
    return list(work.session.exec(select(Plan).order_by(col(Plan.family), col(Plan.position), col(Plan.slug))))


def plan_file(work: Work, plan_id: UUID) -> Plan:
    """One plan, whatever its state. For staff."""
    work.actor.require(SEE_EVERYTHING)
    plan = work.session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("We could not find this plan.")
    return plan


def subscribers_of(work: Work) -> dict[UUID, int]:
    """How many subscriptions that run have each plan. For staff."""
    work.actor.require(SEE_EVERYTHING)
    running = (
        select(SubscriptionItem.plan_id, func.count())
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            SubscriptionItem.kind == ItemKind.PLAN,
            col(SubscriptionItem.ended_on).is_(None),
            col(Subscription.status).in_((SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)),
        )
        .group_by(col(SubscriptionItem.plan_id))
    )
    return dict(work.session.exec(running).all())


def panels(work: Work) -> list[str]:
    """The panels on which there is a place to build something."""
    return list(work.session.exec(select(Location.panel).distinct().order_by(col(Location.panel))))


def is_sold(work: Work, column: Any, row_id: UUID) -> bool:
    """Whether anything of it was ever agreed on with a customer; `column` is the item's that names it."""
    sold = select(SubscriptionItem.id).where(column == row_id).limit(1)
    return work.session.exec(sold).first() is not None


def left(plan: Plan) -> str:
    """How many may still be sold, in a word."""
    return "no end of them" if plan.stock is None else str(plan.stock)


def _fill(plan: Plan, sheet: PlanSheet) -> None:
    plan.name = clean_name(sheet.name)
    plan.summary = " ".join(sheet.summary.split())
    if len(plan.summary) > LONGEST_SUMMARY:
        raise Invalid(f"At most {LONGEST_SUMMARY} characters, please.", field="summary")
    plan.cpu_cores = whole(sheet.cpu_cores, "cpu_cores", MOST_CORES)
    plan.memory_mb = whole(sheet.memory_mb, "memory_mb", MOST_MEMORY_MB)
    plan.disk_gb = whole(sheet.disk_gb, "disk_gb", MOST_DISK_GB)
    plan.traffic_gb = whole(sheet.traffic_gb, "traffic_gb", MOST_TRAFFIC_GB)
    plan.package = clean_name(sheet.package, LONGEST_PACKAGE, "package")
    plan.panel_settings = _settings(sheet.panel_settings)
    plan.position = whole(sheet.position, "position", MOST_POSITION)
    plan.popular, plan.hidden, plan.needs_approval = sheet.popular, sheet.hidden, sheet.needs_approval


def _settings(typed: str) -> str:
    """A line for each, as it is kept; refused when a line says nothing, or a name says two things."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    pairs = [(name.strip(), value.strip()) for name, _, value in (line.partition("=") for line in lines)]
    for line, (name, value) in zip(lines, pairs, strict=True):
        if not name or not value:
            raise Invalid(
                f"Please write a name, an equals sign and a value: {line[:40]!r} is none.", field="panel_settings"
            )
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise Invalid(f"{name} is set twice.", field="panel_settings")
    kept = "\n".join(f"{name} = {value}" for name, value in pairs)
    if len(kept) > LONGEST_SETTINGS:
        raise Invalid(f"At most {LONGEST_SETTINGS} characters, please.", field="panel_settings")
    return kept


def _stock(typed: str) -> int | None:
    return whole(typed, "stock", MOST_STOCK) if typed.strip() else None
