"""The names that addresses answer with when they are looked up the other way round."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class ReverseStatus(StrEnum):
    """How far the DNS server is with the name of an address."""

    WISHED = "wished"
    SET = "set"
    REFUSED = "refused"
    LEAVING = "leaving"
    GONE = "gone"


UNDER_WAY = (ReverseStatus.WISHED, ReverseStatus.LEAVING)
LONGEST_TROUBLE = 500


class ReverseName(Row, table=True):
    """The name of one address, as the service that holds it wants it. There is one row to an address, whoever holds it.

    `wish` counts what was wanted: what is written for an older one is not the last word. `tried_at` is when the DNS server
    was last asked to write it.
    """

    __tablename__ = "reverse_name"
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        ReverseStatus.SET: "it stands in the zone",
        ReverseStatus.REFUSED: "whoever wanted it sees why, and may want another",
        ReverseStatus.GONE: "the address has no name of a customer's",
    }

    address: str = Field(max_length=45, unique=True)
    service_id: UUID = Field(foreign_key="service.id", index=True)
    name: str = Field(default="", max_length=253)
    status: ReverseStatus = Field(default=ReverseStatus.GONE, sa_type=word(ReverseStatus))
    wish: int = 0
    wished_at: datetime = moment()
    tried_at: datetime | None = maybe_moment()
    trouble: str = Field(default="", max_length=LONGEST_TROUBLE)

    @property
    def is_under_way(self) -> bool:
        """The DNS server does not say yet what we want it to."""
        return self.status in UNDER_WAY

    def become(self, service_id: UUID, name: str, now: datetime) -> None:
        """Whoever holds the address wants this name, whatever was wanted before."""
        self.service_id, self.name, self.status = service_id, name, ReverseStatus.WISHED
        self._begin(now)

    def leave(self, now: datetime) -> None:
        """Nobody wants the name any more: the address shall answer as it did before anybody had chosen one."""
        if self.status not in (ReverseStatus.LEAVING, ReverseStatus.GONE):
            self.name, self.status = "", ReverseStatus.LEAVING
            self._begin(now)

    def begin_try(self, now: datetime) -> None:
        """From here on the DNS server may have written it."""
        self.tried_at = now

    def write_again(self, now: datetime) -> None:
        """Something older was written meanwhile, perhaps after what is wanted now."""
        self.status = ReverseStatus.WISHED if self.name else ReverseStatus.LEAVING
        self._begin(now)

    def be_written(self) -> None:
        """The DNS server has it."""
        self.status, self.trouble = ReverseStatus.SET if self.name else ReverseStatus.GONE, ""

    def be_refused(self, trouble: str) -> None:
        """The DNS server does not take it. A name that shall go is still to go."""
        self.trouble = trouble[:LONGEST_TROUBLE]
        if self.status is ReverseStatus.WISHED:
            self.status = ReverseStatus.REFUSED

    def _begin(self, now: datetime) -> None:
        self.wish, self.wished_at, self.tried_at, self.trouble = self.wish + 1, now, None, ""
