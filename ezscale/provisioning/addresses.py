"""Which addresses a service holds, and held."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.kit.work import Work
from ezscale.models import IpAssignment, ProvisioningJob, Service
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.on_record import RUNNING
from ezscale.provisioning.ports import RemoteServer
from ezscale.provisioning.reverse_dns import give_back_names
from ezscale.provisioning.services import service_to_change


def assign_addresses(work: Work, service: Service, remote: RemoteServer) -> None:
    """Bring our records to what the panel says: the first of each kind on the service, all of them in the history."""
    service.ipv4 = remote.ipv4[0] if remote.ipv4 else service.ipv4
    service.ipv6 = remote.ipv6[0] if remote.ipv6 else service.ipv6
    service.port = remote.port or service.port
    work.session.add(service)
    held = {row.address: row for row in work.session.exec(_held_by(service))}
    now_held = {*remote.ipv4, *remote.ipv6}
    for address in sorted(now_held - held.keys()):
        work.session.add(IpAssignment(service_id=service.id, address=address, since=work.now))
    for address in held.keys() - now_held:
        held[address].until = work.now
    give_back_names(work, service, now_held)


@dataclass(frozen=True, slots=True)
class Moved:
    """A service whose server shows other IPv4 addresses than those on record, which are `held`."""

    service_id: UUID
    remote_id: str
    held: frozenset[str]


def with_other_addresses(work: Work, panel: str, servers: Collection[RemoteServer]) -> list[Moved]:
    """The running services of these servers that have other IPv4 addresses there than on record, in one query.

    A server that tells no address is left out.
    """
    held: dict[tuple[UUID, str], set[str]] = {}
    shown = {server.remote_id: set(server.ipv4) for server in servers if server.ipv4}
    for service_id, remote_id, address in work.session.execute(_HELD, {"panel": panel, "remote_ids": list(shown)}):
        held.setdefault((service_id, remote_id), set()).update([address] if address and ":" not in address else [])
    return [Moved(*whose, frozenset(ipv4)) for whose, ipv4 in held.items() if ipv4 != shown[whose[1]]]


def follow_addresses(work: Work, moved: Moved, remote: RemoteServer) -> bool:
    """Bring our records to the addresses that a server has now; False when they say so, or have changed meanwhile.

    What a panel has taken away may be somebody else's tomorrow, and so must its name be.
    """
    service = service_to_change(work, moved.service_id)
    is_as_it_was = service.remote_id == remote.remote_id and held_ipv4(work, service) == moved.held
    if not is_as_it_was or not remote.ipv4 or moved.held == set(remote.ipv4):
        return False
    assign_addresses(work, service, remote)
    write_log(work, service.id, "addresses", f"Its addresses are now {', '.join((*remote.ipv4, *remote.ipv6))}")
    return True


def held_ipv4(work: Work, service: Service) -> set[str]:
    """The IPv4 addresses that a service holds."""
    return {row.address for row in work.session.exec(_held_by(service)) if ":" not in row.address}


def release_addresses(work: Work, service: Service) -> None:
    """The service is gone: its addresses are free from now."""
    for row in work.session.exec(_held_by(service)):
        row.until = work.now
    give_back_names(work, service)


def _held_by(service: Service) -> SelectOfScalar[IpAssignment]:
    return select(IpAssignment).where(IpAssignment.service_id == service.id, col(IpAssignment.until).is_(None))


_HELD = (
    sqlalchemy.select(col(Service.id), col(Service.remote_id), col(IpAssignment.address))
    .outerjoin(IpAssignment, (col(IpAssignment.service_id) == col(Service.id)) & col(IpAssignment.until).is_(None))
    .where(col(Service.panel) == bindparam("panel"), col(Service.status).in_(RUNNING))
    .where(col(Service.remote_id).in_(bindparam("remote_ids", expanding=True)))
    .where(~exists().where(col(ProvisioningJob.live_for) == col(Service.id)))
)
