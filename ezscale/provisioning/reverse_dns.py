"""Reverse DNS: the name of an address is its holder's to choose, and leaves with them.

A name has to point back to its address before it is set. What is wanted stands in a row first; a task writes it into the
zone, and may do so again as often as it likes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from ezscale.kit.errors import BusinessError, Invalid, NotFound, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import IpAssignment, Plan, ReverseName, Service
from ezscale.models.plan import Family
from ezscale.models.reverse_name import UNDER_WAY, ReverseStatus
from ezscale.provisioning.dns_ports import Resolves, ReverseZones
from ezscale.provisioning.events import ReverseNameWished, ReverseNameWritten
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.reverse_words import (
    Address,
    host_name,
    is_within,
    network_of,
    require_confirmation,
    single_address,
)
from ezscale.provisioning.services import service_overview, service_to_change
from ezscale.provisioning.using import in_use, require_use

OWN_ADDRESSES = (Family.VPS, Family.DEDICATED)  # the others share those of the machine that they run on
MOST_NAMES = 100  # of one service: a network of IPv6 has more addresses than any zone can name
FORGOTTEN = timedelta(hours=1)
ACTION = "reverse dns"


@dataclass(frozen=True, slots=True)
class HeldAddress:
    """An address, or a network of them, that a service holds alone, and the name of a single one if it ever had any."""

    address: str
    is_network: bool
    name: ReverseName | None = None


def held_addresses(work: Work, service_id: UUID) -> list[HeldAddress]:
    """What a service of one's own holds, IPv4 first, and the single addresses of its networks that have names.

    Nothing for one that shares its address with others.
    """
    overview = service_overview(work, service_id)
    if overview.plan.family not in OWN_ADDRESSES or overview.service.port:
        return []
    networks = [network for network in map(network_of, _held(work, service_id)) if network is not None]
    names = {row.address: row for row in _names_of(work, service_id) if row.status is not ReverseStatus.GONE}
    singles = {str(net.network_address) for net in networks if net.num_addresses == 1} | names.keys()
    shown = [HeldAddress(one, is_network=False, name=names.get(one)) for one in singles]
    shown += [HeldAddress(str(net), is_network=True) for net in networks if net.num_addresses > 1]
    return sorted(shown, key=lambda one: (":" in one.address, one.is_network, _numbers(one.address)))


def wish_name(open_work: OpenWork, resolver: Resolves, service_id: UUID, address: str, name: str) -> str:
    """Let an address of a running service answer with a name that points to it. Returns the name as the DNS writes it.

    Invalid, on `address` or `name`, when the service does not hold the one or the other points elsewhere.
    """
    host, single = host_name(name), single_address(address)
    with open_work() as work:
        _holder(work, service_id, single)
    try:
        found = resolver.addresses(host, ipv6=single.version == 6)
    except TemporaryFailure as failure:
        raise BusinessError(
            "We could not look this name up just now. Please try again in a minute.", field="name"
        ) from failure
    require_confirmation(host, single, found)
    with open_work() as work:
        service = _holder(work, service_id, single)  # it may have lost the address while we asked
        row = _row_of(work, service, single)
        row.become(service.id, host, work.now)
        _ask(work, row, service)
        write_log(work, service_id, ACTION, "Another name is to be set for an address")
    return host


def drop_name(work: Work, service_id: UUID, address: str) -> None:
    """The address of one's own service shall have no name of one's own any more."""
    require_use(work)
    single = single_address(address)
    service = service_to_change(work, service_id)
    row = _locked(work, col(ReverseName.address) == str(single))
    if row is None or row.service_id != service.id or row.status is ReverseStatus.GONE:
        raise NotFound("This address has no name of yours.")
    _let_go(work, row, service)
    write_log(work, service_id, ACTION, "The name of an address is to be removed")


def give_back_names(work: Work, service: Service, kept: Collection[str] = ()) -> None:
    """Names leave with their addresses: all of a service's, but for those within what it keeps."""
    for row in _all_locked(work, col(ReverseName.service_id) == service.id):
        if not is_within(single_address(row.address), kept):
            _let_go(work, row, service)


def write_wished_name(open_work: OpenWork, zones: ReverseZones | None, name_id: UUID) -> None:
    """Bring the zone to what is wanted of one address by now. Safe to repeat, and in any order."""
    with open_work() as work:
        row = _locked(work, col(ReverseName.id) == name_id)
        if row is None or not row.is_under_way:
            return
        if zones is None:
            raise TemporaryFailure("No DNS server for reverse names is connected.")
        row.begin_try(work.now)
        work.session.add(row)
        address, name, wish = row.address, row.name, row.wish
    refusal = _written(zones, address, name)
    with open_work() as work:
        _book(work, name_id, wish, refusal)


