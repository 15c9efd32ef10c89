"""What our records say of what a panel should hold, for many servers with a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from ezscale.kit.work import Work
from ezscale.models import Plan, ProvisioningJob, Service, SubscriptionItem, Suspension
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import ItemKind
from ezscale.provisioning.ports import Extras, RemoteServer, Sizes
from ezscale.provisioning.specs import NOTHING, extras_of_items, sizes_of

RUNNING = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
IN_HANDS = (ServiceStatus.BUILDING, ServiceStatus.TERMINATING)
WITHOUT_SERVER = (ServiceStatus.BUILDING, ServiceStatus.FAILED)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A service as it should be on its panel.

    `sizes` are its plan's with what its options and add-ons make more, and `more_addresses` how many IPv4 addresses those
    add; the plan's alone while it is known to lack them.
    `is_worked_on` says that it is being built, stopped, deleted or otherwise changed there: nothing can be said of it now.
    `stands_still` that a suspension holds; `is_fitted` that options or add-ons, or a bigger plan before, may have left it bigger than its plan.
    """

    id: UUID
    number: str
    status: ServiceStatus
    account_ref: str
    remote_id: str | None
    terminated_at: datetime | None
    package: str
    sizes: Sizes
    is_worked_on: bool
    stands_still: bool
    is_fitted: bool
    more_addresses: int = 0


@dataclass(frozen=True, slots=True)
class Relations:
    """What our records know of a server that is no service's: the one whose number it shows, the one whose it was, and
    those of the same account that still wait for a server."""

    named: OnRecord | None = None
    former: OnRecord | None = None
    waiting: tuple[OnRecord, ...] = ()

    @property
    def known(self) -> tuple[OnRecord, ...]:
        """All of them."""
        return tuple(kept for kept in (self.named, self.former, *self.waiting) if kept is not None)


def by_remote_id(work: Work, panel: str, remote_ids: Sequence[str]) -> dict[str, OnRecord]:
    """The services behind these servers, in two queries."""
    found = _on_record(work, Service.panel == panel, col(Service.remote_id).in_(remote_ids))
    return {kept.remote_id: kept for kept in found if kept.remote_id is not None}


def by_id(work: Work, service_id: UUID) -> OnRecord:
    """One service."""
    [kept] = _on_record(work, Service.id == service_id)
    return kept


def running_after(work: Work, panel: str, after: UUID | None, limit: int) -> list[OnRecord]:
    """The services of a panel that should be there, by id; `after` is the last one of the block before."""
    wanted = [Service.panel == panel, col(Service.status).in_(RUNNING)]
    if after is not None:
        wanted.append(col(Service.id) > after)
    return _on_record(work, *wanted, limit=limit)


def relations_of(work: Work, panel: str, server: RemoteServer) -> Relations:
    """What we know of a server that belongs to no service."""
    here = Service.panel == panel
    shown = server.key or server.name
    waiting: list[OnRecord] = []
    if server.owner:
        without = (col(Service.remote_id).is_(None), col(Service.status).in_(WITHOUT_SERVER))
        waiting = _on_record(work, here, Service.account_ref == server.owner, *without)
    return Relations(
        named=next(iter(_on_record(work, here, Service.number == shown)), None) if shown else None,
        former=next(iter(_on_record(work, here, Service.former_remote_id == server.remote_id)), None),
        waiting=tuple(waiting),
    )


def is_customers_account(work: Work, panel: str, account: str) -> bool:
    """Whether an account on a panel belongs to somebody who has, or had, a service there."""
    theirs = select(Service.id).where(Service.panel == panel, Service.account_ref == account)
    return bool(account) and work.session.exec(theirs.limit(1)).first() is not None


def _on_record(work: Work, *wanted: Any, limit: int | None = None) -> list[OnRecord]:
    rows = work.session.execute(_all_on_record().where(*wanted).limit(limit)).all()
    extras = extras_of_items(work, [row.item_id for row in rows if row.is_fitted and not row.lacks_options])
    return [_kept(row, extras.get(row.item_id, NOTHING)) for row in rows]


@cache
def _all_on_record() -> Select[Any]:
    """Every service, by id. It takes long to put together, and is always the same."""
    own, beside = aliased(SubscriptionItem), aliased(SubscriptionItem)
    is_fitted = exists().where(
        col(own.id) == col(Service.item_id),
        col(beside.subscription_id) == col(own.subscription_id),
        col(beside.kind) != ItemKind.PLAN,
        col(beside.ended_on).is_(None),
    )
    stands_still = exists().where(col(Suspension.service_id) == col(Service.id), col(Suspension.lifted_at).is_(None))
    columns: tuple[Any, ...] = (
        *(col(Service.id), col(Service.number), col(Service.status), col(Service.account_ref), col(Service.remote_id)),
        *(col(Service.terminated_at), col(Service.item_id), col(Service.lacks_options), col(Service.keeps_more)),
        *(col(Plan.package), col(Plan.cpu_cores), col(Plan.memory_mb), col(Plan.disk_gb), col(Plan.traffic_gb)),
        exists().where(col(ProvisioningJob.live_for) == col(Service.id)).label("is_live"),
        stands_still.label("stands_still"),
        is_fitted.label("is_fitted"),
    )
    return sqlalchemy.select(*columns).join(Plan, col(Plan.id) == Service.plan_id).order_by(col(Service.id))


def _kept(row: Any, extras: Extras) -> OnRecord:
    plan = Sizes(row.cpu_cores, row.memory_mb, row.disk_gb, row.traffic_gb)
    return OnRecord(
        *(row.id, row.number, row.status, row.account_ref, row.remote_id, row.terminated_at, row.package),
        sizes=sizes_of(plan, extras),
        is_worked_on=bool(row.is_live) or row.status in IN_HANDS,
        stands_still=bool(row.stands_still),
        is_fitted=bool(row.is_fitted) or row.keeps_more,
        more_addresses=extras.ipv4,
    )
