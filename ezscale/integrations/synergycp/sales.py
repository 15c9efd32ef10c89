"""How a sold machine is named. Machines are sold again and again, so the id of one alone does not say whose it is."""

from dataclasses import dataclass
from typing import Self

from ezscale.integrations.synergycp.client import Row
from ezscale.kit.errors import Rejected, TemporaryFailure


@dataclass(frozen=True, slots=True)
class Sale:
    """A machine as it was sold under a number of ours: written `118/SRV-1`, which is our remote id.

    The panel is always asked by the number, so that nothing is ever done to a machine that meanwhile is somebody else's.
    """

    server_id: str
    number: str

    @classmethod
    def of(cls, remote_id: str) -> Self:
        """Read from a remote id; Rejected when it names no sale."""
        server_id, _, number = remote_id.partition("/")
        if not server_id.isdecimal() or not number:
            raise Rejected(f"{remote_id!r} is not a machine and the number it was sold under, such as 118/SRV-1")
        return cls(server_id, number)

    @classmethod
    def shown_by(cls, server: Row) -> Self:
        """Read from a row of the panel's."""
        return cls(id_of(server), number_of(server) or "")

    @property
    def remote_id(self) -> str:
        """The name by which we keep it."""
        return f"{self.server_id}/{self.number}"


def id_of(row: Row) -> str:
    """The id of something of the panel's. Without one there is nothing that could be done with it."""
    if row.get("id") in (None, ""):
        raise TemporaryFailure("SynergyCP shows something without its id")
    return str(row["id"])


def number_of(server: Row) -> str | None:
    """The number that a machine carries: empty when it carries none, None when the row does not tell."""
    billing = server.get("billing")
    if isinstance(billing, dict) and "id" in billing:
        return str(billing["id"] or "")
    if "billing_id" in server:
        return str(server["billing_id"] or "")
    return "" if "billing" in server and billing is None else None
