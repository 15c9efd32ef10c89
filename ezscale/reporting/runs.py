"""What the runs have done."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.work import Work
from ezscale.models import RunReport


def run_reports(work: Work, *, name: str = "", before: UUID | None = None, limit: int = 50) -> list[RunReport]:
    """Newest first; `before` is the last id of a page. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    reports = select(RunReport)
    if name:
        reports = reports.where(RunReport.name == name)
    if before is not None:
        reports = reports.where(col(RunReport.id) < before)
    return list(work.session.exec(reports.order_by(col(RunReport.id).desc()).limit(limit)))
