"""What vendors still have to forget."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import LongText
from ezscale.models.base import Row, maybe_moment, moment


class VendorErasure(Row, table=True):
    """A vendor is to forget an erased customer. `vendor` is a panel's name, or GATEWAY.

    `ref` and `email` are what the vendor knows them by; where several gateways do, `ref` is each one's name and word. They are all that is left of that here, and go when it is done.
    `stuck_at` is since when it does not go on by itself.
    """

    __tablename__ = "vendor_erasure"
    __quiet__: ClassVar[tuple[str, ...]] = ("ref", "email", "tries", "trouble")  # the trail would keep them for ever
    __table_args__ = (
        UniqueConstraint("customer_id", "vendor"),
        Index("ix_vendor_erasure_waiting", "done_at", "tries", "id"),
    )

    customer_id: UUID = Field(foreign_key="customer.id")
    vendor: str = Field(max_length=40)
    ref: str = Field(default="", max_length=250)
    email: str = Field(default="", max_length=190)
    asked_at: datetime = moment()
    tries: int = 0
    trouble: str = Field(default="", sa_column=Column(LongText, nullable=False))
    stuck_at: datetime | None = maybe_moment()
    done_at: datetime | None = maybe_moment()

    def ask_again(self, ref: str, now: datetime) -> None:
        """The vendor has come to know them once more, by another name perhaps."""
        self.ref, self.asked_at, self.tries, self.stuck_at, self.done_at = ref, now, 0, None, None

    def get_stuck(self, trouble: str, now: datetime) -> None:
        """A person must look."""
        self.trouble, self.stuck_at = trouble, self.stuck_at or now

    def finish(self, now: datetime) -> None:
        """The vendor has forgotten them, and so do we what it called them."""
        self.ref = self.email = self.trouble = ""
        self.stuck_at, self.done_at = None, now
