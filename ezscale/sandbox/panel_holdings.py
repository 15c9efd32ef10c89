"""What the panels' stand-ins hold, in words for the sandbox's page."""

from collections.abc import Mapping
from typing import Any

from ezscale.sandbox.holdings import Holdings, Row
from ezscale.sandbox.store import Store

State = Mapping[str, Any]


def pterodactyl_holdings(_store: Store, state: State) -> Holdings:
    """The game servers, who owns them, and how full the nodes are."""
    owners = {user["id"]: user["username"] for user in state["users"]}
    games = {egg["id"]: egg["name"] for egg in state["eggs"]}
    names = {node["id"]: node["name"] for node in state["nodes"]}
    servers = [
        {
            "Server": server["id"],
            "Our number": server["external_id"],
            "Name": server["name"],
            "Owner": owners[server["user"]],
            "Game": games[server["egg"]],
            "Node": names[server["node"]],
            "Address": server["address"],
            "State": server["status"] or "installed",
            "Power": server["power"],
        }
        for server in reversed(state["servers"])
    ]
    nodes = [
        {
            "Node": node["name"],
            "Memory": f"{node['allocated']['memory']} of {node['memory']} MB",
            "Disk": f"{node['allocated']['disk']} of {node['disk']} MB",
            "State": _standing(node),
        }
        for node in state["nodes"]
    ]
    return _counted(state, {"Servers": servers, "Nodes": nodes})


def synergycp_holdings(_store: Store, state: State) -> Holdings:
    """The machines, and whose they are."""
    clients = {client["id"]: f"{client['first']} {client['last']}" for client in state["clients"]}
    machines = [
        {
            "Machine": server["id"],
            "Our number": server["number"],
            "Name": server["nickname"],
            "Place": server["place"],
            "Client": ", ".join(clients.get(access["clientId"], "?") for access in server["accesses"]),
            "Addresses": ", ".join(server["addresses"]),
            "System": server["system"],
            "State": "for sale" if server["is_available"] else "in use",
            "Power": server["power"],
        }
        for server in state["servers"]
    ]
    return _counted(state, {"Machines": machines})


def enhance_holdings(_store: Store, state: State) -> Holdings:
    """The subscriptions with their websites, and whose they are."""
    names = {org["id"]: org["name"] for org in state["organisations"]}
    subscriptions = [
        {
            "Subscription": each["id"],
            "Our number": each["friendlyName"],
            "Organisation": names.get(each["subscriberId"]),
            "Plan": each["planId"],
            "State": "suspended" if each["suspendedBy"] else each["status"],
        }
        for each in reversed(state["subscriptions"])
    ]
    websites = [
        {
            "Website": site["domain"],
            "Subscription": site["subscriptionId"],
            "PHP": site["phpVersion"],
            "State": site["status"],
        }
        for site in reversed(state["websites"])
    ]
    return _counted(state, {"Subscriptions": subscriptions, "Websites": websites})


def _counted(state: State, tables: dict[str, list[Row]]) -> Holdings:
    figures = {name: str(len(rows)) for name, rows in tables.items()}
    return Holdings(figures | {deed.capitalize(): str(times) for deed, times in state["done"].items()}, tables)


def _standing(node: Mapping[str, Any]) -> str:
    if node["down"]:
        return "away"
    if node["maintenance_mode"]:
        return "in maintenance"
    return "open" if node["public"] else "private"
