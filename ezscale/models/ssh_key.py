"""Public SSH keys, with which people come into their servers without a password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ezscale.models.base import Row, moment

LONGEST_LINE = 4000


class SshKey(Row, table=True):
    """A public key of a customer: one line as OpenSSH writes it, recognised by its `fingerprint`."""

    __tablename__ = "ssh_key"
    __table_args__ = (UniqueConstraint("customer_id", "fingerprint"),)

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    name: str = Field(max_length=60)
    line: str = Field(max_length=LONGEST_LINE)
    fingerprint: str = Field(max_length=60)
    added_by: str = Field(max_length=120)
    added_at: datetime = moment()
