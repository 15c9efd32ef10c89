"""What a panel is told of a plan."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col

from ezscale.kit.work import Work
from ezscale.models import AddOn, Location, Option, OptionValue, Plan, SubscriptionItem
from ezscale.models.option import PanelField
from ezscale.models.subscription import ItemKind
from ezscale.provisioning.ports import Extras, ServiceSpec, Sizes

NOTHING = Extras()


def sizes_of(plan: Plan | Sizes, extras: Extras = NOTHING) -> Sizes:
    """How big a plan is, with what was bought beside it. What has no limit needs nothing more."""
    return Sizes(
        cpu_cores=_more(plan.cpu_cores, extras.cpu_cores),
        memory_mb=_more(plan.memory_mb, extras.memory_mb),
        disk_gb=_more(plan.disk_gb, extras.disk_gb),
        traffic_gb=_more(plan.traffic_gb, extras.traffic_gb),
    )


def extras_of(work: Work, item_id: UUID) -> Extras:
    """What is agreed on beside the plan of a subscription item, of what panels count: by what staff said of each part."""
    return extras_of_items(work, [item_id]).get(item_id, NOTHING)


def extras_of_items(work: Work, item_ids: Sequence[UUID]) -> dict[UUID, Extras]:
    """The same for many plans, by their items; those with nothing beside them are left out."""
    found: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    parts = work.session.execute(_parts(), {"item_ids": item_ids}) if item_ids else ()
    for item_id, quantity, adds, by_option, by_add_on in parts:
        if (field := by_option or by_add_on) in list(PanelField):
            found[item_id][field] += quantity * (adds if by_option else 1)
    return {item_id: Extras(**more) for item_id, more in found.items()}


def field_of(work: Work, item: SubscriptionItem) -> str:
    """What a thing beside a plan makes more of, of what panels count; empty when it is nothing of theirs."""
    if item.option_value_id is not None:
        value = work.session.get_one(OptionValue, item.option_value_id)
        return work.session.get_one(Option, value.option_id).panel_field
    return work.session.get_one(AddOn, item.add_on_id).panel_field if item.add_on_id is not None else ""


def in_words(extras: Extras) -> str:
    """What is to be there beside a plan, for staff."""
    more = [f"{number} more of {name}" for name, number in asdict(extras).items() if number]
    return ", ".join(more) or "as its plan says"


def sample_spec(plan: Plan, location: Location, image: str) -> ServiceSpec:
    """What could be ordered of a plan in a place, for asking about it; nobody's, so it can never be built."""
    return ServiceSpec(
        key="",
        package=plan.package,
        location=location.panel_ref,
        image=image,
        hostname="example.com",
        sizes=sizes_of(plan),
        settings=plan.settings_of_panel,
    )


@cache
def _parts() -> Select[Any]:
    """What is beside some plans. It takes long to put together, and is always the same."""
    own, beside = aliased(SubscriptionItem), aliased(SubscriptionItem)
    columns: tuple[Any, ...] = (
        *(col(own.id), col(beside.quantity), col(OptionValue.adds)),
        *(col(Option.panel_field), col(AddOn.panel_field)),
    )
    return (
        sqlalchemy.select(*columns)
        .join(beside, col(beside.subscription_id) == col(own.subscription_id))
        .outerjoin(OptionValue, col(OptionValue.id) == col(beside.option_value_id))
        .outerjoin(Option, col(Option.id) == col(OptionValue.option_id))
        .outerjoin(AddOn, col(AddOn.id) == col(beside.add_on_id))
        .where(col(own.id).in_(bindparam("item_ids", expanding=True)))
        .where(col(beside.kind) != ItemKind.PLAN, col(beside.ended_on).is_(None))
    )


def _more(size: int, extra: int) -> int:
    return size + extra if size else 0
