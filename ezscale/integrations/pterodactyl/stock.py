"""How much room the panel has, and whether a plan could be built there: asked, not tried."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from ezscale.integrations.pterodactyl import orders
from ezscale.integrations.pterodactyl.client import PterodactylClient, Row
from ezscale.integrations.pterodactyl.reading import as_dict, docker_image, number, text
from ezscale.integrations.pterodactyl.variables import broken_rule
from ezscale.kit.errors import Missing, Rejected
from ezscale.provisioning.panel_skills import Finding
from ezscale.provisioning.ports import ServiceSpec

MOST_COUNTED = 1_000  # ports of a node; nobody needs to know how many more there are


def count_stock(panel: PterodactylClient, spec: ServiceSpec) -> int:
    """How many more of these the open nodes of a place have room and ports for."""
    ports, wanted = orders.ports_of(spec), orders.limits(spec)
    total = 0
    for node in panel.nodes():
        if text(node.get("location_id")) == spec.location and _is_open(node):
            room = min(_room(node, size, wanted[size]) for size in ("memory", "disk"))
            free = (port for port in panel.free_ports(text(node["id"])) if not ports or port.get("port") in ports)
            total += sum(1 for _ in islice(free, room))
    return total


def findings(panel: PterodactylClient, spec: ServiceSpec) -> list[Finding]:
    """What would go wrong with an order, in plain words; empty when it would work."""
    found = [*_wrong_place(panel, spec), *_wrong_settings(spec), *_wrong_egg(panel, spec)]
    return found or _no_room(panel, spec)


def _is_open(node: Row) -> bool:
    return node.get("public") is True and node.get("maintenance_mode") is False


def _room(node: Row, size: str, wanted: int) -> int:
    """How many of a size fit on a node. What was promised there already must be known to count anything."""
    more = number(node.get(f"{size}_overallocate"))
    if wanted == 0 or more == -1:
        return MOST_COUNTED
    promised = as_dict(node.get("allocated_resources")).get(size)
    if not isinstance(promised, int):
        return 0
    return max(number(node.get(size)) * (100 + more) // 100 - promised, 0) // wanted


def _wrong_place(panel: PterodactylClient, spec: ServiceSpec) -> list[Finding]:
    if any(text(place.get("id")) == spec.location for place in panel.locations()):
        return []
    return [Finding("location", f"The panel has no location with the number {spec.location or 'that is missing'}.")]


def _wrong_settings(spec: ServiceSpec) -> Iterator[Finding]:
    for name in orders.USUAL:
        yield from _refused(name, partial(orders.setting, spec, name))
    yield from _refused("port_range", partial(orders.port_ranges, spec))


def _refused(name: str, check: Callable[[], object]) -> Iterator[Finding]:
    try:
        check()
    except Rejected as refusal:
        yield Finding(name, refusal.message)


def _wrong_egg(panel: PterodactylClient, spec: ServiceSpec) -> Iterator[Finding]:
    try:
        egg = panel.egg(*orders.nest_and_egg(spec.image))
    except Missing:
        yield Finding("image", f"The panel has no egg {spec.image}.")
        return
    except Rejected as refusal:
        if refusal.status:
            raise
        yield Finding("image", refusal.message)
        return
    if not docker_image(egg) or not egg.get("startup"):
        yield Finding("image", f"Egg {spec.image} names no Docker image or no startup command.")
    wanted = orders.values_of(spec)
    values = orders.environment(egg, wanted)
    for variable in orders.variables(egg):
        name = text(variable.get("env_variable"))
        if rule := broken_rule(text(variable.get("rules")), values.get(name, "")):
            yield Finding(name, f"{text(variable.get('name')) or name} breaks the egg's rule {rule!r}.")
    for name in sorted(wanted.keys() - values.keys()):
        yield Finding(name, f"Egg {spec.image} has no variable {name}.")


def _no_room(panel: PterodactylClient, spec: ServiceSpec) -> list[Finding]:
    wanted = orders.limits(spec)
    try:
        panel.deployable(wanted["memory"], wanted["disk"], orders.whole("location", spec.location))
    except Rejected as refusal:
        if refusal.status != 400:
            raise
        return [Finding("location", "No node there has room for a server of this size.")]
    if count_stock(panel, spec):
        return []
    return [Finding("port_range" if orders.port_ranges(spec) else "location", "No node there has a free port for it.")]