def ask_again(work: Work, limit: int = 200) -> int:
    """What is wanted, and was given up because the DNS server was away for long, is tried again. Returns how many."""
    lately = work.now - FORGOTTEN
    left = select(ReverseName, Service).join(Service, col(Service.id) == ReverseName.service_id)
    waiting = left.where(
        col(ReverseName.status).in_(UNDER_WAY), func.coalesce(ReverseName.tried_at, ReverseName.wished_at) < lately
    )
    found = list(work.session.exec(waiting.limit(limit)))
    for row, service in found:
        work.emit(ReverseNameWished(row.id, service.id, service.customer_id))
    return len(found)


def _holder(work: Work, service_id: UUID, address: Address) -> Service:
    """The service, locked; Invalid when it does not hold this very address, alone and now."""
    require_use(work)
    service, _ = in_use(work, service_id, "its addresses get no names now")
    if not is_within(address, _held(work, service_id)):
        raise Invalid("This service does not have this address.", field="address")
    family = work.session.get_one(Plan, service.plan_id).family
    if service.port or family not in OWN_ADDRESSES or _is_shared(work, service, address):
        raise Invalid("This address belongs to several services, so its name stays ours.", field="address")
    return service


def _held(work: Work, service_id: UUID) -> list[str]:
    now = (IpAssignment.service_id == service_id, col(IpAssignment.until).is_(None))
    return list(work.session.exec(select(IpAssignment.address).where(*now)))


def _is_shared(work: Work, service: Service, address: Address) -> bool:
    others = select(IpAssignment.id).where(
        IpAssignment.address == str(address), IpAssignment.service_id != service.id, col(IpAssignment.until).is_(None)
    )
    return work.session.exec(others).first() is not None


def _names_of(work: Work, service_id: UUID) -> list[ReverseName]:
    return list(work.session.exec(select(ReverseName).where(ReverseName.service_id == service_id)))


def _row_of(work: Work, service: Service, address: Address) -> ReverseName:
    """The row of an address, whoever had it before; BusinessError when a service names more than any needs."""
    row = _locked(work, col(ReverseName.address) == str(address))
    if row is not None:
        return row
    if len(_names_of(work, service.id)) >= MOST_NAMES:
        raise BusinessError(f"One service can name {MOST_NAMES} addresses. Please remove a name first.")
    return ReverseName(address=str(address), service_id=service.id, wished_at=work.now)


def _locked(work: Work, which: ColumnElement[bool]) -> ReverseName | None:
    return next(iter(_all_locked(work, which)), None)


def _all_locked(work: Work, which: ColumnElement[bool]) -> list[ReverseName]:
    wanted = select(ReverseName).where(which).with_for_update()
    return list(work.session.exec(wanted.execution_options(populate_existing=True)))


def _let_go(work: Work, row: ReverseName, service: Service) -> None:
    if row.status not in (ReverseStatus.LEAVING, ReverseStatus.GONE):
        row.leave(work.now)
        _ask(work, row, service)


def _ask(work: Work, row: ReverseName, service: Service) -> None:
    work.session.add(row)
    work.emit(ReverseNameWished(row.id, service.id, service.customer_id))


def _written(zones: ReverseZones, address: str, name: str) -> str:
    """Let the zone be written; what it says against it, or nothing."""
    try:
        if name:
            zones.write(address, name)
        else:
            zones.reset(address)
    except Rejected as refusal:
        return refusal.message
    return ""


def _book(work: Work, name_id: UUID, wish: int, refusal: str) -> None:
    row = _locked(work, col(ReverseName.id) == name_id)
    if row is None:
        return
    service = work.session.get_one(Service, row.service_id)
    if row.wish != wish:  # ours may have reached the zone after what is wanted now
        row.write_again(work.now)
        _ask(work, row, service)
        return
    if refusal:
        row.be_refused(refusal)
    else:
        row.be_written()
    work.session.add(row)
    write_log(work, service.id, ACTION, _told(row, refusal), ok=not refusal)
    work.emit(ReverseNameWritten(row.id, service.id, service.customer_id))


def _told(row: ReverseName, refusal: str) -> str:
    if refusal:
        return "The DNS server refuses the name of an address"
    return "The name of an address is set" if row.name else "The name of an address is removed"


def _numbers(held: str) -> tuple[int, int]:
    network = network_of(held)
    return (int(network.network_address), network.prefixlen) if network else (0, 0)
