"""What a plan of ours is in Pterodactyl's words: limits, an egg, and the values of its variables."""

import re
from collections.abc import Mapping
from typing import Any

from ezscale.integrations.pterodactyl.client import Row, nonsense
from ezscale.integrations.pterodactyl.reading import LONGEST_NAME, as_dict, docker_image, included, text
from ezscale.kit.errors import Rejected
from ezscale.provisioning.ports import ServiceSpec

USUAL = {"swap": 0, "io": 500, "databases": 0, "backups": 0, "allocations": 1}
BOUNDS = {"swap": (-1, None), "io": (10, 1000), "databases": (0, None), "backups": (0, None), "allocations": (0, None)}
CPU_OF_A_CORE = 100
MB_OF_A_GB = 1024
PORTS = re.compile(r"[0-9]{1,5}(-[0-9]{1,5})?")
LAST_PORT = 65_535


def new_server(spec: ServiceSpec, account: str, egg: Row) -> dict[str, Any]:
    """The order of a server that carries our number from the first moment."""
    return {
        "external_id": spec.key,
        "name": (spec.hostname or spec.key)[:LONGEST_NAME],
        "description": spec.key,
        "user": whole("account", account),
        "egg": whole("image", text(egg.get("id"))),
        "docker_image": docker_image(egg),
        "startup": text(egg.get("startup")),
        "environment": environment(egg, values_of(spec)),
        "limits": limits(spec),
        "feature_limits": feature_limits(spec),
        "deploy": {
            "locations": [whole("location", spec.location)],
            "dedicated_ip": False,
            "port_range": port_ranges(spec),
        },
        "start_on_completion": True,
    }


def startup(egg: Row, values: Mapping[str, str]) -> dict[str, Any]:
    """What a server has to know to run an egg: the complete set, whatever it ran before."""
    return {
        "egg": whole("image", text(egg.get("id"))),
        "image": docker_image(egg),
        "startup": text(egg.get("startup")),
        "environment": environment(egg, values),
        "skip_scripts": False,
    }


def environment(egg: Row, values: Mapping[str, str]) -> dict[str, str]:
    """A value for every variable of an egg, its own default where nothing else is said: one left out would be empty."""
    return {
        name: values.get(name, text(variable.get("default_value")))
        for variable in variables(egg)
        if (name := text(variable.get("env_variable")))
    }


def variables(egg: Row) -> list[Row]:
    """The variables of an egg, hidden ones too."""
    return included(egg, "variables")


def values_of(spec: ServiceSpec) -> dict[str, str]:
    """What a plan says of an egg's variables."""
    return values_in(spec.settings)


def values_in(settings: Mapping[str, str]) -> dict[str, str]:
    """Those of a plan's settings that are an egg's variables: their names are in capitals."""
    return {name: value for name, value in settings.items() if name.isupper()}


def kept_values(row: Row, egg: Row) -> dict[str, str]:
    """What a server keeps when it gets another egg: the values that its owner may not change, so that the plan holds."""
    now = as_dict(as_dict(row.get("container")).get("environment"))
    names = (text(variable.get("env_variable")) for variable in variables(egg) if not variable.get("user_editable"))
    return {name: text(now[name]) for name in names if name in now}


def limits(spec: ServiceSpec) -> dict[str, int]:
    """How much a server may use."""
    return {
        "memory": spec.sizes.memory_mb,
        "swap": setting(spec, "swap"),
        "disk": spec.sizes.disk_gb * MB_OF_A_GB,
        "io": setting(spec, "io"),
        "cpu": spec.sizes.cpu_cores * CPU_OF_A_CORE,
    }


def feature_limits(spec: ServiceSpec) -> dict[str, int]:
    """How many databases, ports and backups a server may have."""
    return {name: setting(spec, name) for name in ("databases", "allocations", "backups")}


def setting(spec: ServiceSpec, name: str) -> int:
    """A number among the plan's settings, or what is usual; Rejected when it cannot be used."""
    given = spec.settings.get(name, "").strip()
    value = whole(name, given) if given else USUAL[name]
    least, most = BOUNDS[name]
    if (least is not None and value < least) or (most is not None and value > most):
        raise Rejected(f"Pterodactyl takes no {name} of {value}")
    return value


def port_ranges(spec: ServiceSpec) -> list[str]:
    """The ports among which the panel may choose, as it writes them; none is any."""
    parts = [part.strip() for part in spec.settings.get("port_range", "").split(",")]
    for part in filter(None, parts):
        ports = [int(port) for port in part.split("-")] if PORTS.fullmatch(part) else []
        if not ports or not ports[0] <= ports[-1] <= LAST_PORT:
            raise Rejected(f"Pterodactyl takes no port_range of {part!r}: write 25565-25600")
    return [part for part in parts if part]


def ports_of(spec: ServiceSpec) -> set[int]:
    """The ports among which the panel may choose, each; empty is any."""
    bounds = [(part.partition("-")[0], part.rpartition("-")[2]) for part in port_ranges(spec)]
    return {port for first, last in bounds for port in range(int(first), int(last) + 1)}


def nest_and_egg(image: str) -> tuple[str, str]:
    """The two numbers of an image of ours; Rejected when it is not made of them."""
    nest, _, egg = image.partition("/")
    if not (nest.isdecimal() and egg.isdecimal()):
        raise Rejected(f"Pterodactyl's image must be a nest and an egg like 1/3, not {image!r}")
    return nest, egg


def game_of(row: Row) -> tuple[str, str]:
    """The nest and the egg of a server; TemporaryFailure where the panel does not tell them."""
    nest, egg = text(row.get("nest")), text(row.get("egg"))
    if not nest or not egg:
        raise nonsense("GET", "a server")
    return nest, egg


def whole(what: str, value: str) -> int:
    """A number of the panel's; Rejected when it is none."""
    try:
        return int(value)
    except ValueError:
        raise Rejected(f"Pterodactyl's {what} must be a number, not {value!r}") from None
