"""Findings: where a panel and our records do not agree. Told once, closed by themselves when they agree again."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_SERVICES, SEE_EVERYTHING
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import PanelComparison, PanelFinding, Service
from ezscale.models.panel import FindingKind
from ezscale.provisioning.events import FindingSettled
from ezscale.provisioning.judging import Fault

DISMISSED, CLOSED = "dismissed", "closed"
LONGEST_NOTE = 500
AS_IT_SHOULD_BE = "The panel and our records agree again."


def findings(
    work: Work, *, status: str = "", before: UUID | None = None, limit: int = 50
) -> list[tuple[PanelFinding, Service | None]]:
    """Newest first, with the service that each is about. Staff only.

    `status` is empty for all that wait for somebody, the kind of those, or one of DISMISSED and CLOSED.
    """
    work.actor.require(SEE_EVERYTHING)
    found = _of_status(status)
    rows = page_of(found, col(PanelFinding.id), before=before, limit=limit)
    beside = rows.outerjoin(Service, col(Service.id) == PanelFinding.service_id).add_columns(Service)
    return [(finding, service) for finding, service in work.session.execute(beside)]


def comparisons(work: Work) -> dict[str, PanelComparison]:
    """When each panel was compared last, by its name. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return {row.panel: row for row in work.session.exec(select(PanelComparison))}


def dismiss_finding(work: Work, finding_id: UUID, note: str) -> None:
    """It is meant to be so, which a person says with a word; it counts again when it changes."""
    finding = finding_to_settle(work, finding_id)
    words = note.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise Invalid("Please say in a few words why it is meant to be so.", field="note")
    finding.dismiss(f"{words} ({work.actor.name})", work.now)
    work.emit(FindingSettled(finding.id, work.actor.name))


def recall_finding(work: Work, finding_id: UUID) -> None:
    """It is not meant to be so after all: it counts again."""
    finding = finding_to_settle(work, finding_id)
    finding.recall()
    work.emit(FindingSettled(finding.id, work.actor.name))


def finding_to_settle(work: Work, finding_id: UUID) -> PanelFinding:
    """An open finding, locked, for somebody who may see to it."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(MANAGE_SERVICES)
    finding = work.session.get(PanelFinding, finding_id, with_for_update=True, populate_existing=True)
    if finding is None:
        raise NotFound("We could not find this finding.")
    if not finding.is_open:
        raise BusinessError("This is settled already.")
    return finding


def settle(work: Work, finding_id: UUID, done: str) -> None:
    """Somebody has seen to it, which `done` says. One that is closed meanwhile stays as it is."""
    finding = work.session.get_one(PanelFinding, finding_id, with_for_update=True, populate_existing=True)
    if not finding.is_open:
        return
    finding.close(f"{done} ({work.actor.name})", work.now)
    work.session.add(finding)
    work.emit(FindingSettled(finding.id, work.actor.name))


def tell(work: Work, panel: str, fault: Fault) -> bool:
    """Put a fault on record, once for as long as it is so. Whether it is new."""
    live_key = _live_key(panel, fault.key)
    known = select(PanelFinding).where(PanelFinding.live_key == live_key).with_for_update()
    finding = work.session.exec(known).first()
    if finding is not None:
        finding.see_again(fault.facts, work.now)
        work.session.add(finding)
        return False
    row = {
        "id": new_id(),
        "panel": panel,
        "kind": fault.kind,
        "live_key": live_key,
        "remote_id": fault.remote_id,
        "service_id": fault.service_id,
        "facts": fault.facts,
        "found_at": work.now,
        "dismissed_at": None,
        "note": "",
        "closed_at": None,
        "done": "",
    }
    insert_new(work.session, table_of(PanelFinding), [row])
    return True


def open_findings(work: Work, panel: str, service_id: UUID | None = None) -> list[PanelFinding]:
    """Those of a panel, or of one service there, that are open, dismissed or not."""
    standing = select(PanelFinding).where(PanelFinding.panel == panel, col(PanelFinding.closed_at).is_(None))
    if service_id is not None:
        standing = standing.where(PanelFinding.service_id == service_id)
    return list(work.session.exec(standing))


def close_if_over(work: Work, finding_id: UUID, still: Iterable[Fault]) -> bool:
    """Close a finding that is not among the faults that were just seen. Whether it was closed now."""
    finding = work.session.get_one(PanelFinding, finding_id, with_for_update=True, populate_existing=True)
    if not finding.is_open or finding.live_key in {_live_key(finding.panel, fault.key) for fault in still}:
        return False
    finding.close(AS_IT_SHOULD_BE, work.now)
    work.session.add(finding)
    return True


def is_told(finding: PanelFinding, believed: set[str]) -> bool:
    """Whether a finding is among the faults, named by their keys, that a run has seen."""
    return (finding.live_key or "").removeprefix(f"{finding.panel}:") in believed


def _live_key(panel: str, key: str) -> str:
    return f"{panel}:{key}"


def _of_status(status: str) -> SelectOfScalar[PanelFinding]:
    if status == CLOSED:
        return select(PanelFinding).where(col(PanelFinding.closed_at).is_not(None))
    standing = select(PanelFinding).where(col(PanelFinding.closed_at).is_(None))
    if status == DISMISSED:
        return standing.where(col(PanelFinding.dismissed_at).is_not(None))
    waiting = standing.where(col(PanelFinding.dismissed_at).is_(None))
    return waiting.where(PanelFinding.kind == FindingKind(status)) if status in list(FindingKind) else waiting
