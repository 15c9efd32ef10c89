"""What must always be true of panels beside our records."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, or_, select

from ezscale.kit.work import Work
from ezscale.models import Location, PanelComparison, PanelFinding, Plan, Service, StockReading
from ezscale.models.service import ServiceStatus
from ezscale.reporting.checks import MOST_NAMES, Check

LONGEST_FINDING = timedelta(days=3)
LONGEST_WITHOUT_COMPARISON = timedelta(days=2)
LONGEST_WITHOUT_READING = timedelta(hours=6)


def panels_agree(work: Work) -> Iterator[str]:
    """No panel has disagreed with our records for longer than three days without a word from anybody."""
    waiting = select(PanelFinding.panel, PanelFinding.kind, PanelFinding.remote_id, Service.number)
    old = waiting.outerjoin(Service, col(Service.id) == PanelFinding.service_id).where(
        col(PanelFinding.closed_at).is_(None),
        col(PanelFinding.dismissed_at).is_(None),
        PanelFinding.found_at < work.now - LONGEST_FINDING,
    )
    for panel, kind, remote_id, number in work.session.exec(old.limit(MOST_NAMES)):
        about = ", ".join(filter(None, (number, remote_id and f"server {remote_id}")))
        yield f"{panel}: {kind.replace('_', ' ')}, {about}"


def panels_are_compared(work: Work) -> Iterator[str]:
    """Every panel with something running on it was compared with our records within two days."""
    since = work.now - LONGEST_WITHOUT_COMPARISON
    lately = select(PanelComparison.panel).where(col(PanelComparison.compared_at) >= since)
    unseen = select(Service.panel).where(
        col(Service.status).in_((ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)),
        col(Service.active_since) < since,
        col(Service.panel).not_in(lately),
    )
    yield from work.session.exec(unseen.distinct().limit(MOST_NAMES))


def stock_is_known(work: Work) -> Iterator[str]:
    """Every panel that counts the stock of a plan has said within six hours how much room it has for it, in each place."""
    too_old = (
        select(Plan.slug, Location.slug, StockReading.read_at)
        .join(StockReading, col(StockReading.plan_id) == Plan.id)
        .join(Location, col(Location.id) == StockReading.location_id)
        .where(
            col(Plan.stock_from_panel).is_(True),
            col(Plan.archived_at).is_(None),
            or_(col(StockReading.read_at).is_(None), col(StockReading.read_at) < work.now - LONGEST_WITHOUT_READING),
        )
    )
    for plan, place, read_at in work.session.exec(too_old.limit(MOST_NAMES)):
        yield f"{plan} in {place}: {read_at:%Y-%m-%d %H:%M} UTC" if read_at else f"{plan} in {place}: never"


OF_PANELS: tuple[Check, ...] = (panels_agree, panels_are_compared, stock_is_known)
