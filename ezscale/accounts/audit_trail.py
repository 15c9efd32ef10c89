"""The audit trail as staff read it: searched, page by page, and as a whole for a file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_AUDIT
from ezscale.kit.audit import ERASED, AuditEntry, AuditSubject
from ezscale.kit.work import OpenWork, Work
from ezscale.models import CreditNote, Customer, Invoice, Order, Service, Subscription, User

PAGE = 25
BLOCK = 500
LONGEST = 120
NUMBERED = (CreditNote, Customer, Invoice, Order, Service, Subscription)  # things that people know by a number


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the trail is wanted; everything that is empty is not asked for.

    `person` is part of a name or an e-mail address, `about` a number (INV-2026-000123) or an id, `action` how the words
    for what was done begin. Days are the seller's.
    """

    person: str = ""
    about: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, its content read. `rows` hold each row that changed: table, id, before and after."""

    seq: int
    at: datetime
    kind: str
    name: str
    behind: str
    customer_id: UUID | None
    door: str
    address: str
    action: str
    hash: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)
    erased: bool = False


def audit_entries(work: Work, wanted: Wanted, before: int | None = None, limit: int = PAGE) -> list[Told]:
    """Newest first; `before` is the last number of a page."""
    work.actor.require(SEE_AUDIT)
    found = _matching(work, wanted)
    if before is not None:
        found = found.where(col(AuditEntry.seq) < before)
    return [_told(entry) for entry in work.session.exec(found.order_by(col(AuditEntry.seq).desc()).limit(limit))]


def every_audit_entry(open_work: OpenWork, wanted: Wanted) -> Iterator[list[Told]]:
    """All that is wanted, newest first, in blocks that are read while they are sent. Needs a confirmed person."""
    before: int | None = None
    while True:
        with open_work() as work:
            work.actor.require_confirmed()
            block = audit_entries(work, wanted, before, BLOCK)
        yield block
        if len(block) < BLOCK:
            return
        before = block[-1].seq


def _matching(work: Work, wanted: Wanted) -> SelectOfScalar[AuditEntry]:
    found = select(AuditEntry)
    if person := wanted.person.strip()[:LONGEST]:
        named = select(User.id).where(
            or_(col(User.name).icontains(person, autoescape=True), col(User.email).icontains(person, autoescape=True))
        )
        found = found.where(or_(col(AuditEntry.user_id).in_(named), col(AuditEntry.behind_id).in_(named)))
    if about := wanted.about.strip()[:LONGEST]:
        concerns = col(AuditSubject.subject_id).in_(_ids_of(work, about))
        found = found.where(exists().where(col(AuditSubject.seq) == col(AuditEntry.seq), concerns))
    if action := wanted.action.strip()[:LONGEST].lower():
        found = found.where(col(AuditEntry.action).startswith(action, autoescape=True))
    if wanted.since:
        found = found.where(col(AuditEntry.at) >= datetime.combine(wanted.since, time(), work.zone))
    if wanted.until:
        day_after = wanted.until + timedelta(days=1)
        found = found.where(col(AuditEntry.at) < datetime.combine(day_after, time(), work.zone))
    return found


def _ids_of(work: Work, about: str) -> list[str]:
    """The ids of whatever has this number, or the id itself."""
    ids = [
        str(row_id) for kind in NUMBERED for row_id in work.session.exec(select(kind.id).where(kind.number == about))
    ]
    return ids or [about.lower()]


def _told(entry: AuditEntry) -> Told:
    content: dict[str, Any] = {} if entry.content == ERASED else json.loads(entry.content)
    return Told(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        name=content.get("name", ERASED),
        behind=content.get("behind", ""),
        customer_id=entry.customer_id,
        door=entry.door,
        address=content.get("address", ""),
        action=entry.action,
        hash=entry.hash,
        rows=content.get("rows", []),
        facts=content.get("facts", {}),
        erased=not content,
    )
