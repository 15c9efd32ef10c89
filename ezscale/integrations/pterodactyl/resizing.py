"""Another plan for a server that is there. The panel refuses nothing, so what would break is refused here."""

from typing import Any

from ezscale.integrations.pterodactyl import orders
from ezscale.integrations.pterodactyl.client import PterodactylClient, Row, nonsense
from ezscale.integrations.pterodactyl.reading import MEBIBYTE, as_dict, number, text
from ezscale.kit.errors import Rejected
from ezscale.provisioning.panel_skills import Resizing
from ezscale.provisioning.ports import ServiceSpec


def resize(panel: PterodactylClient, row: Row, spec: ServiceSpec) -> Resizing:
    """Give a server the limits of a plan, and the values that the plan sets. Rejected when its files would not fit."""
    now, wanted = as_dict(row.get("limits")), orders.limits(spec)
    if not now or not row.get("allocation"):
        raise nonsense("GET", "a server")
    if _shrinks(number(now.get("disk")), wanted["disk"]):
        _need_room(panel, row, wanted["disk"])
    build: dict[str, Any] = {
        "allocation": row["allocation"],
        "limits": wanted | {"threads": now.get("threads")},
        "feature_limits": orders.feature_limits(spec),
    }
    if isinstance(now.get("oom_disabled"), bool):
        build["oom_disabled"] = now["oom_disabled"]
    server_id = text(row["id"])
    panel.change_build(server_id, build)
    _carry_values(panel, row, spec)
    return Resizing(restarts=True)


def _shrinks(now: int, wanted: int) -> bool:
    """Whether a disk gets smaller. 0 is without a limit."""
    return wanted != 0 and (now == 0 or wanted < now)


def _need_room(panel: PterodactylClient, row: Row, disk_mb: int) -> None:
    used = as_dict(panel.usage(text(row.get("identifier"))).get("resources")).get("disk_bytes")
    if not isinstance(used, int | float):
        raise nonsense("GET", "a server's usage")
    if used > disk_mb * MEBIBYTE:
        held = -(-int(used) // MEBIBYTE)
        raise Rejected(f"Server {row['id']} holds {held} MB of files: they do not fit on a disk of {disk_mb} MB.")


def _carry_values(panel: PterodactylClient, row: Row, spec: ServiceSpec) -> None:
    """Set the variables that the plan names, and leave the owner's own as they are."""
    container = as_dict(row.get("container"))
    now = {name: text(value) for name, value in as_dict(container.get("environment")).items()}
    wanted = orders.values_of(spec)
    if all(now.get(name, value) == value for name, value in wanted.items()):
        return
    egg = panel.egg(*orders.game_of(row))
    changed = {
        "egg": row.get("egg"),
        "image": container.get("image"),
        "startup": container.get("startup_command"),
        "environment": orders.environment(egg, now | wanted),
        "skip_scripts": container.get("skip_scripts") is True,
    }
    panel.change_startup(text(row["id"]), changed)
