"""Who changed what: one entry for each transaction that changed something, chained so that no later edit goes unseen."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, bindparam, insert, select, update
from sqlmodel import Field, Session, SQLModel

from ezscale.kit.actor import Actor
from ezscale.kit.bulk import insert_many
from ezscale.kit.columns import LongText, Moment
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.witness import Values, WatchedSession, plain

GENESIS = "0" * 64
ERASED = "erased"  # what stands in the place of a content that the law wants forgotten
ERASURE = "audit content erased"
BLOCK = 1000
LONGEST_ACTION = 120


class AuditEntry(SQLModel, table=True):
    """One transaction that changed something.

    `content` is JSON: who by name, from where, and each row before and after. Its `digest` is what the chain holds, so
    that a content can be erased later without breaking the chain: `hash` is over `previous` and everything else here.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_person", "user_id", "seq"),
        Index("ix_audit_entry_action", "action", "seq"),
        Index("ix_audit_entry_at", "at"),
    )
    __unaudited__: ClassVar[str] = "it is the audit trail"

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=Moment)
    kind: str = Field(max_length=20)
    user_id: UUID | None = None
    behind_id: UUID | None = Field(default=None, index=True)
    customer_id: UUID | None = None
    door: str = Field(default="", max_length=40)
    action: str = Field(max_length=LONGEST_ACTION)
    content: str = Field(sa_column=Column(LongText, nullable=False))
    digest: str = Field(max_length=64)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditSubject(SQLModel, table=True):
    """What an entry is about: each row that it changed, and each customer it belongs to."""

    __tablename__ = "audit_subject"
    __table_args__ = (Index("ix_audit_subject_subject", "kind", "subject_id", "seq"),)
    __unaudited__: ClassVar[str] = "it is the audit trail's index"

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(max_length=40, primary_key=True)
    subject_id: str = Field(max_length=64, primary_key=True)


class AuditHead(SQLModel, table=True):
    """The last link of the chain. Locked at the very end of a transaction, so that entries stand in one order."""

    __tablename__ = "audit_head"
    __unaudited__: ClassVar[str] = "it is the audit trail's end"

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default=GENESIS, max_length=64)


def seal(session: WatchedSession, actor: Actor, now: datetime, happened: Iterable[str]) -> None:
    """Write the entry of a transaction that is about to be committed; nothing when it has changed nothing.

    `happened` are the names of the events it has emitted: what it did is told from them, unless it has said so itself.
    """
    session.flush()
    witness = session.witness
    changes = witness.changes()
    if not changes and not witness.actions:
        return
    subjects = witness.subjects | subjects_of(changes)
    action = ", ".join(dict.fromkeys(witness.actions or [in_words(name) for name in happened] or _by_rows(changes)))
    content = canonical(
        {
            "name": actor.name,
            "address": actor.address,
            **({"behind": actor.behind_name} if actor.behind_id else {}),
            **({"facts": witness.facts} if witness.facts else {}),
            "rows": changes,
            "subjects": sorted(f"{kind}:{row_id}" for kind, row_id in subjects),
        }
    )
    entry = {
        "at": now,
        "kind": actor.kind.value,
        "user_id": actor.user_id,
        "behind_id": actor.behind_id,
        "customer_id": actor.customer_id,
        "door": actor.door,
        "action": action[:LONGEST_ACTION],
        "content": content,
        "digest": sha256(content.encode()).hexdigest(),
    }
    _append(session, entry, subjects)


def subjects_of(changes: Iterable[Values]) -> set[tuple[str, str]]:
    """The rows that changed, and the customers and people they belong to."""
    found = set()
    for change in changes:
        found.add((change["table"], change["id"]))
        for values in filter(None, (change["before"], change["after"])):
            found |= {(kind, values[name]) for name, kind in OWNERS.items() if values.get(name)}
    return found


def broken_links(session: Session, known_heads: Iterable[tuple[int, str]] = ()) -> Iterator[str]:
    """Every place where the trail is not as it was written: edits, gaps, swaps, and an end that was cut off.

    `known_heads` are heads that were exported earlier, as (seq, hash).
    """
    heads, trail = dict(known_heads), Trail()
    while block := _after(session, trail.seq):
        subjects = _subjects(session, block[0]["seq"], block[-1]["seq"])
        for entry in block:
            yield from trail.follow(entry, subjects.get(entry["seq"], []))
            if heads.get(entry["seq"], entry["hash"]) != entry["hash"]:
                yield f"entry {entry['seq']} is not the one whose hash was exported"
    for seq in sorted(trail.emptied - trail.erased):
        yield f"the content of entry {seq} is gone, and no erasure says why"
    if head_of(session) != (trail.seq, trail.hash):
        yield f"the trail ends at entry {trail.seq}, but its head stands at {head_of(session)[0]}"
    for seq in sorted(seq for seq in heads if seq > trail.seq):
        yield f"the trail ends at entry {trail.seq}, but entry {seq} was exported"


