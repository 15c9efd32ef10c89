"""How Pterodactyl shows its rows, on its application API and on its client API."""

from collections.abc import Callable, Collection
from typing import Any

from ezscale.sandbox.pterodactyl.asking import View, all_of, nothing, one
from ezscale.sandbox.pterodactyl.house import House
from ezscale.sandbox.pterodactyl.stock import allocated
from ezscale.sandbox.store import Document

SERVER_INCLUDES = (
    "allocations",
    "user",
    "subusers",
    "nest",
    "egg",
    "variables",
    "location",
    "node",
    "databases",
    "transfer",
)
USER = ("id", "external_id", "uuid", "username", "email", "first_name", "last_name", "language", "root_admin", "2fa")
ALLOCATION = ("id", "ip", "alias", "port", "notes")
EGG = ("id", "uuid", "name", "nest", "author", "description", "docker_image", "docker_images", "startup", "script")
DATES = ("created_at", "updated_at")


def user_view(user: Document) -> View:
    """A user; a password is never shown."""
    return {name: user[name] for name in (*USER, *DATES)}


def node_view(here: House, node: Document) -> View:
    """A node, with what was promised on it."""
    shown = {name: value for name, value in node.items() if name != "down"}
    return shown | {"allocated_resources": allocated(here, node["id"])}


def allocation_view(row: Document) -> View:
    """A port."""
    return {name: row[name] for name in ALLOCATION} | {"assigned": row["server_id"] is not None}


def egg_view(egg: Document, includes: Collection[str]) -> View:
    """An egg; its variables where they were asked for."""
    view = {name: egg[name] for name in (*EGG, *DATES)}
    if "variables" in includes:
        view["relationships"] = {"variables": all_of("egg_variable", egg["variables"])}
    return view


def server_view(here: House, server: Document, includes: Collection[str] = ()) -> View:
    """A server as administrators see it."""
    node = here.find("nodes", server["node"])
    location = here.find("locations", node["location_id"])
    shown = ("id", "external_id", "uuid", "identifier", "name", "description", "status")
    view: dict[str, Any] = {name: server[name] for name in shown}
    view |= {
        "suspended": server["status"] == "suspended",
        "limits": server["limits"] | {"oom_disabled": server["oom_disabled"]},
        "feature_limits": server["feature_limits"],
        "user": server["user"],
        "node": server["node"],
        "allocation": server["allocation"],
        "nest": server["nest"],
        "egg": server["egg"],
        "container": {
            "startup_command": server["startup"],
            "image": server["image"],
            "installed": int(server["status"] not in ("installing", "install_failed")),
            "environment": server["environment"]
            | {
                "STARTUP": server["startup"],
                "P_SERVER_LOCATION": location["short"],
                "P_SERVER_UUID": server["uuid"],
                "P_SERVER_ALLOCATION_LIMIT": server["feature_limits"]["allocations"] or 0,
            },
        },
        **{name: server[name] for name in DATES},
    }
    if includes:
        show = _included(here, server, node, location)
        view["relationships"] = {name: show[name]() for name in includes}
    return view


def client_view(here: House, server: Document) -> View:
    """A server as its owner sees it."""
    node = here.find("nodes", server["node"])
    egg = here.find("eggs", server["egg"])
    ports = [
        {**{name: row[name] for name in ("id", "ip", "port", "notes")}, "ip_alias": row["alias"]}
        | {"is_default": row["id"] == server["allocation"]}
        for row in here.store.where("allocations", "server_id", server["id"])
    ]
    variables = [
        {
            "name": row["name"],
            "description": row["description"],
            "env_variable": row["env_variable"],
            "default_value": row["default_value"],
            "server_value": server["environment"].get(row["env_variable"], ""),
            "is_editable": row["user_editable"],
            "rules": row["rules"],
        }
        for row in egg["variables"]
        if row["user_viewable"]
    ]
    return {
        "server_owner": False,
        "identifier": server["identifier"],
        "internal_id": server["id"],
        "uuid": server["uuid"],
        "name": server["name"],
        "node": node["name"],
        "is_node_under_maintenance": node["maintenance_mode"],
        "sftp_details": {"ip": node["fqdn"], "port": node["daemon_sftp"]},
        "description": server["description"],
        "limits": server["limits"] | {"oom_disabled": server["oom_disabled"]},
        "invocation": server["startup"],
        "docker_image": server["image"],
        "egg_features": None,
        "feature_limits": server["feature_limits"],
        "status": server["status"],
        "is_suspended": server["status"] == "suspended",
        "is_installing": server["status"] in ("installing", "install_failed"),
        "is_transferring": server["transferring"],
        "relationships": {"allocations": all_of("allocation", ports), "variables": all_of("egg_variable", variables)},
    }


def _included(
    here: House, server: Document, node: Document, location: Document
) -> dict[str, Callable[[], dict[str, Any]]]:
    egg = here.find("eggs", server["egg"])
    ports = here.store.where("allocations", "server_id", server["id"])
    values = [row | {"server_value": server["environment"].get(row["env_variable"], "")} for row in egg["variables"]]
    return {
        "allocations": lambda: all_of("allocation", map(allocation_view, ports)),
        "user": lambda: one("user", user_view(here.find("users", server["user"]))),
        "subusers": lambda: all_of("subuser", ()),
        "nest": lambda: one("nest", here.find("nests", server["nest"])),
        "egg": lambda: one("egg", egg_view(egg, ())),
        "variables": lambda: all_of("server_variable", values),
        "location": lambda: one("location", location),
        "node": lambda: one("node", node_view(here, node)),
        "databases": lambda: all_of("server_database", here.store.where("databases", "server", server["id"])),
        "transfer": lambda: one("server_transfer", {"successful": None}) if server["transferring"] else nothing(),
    }
