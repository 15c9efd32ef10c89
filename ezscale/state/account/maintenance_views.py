"""Maintenance in words, as customers see it."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from ezscale.kit.work import Work
from ezscale.models import Maintenance
from ezscale.models.maintenance import MaintenanceLevel
from ezscale.provisioning.maintenance import maintenance_of
from ezscale.state.reader import Reader


@dataclass
class MaintenanceView:
    """Something that is worked on, now or later."""

    id: str
    title: str
    text: str
    when: str
    is_on: bool
    is_outage: bool

    @classmethod
    def of(cls, row: Maintenance, work: Work, reader: Reader) -> Self:
        """From when to when, and whether that is now."""
        is_on = row.is_on(work.now)
        ends = reader.moment(row.ends_at)
        when = f"Until {ends}." if is_on else f"From {reader.moment(row.begins_at)} to {ends}."
        return cls(str(row.id), row.title, row.text, when, is_on, row.level is MaintenanceLevel.OUTAGE)


def maintenance_views(work: Work, reader: Reader, service_id: UUID | None = None) -> list[MaintenanceView]:
    """What concerns the actor's services, or one of them."""
    return [MaintenanceView.of(row, work, reader) for row in maintenance_of(work, service_id)]
