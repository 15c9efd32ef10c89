"""Which addresses a service holds, and held."""

from collections.abc import Collection
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


def follow_addresses(work: Work, service_id: UUID, remote: RemoteServer) -> bool:
    """Bring our records of a service that runs to the addresses that its server has now; False when they say so already.

    What a panel has taken away may be somebody else's tomorrow, and so must its name be.
    """
    service = service_to_change(work, service_id)
    if service.remote_id != remote.remote_id or service.status not in RUNNING or not remote.ipv4:
        return False
    before = _addresses_of(work, service)
    assign_addresses(work, service, remote)
    work.session.flush()
    if (after := _addresses_of(work, service)) == before:
        return False
    write_log(work, service_id, "addresses", f"Its addresses are now {', '.join(sorted(after))}")
    return True


def with_other_addresses(work: Work, panel: str, servers: Collection[RemoteServer]) -> list[tuple[UUID, str]]:
    """The running services, by id and server, that have other IPv4 addresses there than on record, in one query.

    A server that tells no address is left out.
    """
    held: dict[tuple[UUID, str], set[str]] = {}
    shown = {server.remote_id: set(server.ipv4) for server in servers if server.ipv4}
    for service_id, remote_id, address in work.session.execute(_HELD, {"panel": panel, "remote_ids": list(shown)}):
        held.setdefault((service_id, remote_id), set()).update([address] if address and ":" not in address else [])
    return [whose for whose, addresses in held.items() if addresses != shown[whose[1]]]


def held_ipv4(work: Work, service: Service) -> int:
    """How many IPv4 addresses a service holds."""
    return sum(":" not in address for address in _addresses_of(work, service))


def release_addresses(work: Work, service: Service) -> None:
    """The service is gone: its addresses are free from now."""
    for row in work.session.exec(_held_by(service)):
        row.until = work.now
    give_back_names(work, service)


def _addresses_of(work: Work, service: Service) -> set[str]:
    return {row.address for row in work.session.exec(_held_by(service))}


def _held_by(service: Service) -> SelectOfScalar[IpAssignment]:
    return select(IpAssignment).where(IpAssignment.service_id == service.id, col(IpAssignment.until).is_(None))


_HELD = (
    sqlalchemy.select(col(Service.id), col(Service.remote_id), col(IpAssignment.address))
    .outerjoin(IpAssignment, (col(IpAssignment.service_id) == col(Service.id)) & col(IpAssignment.until).is_(None))
    .where(col(Service.panel) == bindparam("panel"), col(Service.status).in_(RUNNING))
    .where(col(Service.remote_id).in_(bindparam("remote_ids", expanding=True)))
    .where(~exists().where(col(ProvisioningJob.live_for) == col(Service.id)))
)
