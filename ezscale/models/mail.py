"""Mail to people, each piece once."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from ezscale.kit.columns import LongText, word
from ezscale.models.base import Row, maybe_moment, moment


class MailStatus(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


class MailMessage(Row, table=True):
    """A mail as written. `once_key` (template, subject, step) is unique: nobody gets the same words twice."""

    __tablename__ = "mail_message"
    __unaudited__: ClassVar[str] = "it is kept as written, and follows from what is told already"
    __table_args__ = (Index("ix_mail_message_to", "to", "id"), Index("ix_mail_message_left", "status", "written_at"))
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        MailStatus.SENT: "its carrier has it",
        MailStatus.REFUSED: "its carrier will never take it",
    }

    once_key: str = Field(max_length=160, unique=True)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    to: str = Field(max_length=190)
    template: str = Field(max_length=60)
    subject: str = Field(max_length=250)
    text: str = Field(sa_column=Column(LongText, nullable=False))
    html: str = Field(sa_column=Column(LongText, nullable=False))
    status: MailStatus = Field(default=MailStatus.QUEUED, sa_type=word(MailStatus))
    written_at: datetime = moment()
    sent_at: datetime | None = maybe_moment()

    def sent(self, now: datetime) -> None:
        """It is on its way."""
        self.status, self.sent_at = MailStatus.SENT, self.sent_at or now

    def refused(self) -> None:
        """The carrier will never take it."""
        self.status = MailStatus.REFUSED
