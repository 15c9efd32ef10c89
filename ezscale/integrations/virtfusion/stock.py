"""How much room the panel has, and whether a plan could be built there: asked, not tried."""

from collections.abc import Iterable, Iterator

from ezscale.integrations.virtfusion.client import Row, VirtFusionClient, nonsense
from ezscale.integrations.virtfusion.reading import as_dict, is_on, remote_server, templates_in, whole
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure
from ezscale.provisioning.panel_skills import Finding
from ezscale.provisioning.ports import OutOfStock, RemoteServer, ServiceSpec

REFUSED = (409, 422)  # what the panel answers to an order that cannot be filled


def reserve(panel: VirtFusionClient, spec: ServiceSpec, account: str) -> Row:
    """A new server with its addresses. OutOfStock when the panel refuses it and has indeed no room."""
    order = _order(spec, account)
    try:
        return panel.allocate(order)
    except Rejected as refusal:
        if refusal.status in REFUSED and _is_sold_out(panel, spec):
            raise OutOfStock(refusal.message, status=refusal.status) from refusal
        raise


def count_stock(panel: VirtFusionClient, spec: ServiceSpec) -> int:
    """How many more of these could be built now. A request that fails raises: it does not say that there is nothing."""
    package = panel.package(number_of(spec.package, "package"))
    group_id = number_of(spec.location, "location")
    if not is_on(package.get("enabled", True)):
        return 0
    return room_for(package, panel.resources(group_id))


def room_for(package: Row, rows: Iterable[Row]) -> int:
    """How many servers of a package fit onto the open hypervisors of a group, and have an IPv4 address each."""
    fitting, addresses = 0, None
    for row in rows:
        resources = as_dict(row.get("resources"))
        if addresses is None:  # the group's figure, repeated on each row
            addresses = _figure(as_dict(as_dict(as_dict(resources.get("network")).get("total")).get("ipv4")), "free")
        if _is_open(as_dict(row.get("hypervisor"))):
            fitting += _fitting(package, resources)
    return max(min(fitting, addresses or 0), 0)


def findings(panel: VirtFusionClient, spec: ServiceSpec) -> list[Finding]:
    """What would go wrong with an order, in plain words; empty when it would work."""
    wrong_package = list(_wrong_package(panel, spec))
    found = [*wrong_package, *_wrong_place(panel, spec)]
    if not wrong_package:
        found += _wrong_image(panel, spec)
    return found or list(_refused(panel, spec))


def number_of(text: str, what: str) -> int:
    """One of the panel's numbers in a plan; Rejected when it is none."""
    if not (text.isascii() and text.isdecimal()):
        raise Rejected(f"VirtFusion's {what} must be a number, not {text!r}")
    return int(text)


def _order(spec: ServiceSpec, account: str) -> dict[str, int]:
    return {
        "packageId": number_of(spec.package, "package"),
        "userId": number_of(account, "account"),
        "hypervisorId": number_of(spec.location, "location"),  # a group's id, in spite of its name
        "ipv4": 1 + spec.extras.ipv4,
        **bigger_than_package(spec),
    }


def bigger_than_package(spec: ServiceSpec) -> dict[str, int]:
    """The sizes that were bought beyond the plan's, in the panel's words; the package says the others."""
    sizes = {
        "cpuCores": (spec.extras.cpu_cores, spec.sizes.cpu_cores),
        "memory": (spec.extras.memory_mb, spec.sizes.memory_mb),
        "storage": (spec.extras.disk_gb, spec.sizes.disk_gb),
        "traffic": (spec.extras.traffic_gb, spec.sizes.traffic_gb),
    }
    return {name: size for name, (extra, size) in sizes.items() if extra}


def other_sizes(server: RemoteServer, spec: ServiceSpec) -> dict[str, int]:
    """Which sizes a server has to get, in the panel's words, though its package was set: those of what is beside its plan.

    Its disk is not among them. Where the panel does not tell what it has, it gets all that was bought beyond its plan.
    """
    there = server.sizes
    if there is None:
        return {name: size for name, size in bigger_than_package(spec).items() if name != "storage"}
    sizes = {
        "cpuCores": (there.cpu_cores, spec.sizes.cpu_cores),
        "memory": (there.memory_mb, spec.sizes.memory_mb),
        "traffic": (there.traffic_gb, spec.sizes.traffic_gb),
    }
    return {name: sold for name, (now, sold) in sizes.items() if sold and now != sold}  # none is as the package says


