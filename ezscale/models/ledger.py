"""Double-entry bookkeeping: entries are only ever added."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from ezscale.models.base import Row, moment


class LedgerEntry(Row, table=True):
    """One thing that happened to money. `once_key` names it, so that it is booked once."""

    __tablename__ = "ledger_entry"
    __unaudited__: ClassVar[str] = "a ledger is only ever added to, and adds up"

    kind: str = Field(max_length=30)
    once_key: str = Field(max_length=120, unique=True)
    booked_at: datetime = moment()


class Posting(Row, table=True):
    """A sum on one account: positive is debit, negative is credit. The postings of an entry add up to nothing."""

    __unaudited__: ClassVar[str] = "a ledger is only ever added to, and adds up"
    __table_args__ = (Index("ix_posting_account", "account", "currency"),)

    entry_id: UUID = Field(foreign_key="ledger_entry.id", index=True)
    account: str = Field(max_length=60)
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