@dataclass
class Trail:
    """How far the chain was followed, and whose contents are gone, with or without a reason."""

    seq: int = 0
    hash: str = GENESIS
    emptied: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)

    def follow(self, entry: Mapping[str, Any], subjects: list[str]) -> Iterator[str]:
        """The next entry, and what is wrong with it."""
        seq, content = entry["seq"], entry["content"]
        if seq != self.seq + 1:
            yield f"entries {self.seq + 1} to {seq - 1} are gone"
        elif entry["previous"] != self.hash:
            yield f"entry {seq} does not follow the one before it"
        if entry["hash"] != hash_of(entry):
            yield f"entry {seq} was changed"
        if content == ERASED:
            self.emptied.add(seq)
        elif sha256(content.encode()).hexdigest() != entry["digest"]:
            yield f"the content of entry {seq} was changed"
        else:
            told = json.loads(content)
            self.erased |= set(told["facts"]["entries"]) if entry["action"] == ERASURE else set()
            if sorted(subjects) != told["subjects"]:
                yield f"the index of entry {seq} was changed"
        self.seq, self.hash = seq, entry["hash"]


def head_of(session: Session) -> tuple[int, str]:
    """Where the trail ends now: the number and the hash of its last entry."""
    head = session.get(AuditHead, 1)
    return (head.seq, head.hash) if head else (0, GENESIS)


def erase_contents(session: WatchedSession, numbers: Iterable[int]) -> None:
    """Forget what these entries say, and leave an entry that tells which; the chain still holds."""
    erasing = sorted(numbers)
    for start in range(0, len(erasing), BLOCK):
        block = erasing[start : start + BLOCK]
        session.connection().execute(update(ENTRIES).where(ENTRIES.c.seq.in_(block)).values(content=ERASED))
    session.witness.say(ERASURE, {"entries": erasing}, ())


def hash_of(entry: Mapping[str, Any]) -> str:
    """The hash of an entry: over the one before it, and over everything it says."""
    said = {name: plain(name, entry[name]) for name in CHAINED}
    return sha256(canonical(said).encode()).hexdigest()


def canonical(content: Values) -> str:
    """JSON that is the same text for the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def in_words(name: str) -> str:
    """InvoiceVoided as "invoice voided"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


CHAINED = ("seq", "at", "kind", "user_id", "behind_id", "customer_id", "door", "action", "digest", "previous")
OWNERS = {"customer_id": "customer", "user_id": "user_account"}
ENTRIES, SUBJECTS, HEAD = table_of(AuditEntry), table_of(AuditSubject), table_of(AuditHead)
# Put together once: every transaction that changes something runs them.
LOCK_HEAD = select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()
ADD_ENTRY = insert(ENTRIES)
MOVE_HEAD = update(HEAD).where(HEAD.c.id == 1).values(seq=bindparam("last_seq"), hash=bindparam("last_hash"))


def _append(session: Session, entry: Values, subjects: Iterable[tuple[str, str]]) -> None:
    connection = session.connection()
    head = connection.execute(LOCK_HEAD).first()
    if head is None:
        insert_new(session, HEAD, [{"id": 1, "seq": 0, "hash": GENESIS}])
        head = connection.execute(LOCK_HEAD).one()
    linked = {**entry, "seq": head.seq + 1, "previous": head.hash}
    linked["hash"] = hash_of(linked)
    connection.execute(ADD_ENTRY, linked)
    rows = [{"seq": linked["seq"], "kind": kind[:40], "subject_id": row_id[:64]} for kind, row_id in sorted(subjects)]
    insert_many(connection, SUBJECTS, rows)
    connection.execute(MOVE_HEAD, {"last_seq": linked["seq"], "last_hash": linked["hash"]})


def _by_rows(changes: list[Values]) -> list[str]:
    first = changes[0]
    did = "added" if first["before"] is None else "removed" if first["after"] is None else "changed"
    return [f"{first['table'].replace('_', ' ')} {did}"]


def _after(session: Session, seq: int) -> Sequence[Mapping[str, Any]]:
    following = select(ENTRIES).where(ENTRIES.c.seq > seq).order_by(ENTRIES.c.seq).limit(BLOCK)
    return session.connection().execute(following).mappings().all()  # type: ignore[return-value]  # a RowMapping is one


def _subjects(session: Session, first: int, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    wanted = select(SUBJECTS).where(SUBJECTS.c.seq.between(first, last))
    for seq, kind, subject_id in session.connection().execute(wanted):
        found.setdefault(seq, []).append(f"{kind}:{subject_id}")
    return found