def _is_sold_out(panel: VirtFusionClient, spec: ServiceSpec) -> bool:
    """Whether a refusal may be for want of room. Where that cannot be found out, it stays a refusal."""
    try:
        package = panel.package(number_of(spec.package, "package"))
        return room_for(package, panel.resources(number_of(spec.location, "location"))) == 0
    except (Rejected, TemporaryFailure):
        return False


def _is_open(hypervisor: Row) -> bool:
    may_build = is_on(hypervisor.get("enabled")) and is_on(hypervisor.get("commissioned"))
    return may_build and not is_on(hypervisor.get("prohibit"))


def _fitting(package: Row, resources: Row) -> int:
    """How many fit onto one hypervisor: whatever runs out first decides."""
    fits = [_figure(resources.get(size), "free") // _need(package, size) for size in ("memory", "cpuCores")]
    need = _need(package, "primaryStorage")
    fits.append(sum(max(_figure(storage, "free"), 0) // need for storage in _storages(package, resources)))
    if _figure(resources.get("servers"), "max"):  # without a limit the free ones are a negative figure
        fits.append(_figure(resources.get("servers"), "free"))
    return max(min(fits), 0)


def _storages(package: Row, resources: Row) -> Iterator[Row]:
    """Where the disk may be. A profile names a type of storage, not one storage; 0 is the local one."""
    profile = whole(package.get("primaryStorageProfile")) or 0
    for storage in (resources.get("localStorage"), *(resources.get("otherStorage") or ())):
        found = as_dict(storage)
        if is_on(found.get("enabled")) and whole(found.get("storageType")) == profile:
            yield found


def _need(package: Row, size: str) -> int:
    need = whole(package.get(size))
    if not need:
        raise nonsense("GET", f"a package's {size}")
    return need


def _figure(block: object, name: str) -> int:
    figure = whole(as_dict(block).get(name))
    if figure is None:
        raise nonsense("GET", "the room of a hypervisor")
    return figure


def _wrong_package(panel: VirtFusionClient, spec: ServiceSpec) -> Iterator[Finding]:
    try:
        package = panel.package(number_of(spec.package, "package"))
    except Missing:
        yield Finding("package", f"VirtFusion has no package {spec.package}.")
    except Rejected as refusal:
        if refusal.status:
            raise
        yield Finding("package", f"{refusal.message}.")
    else:
        if not is_on(package.get("enabled", True)):
            yield Finding("package", f"Package {spec.package} is disabled on VirtFusion.")


def _wrong_place(panel: VirtFusionClient, spec: ServiceSpec) -> Iterator[Finding]:
    group = next((group for group in panel.groups() if str(group.get("id")) == spec.location), None)
    if group is None:
        yield Finding("location", f"VirtFusion has no group of hypervisors with the number {spec.location!r}.")
    elif not is_on(group.get("enabled", True)):
        yield Finding("location", f"Group {spec.location} is disabled on VirtFusion.")


def _wrong_image(panel: VirtFusionClient, spec: ServiceSpec) -> Iterator[Finding]:
    offered = templates_in(panel.template_groups_of_package(number_of(spec.package, "package")))
    if not any(str(template.get("id")) == spec.image for template in offered):
        yield Finding("image", f"VirtFusion does not offer template {spec.image} for package {spec.package}.")


def _refused(panel: VirtFusionClient, spec: ServiceSpec) -> Iterator[Finding]:
    """What the panel says to an order on trial. It needs a user, whoever that is; without any, its room is counted."""
    someone = panel.one_server()
    if someone is None:
        if count_stock(panel, spec) == 0:
            yield Finding("location", f"Group {spec.location} has no room for this.")
        return
    try:
        panel.try_allocate(_order(spec, remote_server(someone).owner))
    except Rejected as refusal:
        if refusal.status not in REFUSED:
            raise
        yield Finding("location", f"VirtFusion would refuse an order: {refusal.message}")
