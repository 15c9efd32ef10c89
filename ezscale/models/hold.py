"""What the night does to customers, and what staff have taken out of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class Deed(StrEnum):
    """What can happen to somebody in the night."""

    INVOICE = "invoice"
    CHARGE = "charge"
    TOP_UP = "top_up"
    REMIND = "remind"
    WARN = "warn"
    SUSPEND = "suspend"
    CHANGE = "change"
    GO_ON = "go_on"
    END = "end"


class Hold(Row, table=True):
    """A deed that is not done to a subscription, or about an invoice, until it is lifted or its day has come.

    `until` is the first day on which the deed is done again; without it the hold stands until somebody lifts it.
    `live_key` names the deed and its subject while the hold stands, so that there is one of each.
    """

    __table_args__ = (
        Index("ix_hold_subscription", "subscription_id", "deed", "lifted_at"),
        Index("ix_hold_invoice", "invoice_id", "deed", "lifted_at"),
        CheckConstraint("(subscription_id IS NULL) <> (invoice_id IS NULL)", name="one_subject"),
    )

    deed: Deed = Field(sa_type=word(Deed))
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    subscription_id: UUID | None = Field(default=None, foreign_key="subscription.id")
    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id")
    reason: str = Field(max_length=500)
    held_by: str = Field(max_length=120)
    until: date | None = None
    created_at: datetime = moment()
    lifted_at: datetime | None = maybe_moment()
    lifted_by: str = Field(default="", max_length=120)
    live_key: str | None = Field(default=None, max_length=60, unique=True)

    def lift(self, by: str, now: datetime) -> None:
        """The deed is done again."""
        if self.lifted_at is None:
            self.lifted_at, self.lifted_by, self.live_key = now, by[:120], None
