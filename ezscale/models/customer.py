"""Who is billed, and which people belong to them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class Customer(Row, table=True):
    """A person or company that buys. `panel_ref` is the name by which panels know them.

    `region` is what follows the country in ISO 3166-2 (QC, CA); without a `time_zone` their days are the seller's.
    """

    number: str = Field(max_length=24, unique=True)
    panel_ref: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120, index=True)
    company: str = Field(default="", max_length=120)
    email: str = Field(max_length=190, index=True)
    address: str = Field(default="", max_length=250)
    city: str = Field(default="", max_length=100)
    postcode: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=10, sa_column_kwargs={"server_default": ""})
    country: str = Field(max_length=2)
    tax_id: str = Field(default="", max_length=30)
    currency: str = Field(max_length=3)
    language: str = Field(default="en", max_length=10)
    time_zone: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    gateway_ref: str | None = Field(default=None, max_length=80, unique=True)  # what the release before reads: Stripe's
    created_at: datetime = moment()
    suspended_at: datetime | None = maybe_moment()


class KnownPayer(Row, table=True):
    """A customer as a gateway knows them. One who leaves two wallets at once may be known to it by two names.

    `looked_at` is when we last looked what it keeps of them.
    """

    __tablename__ = "known_payer"
    __quiet__: ClassVar[tuple[str, ...]] = ("looked_at",)  # what was found is told
    __table_args__ = (
        UniqueConstraint("gateway", "ref"),
        Index("ix_known_payer_looked_at", "gateway", "looked_at"),
        Index("ix_known_payer_customer", "customer_id", "gateway", "id"),
    )

    customer_id: UUID = Field(foreign_key="customer.id")
    gateway: str = Field(max_length=20)
    ref: str = Field(max_length=80)
    looked_at: datetime | None = maybe_moment()


class MemberRole(StrEnum):
    """What a person may do for a customer."""

    OWNER = "owner"
    BILLING = "billing"
    TECHNICAL = "technical"
    READ_ONLY = "read_only"
    DELEGATE = "delegate"


class Membership(Row, table=True):
    """A person belongs to a customer, in a role."""

    __table_args__ = (UniqueConstraint("user_id", "customer_id"),)

    user_id: UUID = Field(foreign_key="user_account.id")
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    role: MemberRole = Field(sa_type=word(MemberRole))
    created_at: datetime = moment()

    def take_role(self, role: MemberRole) -> None:
        """They may do something else from now on."""
        self.role = role
