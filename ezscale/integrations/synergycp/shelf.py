"""What the panel has on its shelf for a plan, and whether it knows what the plan names."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ezscale.integrations.synergycp.client import Row, SynergyCpClient
from ezscale.integrations.synergycp.plans import Wanted
from ezscale.integrations.synergycp.reading import code_of
from ezscale.integrations.synergycp.sales import id_of
from ezscale.kit.errors import Rejected
from ezscale.provisioning.panel_skills import Finding, Image, Machine
from ezscale.provisioning.ports import OutOfStock, ServiceSpec

PRE_INSTALL = re.compile(
    r"\b(eras(e|ing)|wip(e|ing)|format(ting)?|partition(ing)?|shred|raid|disks?|rescue|firmware|bios|mem(ory )?test|burn-?in)\b",
    re.IGNORECASE,
)
PICKS = 5  # machines that are tried, when other orders take them before us


def pick(client: SynergyCpClient, wanted: Wanted, spec: ServiceSpec) -> Iterator[str]:
    """The ids of machines to try, one after the other. OutOfStock without a machine or a block of addresses.

    Of a machine that was chosen beforehand, that one alone; Rejected when it cannot be had any more.
    """
    if not client.some_entities(wanted.blocks, 1).rows:
        raise OutOfStock(f"No block of addresses {wanted.addresses} is free in {wanted.location}")
    if spec.machine:
        if not is_on_shelf(client, wanted, spec.machine):
            raise Rejected(f"Machine {spec.machine}, which was chosen for it, is not free any more: choose another one")
        yield spec.machine
        return
    found = client.some_servers(wanted.machines, PICKS + len(spec.kept)).rows
    machines = [machine for machine in found if id_of(machine) not in spec.kept]
    if not machines:
        raise OutOfStock(f"No machine of this kind is free in {wanted.location}")
    ready = [id_of(machine) for machine in machines if machine.get("is_pxe_ready") is not False]
    if not ready:
        raise OutOfStock(f"Machines of this kind are free in {wanted.location}, but none is ready for an installation")
    yield from ready


def is_on_shelf(client: SynergyCpClient, wanted: Wanted, server_id: str) -> bool:
    """Whether a machine can still be had."""
    return any(str(machine.get("id")) == server_id for machine in client.servers(wanted.machines))


def machines_on_shelf(client: SynergyCpClient, wanted: Wanted) -> list[Machine]:
    """The machines that could be sold and installed now, with what each is, as far as the panel says."""
    ready = (row for row in client.servers(wanted.machines) if row.get("is_pxe_ready") is not False)
    return [Machine(id_of(row), label_of(row), *parts_of(row)) for row in ready]


def in_stock(client: SynergyCpClient, wanted: Wanted) -> int:
    """How many of these could be sold now: there must be a machine and a block of addresses for each."""
    machines, blocks = client.some_servers(wanted.machines, 1), client.some_entities(wanted.blocks, 1)
    return min(machines.total, blocks.total)


def images(client: SynergyCpClient) -> list[Image]:
    """The systems to which the panel's staff have given a billing id, without the steps that come before one.

    The panel keeps both in one list and tells them apart by nothing but their names.
    """
    profiles = [(code_of(row), str(row.get("name") or code_of(row))) for row in client.profiles()]
    systems = [(code, name) for code, name in profiles if code and not PRE_INSTALL.search(name)]
    return [Image(code, name, name.split()[0]) for code, name in systems]


def unknown_codes(client: SynergyCpClient, wanted: Wanted) -> Iterator[Finding]:
    """What a plan names and the panel does not know, and what it has run out of."""
    shelves: tuple[tuple[str, tuple[str, ...], Iterable[Row]], ...] = (
        ("location", (wanted.location,), client.groups()),
        ("cpu", (wanted.cpu,), client.parts("cpu")),
        ("mem", (wanted.memory,), client.parts("mem")),
        ("disks", wanted.disks, client.parts("disk")),
        ("addons", wanted.addons, client.parts("add-on")),
        ("port_speed", (wanted.port_speed,) if wanted.port_speed else (), client.port_speeds()),
        ("image", (wanted.profile,), client.profiles()),
    )
    found = list(chain.from_iterable(_unknown(*shelf) for shelf in shelves))
    yield from found
    if not client.some_entities(wanted.blocks_of_all, 1).rows:
        yield Finding("ips", f"There are no blocks of addresses {wanted.addresses} in {wanted.location}.")
    elif not client.some_entities(wanted.blocks, 1).rows:
        yield Finding("ips", f"All blocks of addresses {wanted.addresses} in {wanted.location} are taken.")
    if not found and not client.some_servers(wanted.machines, 1).rows:
        yield Finding("package", f"No machine with exactly these parts is free in {wanted.location}.")


def label_of(machine: Row) -> str:
    """What the panel's staff call a machine."""
    return str(machine.get("nickname") or machine.get("srv_id") or f"Machine {id_of(machine)}")


def parts_of(machine: Row) -> tuple[str, str, str]:
    """Processor, memory and disks in words. Their shape is written down nowhere: empty where it is another one."""
    cpu, memory, disks = machine.get("cpu"), machine.get("mem"), machine.get("hdd_counts")
    counted = [disk for disk in disks if isinstance(disk, dict)] if isinstance(disks, list) else []
    return (
        str(cpu.get("name") or "") if isinstance(cpu, dict) else "",
        f"{memory} GB" if isinstance(memory, int) else "",
        ", ".join(f"{disk.get('count', 1)} × {disk.get('name', 'disk')}" for disk in counted),
    )


def _unknown(field: str, codes: tuple[str, ...], rows: Iterable[Row]) -> Iterator[Finding]:
    if not codes:
        return
    known = {code for row in rows if (code := code_of(row))}
    if not known:  # a list that shows no codes proves nothing
        return
    for code in dict.fromkeys(codes):
        if code not in known:
            yield Finding(field, f"The panel does not know {code}.")
