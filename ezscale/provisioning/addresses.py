"""Which addresses a service holds, and held."""

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.kit.work import Work
from ezscale.models import IpAssignment, Service
from ezscale.provisioning.ports import RemoteServer
from ezscale.provisioning.reverse_dns import give_back_names


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


def release_addresses(work: Work, service: Service) -> None:
    """The service is gone: its addresses are free from now."""
    for row in work.session.exec(_held_by(service)):
        row.until = work.now
    give_back_names(work, service)


def _held_by(service: Service) -> SelectOfScalar[IpAssignment]:
    return select(IpAssignment).where(IpAssignment.service_id == service.id, col(IpAssignment.until).is_(None))
