"""How Enhance shows its rows. What does not apply is left out, not null."""

from typing import Any

from ezscale.sandbox.enhance.house import House
from ezscale.sandbox.enhance.usage import usage_of
from ezscale.sandbox.store import Document

View = dict[str, Any]


def organisation_view(org: Document) -> View:
    """An organisation by itself."""
    return _present(
        {name: org[name] for name in ("id", "parentId", "name", "status", "locale", "suspendedBy", "createdAt")}
    )


def customer_row(here: House, org: Document) -> View:
    """An organisation in its vendor's list, with whoever became its owner first."""
    members = here.store.where("members", "orgId", org["id"])
    owner = next((member for member in members if "Owner" in member["roles"]), None)
    login = here.store.get("logins", owner["loginId"]) if owner else None
    subscriptions = here.store.where("subscriptions", "subscriberId", org["id"])
    websites = [site for site in here.store.where("websites", "orgId", org["id"]) if site["status"] != "deleted"]
    return _present(
        {
            "id": org["id"],
            "name": org["name"],
            "status": org["status"],
            "suspendedBy": org["suspendedBy"],
            "ownerEmail": login["email"] if login else None,
            "ownerId": owner["id"] if owner else None,
            "ownerLoginId": owner["loginId"] if owner else None,
            "subscriptionsCount": len([one for one in subscriptions if one["status"] != "deleted"]),
            "websitesCount": len(websites),
            "createdAt": org["createdAt"],
        }
    )


def login_row(login: Document) -> View:
    """A login, without its password."""
    return {name: login[name] for name in ("id", "email", "name")}


def member_row(here: House, member: Document) -> View:
    """A login inside an organisation."""
    login = here.find("logins", member["loginId"], "login")
    return {
        "id": member["id"],
        "loginId": member["loginId"],
        "isActive": True,
        "email": login["email"],
        "name": login["name"],
        "roles": member["roles"],
        "siteAccesses": [],
        "notifications": [],
        "joinedAt": member["joinedAt"],
        "colorCode": "#336699",
    }


def plan_view(here: House, plan: Document) -> View:
    """A plan, and how often it is sold."""
    sold = [one for one in here.store.where("subscriptions", "planId", plan["id"]) if one["status"] != "deleted"]
    return {**plan, "subscriptionsCount": len(sold)}


def subscription_view(here: House, subscription: Document) -> View:
    """A subscription with what it may use, and what it uses."""
    plan = here.find("plans", subscription["planId"], "plan")
    return _present(
        {
            "id": subscription["id"],
            "planId": plan["id"],
            "planName": plan["name"],
            "subscriberId": subscription["subscriberId"],
            "vendorId": plan["orgId"],
            "status": subscription["status"],
            "suspendedBy": subscription["suspendedBy"],
            "friendlyName": subscription["friendlyName"],
            "planType": plan["planType"],
            "resources": usage_of(here, subscription, plan),
            "allowances": plan["allowances"],
            "selections": plan["selections"],
            "allowedPhpVersions": plan["allowedPhpVersions"],
            "defaultPhpVersion": plan["defaultPhpVersion"],
            "redisAllowed": plan["redisAllowed"],
        }
    )


def website_view(here: House, site: Document) -> View:
    """A website. It has a user and an address once it is installed."""
    subscription = here.find("subscriptions", site["subscriptionId"], "subscription")
    plan = here.find("plans", subscription["planId"], "plan")
    server = here.find("servers", site["serverId"], "server")
    installed = site["building"] is None
    return _present(
        {
            "id": site["id"],
            "domain": {
                "id": site["domainId"],
                "domain": site["domain"],
                "documentRoot": "public_html",
                "kind": "primary",
                "cloudflareStatus": "Disconnected",
            },
            "aliases": [],
            "subdomains": [],
            "tags": site["tags"],
            "subscriptionId": site["subscriptionId"],
            "planId": plan["id"],
            "plan": plan["name"],
            "status": site["status"],
            "suspendedBy": site["suspendedBy"],
            "size": site["size"] if installed else None,
            "orgId": site["orgId"],
            "kind": "normal",
            "colorCode": "#336699",
            "unixUser": site["unixUser"] if installed else None,
            "serverIps": [{"ip": server["address"], "isPrimary": True}] if installed else [],
            "phpVersion": site["phpVersion"],
            "createdAt": site["createdAt"],
        }
    )


def group_row(here: House, group: Document) -> View:
    """A place, and how many servers stand there."""
    return {**group, "serverCount": len(here.store.where("servers", "groupId", group["id"]))}


def server_row(server: Document) -> View:
    """A server."""
    return {
        "id": server["id"],
        "friendlyName": server["friendlyName"],
        "groupId": server["groupId"],
        "ips": [{"ip": server["address"], "isPrimary": True}],
        "status": "offline" if server["down"] else "online",
        "createdAt": server["createdAt"],
    }


def _present(view: View) -> View:
    return {name: value for name, value in view.items() if value is not None}
