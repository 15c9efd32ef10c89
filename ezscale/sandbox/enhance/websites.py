"""Websites: the domains that are hosted inside a subscription."""

from datetime import datetime, timedelta
from typing import Any, Literal
from zlib import crc32

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.enhance.bodies import ChangedWebsite, NewWebsite
from ezscale.sandbox.enhance.customers import customer
from ezscale.sandbox.enhance.house import (
    Here,
    House,
    ThePart,
    already_there,
    invalid,
    listed,
    new_id,
    not_found,
    out_of_quota,
    suspended,
)
from ezscale.sandbox.enhance.stock import MASTER, server_for
from ezscale.sandbox.enhance.subscriptions import subscription_of
from ezscale.sandbox.enhance.usage import live_websites, metrics_of
from ezscale.sandbox.enhance.views import website_view
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/orgs", route_class=Alone)


@router.post("/{org_id}/websites", status_code=201)
def create_website(
    here: Here, request: Request, org_id: str, body: NewWebsite, kind: Literal["normal", "staging"] = "normal"
) -> dict[str, Any]:
    """Host a domain; it is active once its server has installed it."""
    org, subscription = customer(here, org_id), subscription_of(here, org_id, body.subscriptionId)
    if subscription["status"] == "deleted":
        raise not_found("subscription")
    if org["suspendedBy"] or subscription["suspendedBy"]:
        raise suspended("org" if org["suspendedBy"] else "subscription")
    plan = here.find("plans", subscription["planId"], "plan")
    php = body.phpVersion or plan["defaultPhpVersion"]
    if php not in plan["allowedPhpVersions"]:
        raise invalid("phpVersion", "The plan does not allow this version.")
    if body.serverGroupId is not None and not plan["allowServerGroupSelection"]:
        raise invalid("serverGroupId", "The plan does not let its server group be chosen.")
    if _hosted(here, body.domain):
        raise already_there("website")
    websites, total = live_websites(here, subscription["id"]), _most_websites(plan)
    if total is not None and len(websites) >= total:
        raise out_of_quota("websites", total, len(websites))
    server = server_for(here, body.appServerId, body.serverGroupId)
    site = _new_website(here, body, org, server, php)
    here.keep("websites", site)
    here.done("websites created")
    note(request, f"{site['domain']} created in subscription {subscription['id']}")
    return {"id": site["id"]}


@router.get("/{org_id}/websites")
def list_websites(
    here: Here,
    org_id: str,
    part: ThePart,
    subscriptionId: int | None = None,
    search: str = "",
    showDeleted: bool = True,
) -> dict[str, Any]:
    """An organisation's websites, deleted ones too unless they are not wanted."""
    here.find("orgs", org_id, "org")
    sites = [
        _now(here, site)
        for site in here.store.where("websites", "orgId", org_id)
        if (subscriptionId is None or site["subscriptionId"] == subscriptionId)
        and search.casefold() in site["domain"]
        and (showDeleted or site["status"] != "deleted")
    ]
    return listed(sites, part, lambda site: website_view(here, site))


@router.get("/{org_id}/websites/{website_id}")
def read_website(here: Here, org_id: str, website_id: str) -> dict[str, Any]:
    """One website."""
    return website_view(here, _now(here, _website_of(here, org_id, website_id)))


@router.patch("/{org_id}/websites/{website_id}", status_code=204)
def change_website(here: Here, org_id: str, website_id: str, body: ChangedWebsite) -> Response:
    """Another version of PHP, on or off, suspended or not. Tags take the place of those before."""
    site = _website_of(here, org_id, website_id)
    if body.orgId is not None or body.subscriptionId is not None:
        subscription_of(here, body.orgId or org_id, body.subscriptionId or site["subscriptionId"])
    changes = body.model_dump(exclude_none=True)
    if (suspend := changes.pop("isSuspended", None)) is not None:
        changes["suspendedBy"] = MASTER if suspend else None
    here.keep("websites", site | changes)
    return Response(status_code=204)


@router.delete("/{org_id}/websites/{website_id}", status_code=204)
def delete_website(here: Here, org_id: str, website_id: str, force: bool = False) -> Response:
    """Delete it softly, or by force with its data."""
    site = _website_of(here, org_id, website_id)
    if force:
        here.store.delete("websites", site["id"])
    else:
        here.keep("websites", site | {"status": "deleted"})
    here.done("websites wiped" if force else "websites deleted")
    return Response(status_code=204)


@router.get("/{org_id}/websites/{website_id}/metrics")
def read_metrics(
    here: Here, org_id: str, website_id: str, start: datetime, end: datetime, granularity: Literal["day"] = "day"
) -> dict[str, Any]:
    """A website's traffic over time."""
    _website_of(here, org_id, website_id)
    return {"items": metrics_of(here, start, end)}


def _website_of(here: House, org_id: str, website_id: str) -> Document:
    here.find("orgs", org_id, "org")
    site = here.find("websites", website_id, "website")
    if site["orgId"] != org_id:
        raise not_found("website")
    return site


def _hosted(here: House, domain: str) -> bool:
    return any(site["status"] != "deleted" for site in here.store.where("websites", "domain", domain))


def _most_websites(plan: Document) -> int | None:
    return next((resource.get("total") for resource in plan["resources"] if resource["name"] == "websites"), None)


def _new_website(here: House, body: NewWebsite, org: Document, server: Document, php: str) -> Document:
    failing = here.order("failing builds", "left")
    if failing:
        here.store.put("orders", "failing builds", {"left": failing - 1})
    due = here.now() + timedelta(seconds=here.pace.build_seconds)
    return {
        "id": new_id(),
        "domainId": new_id(),
        "domain": body.domain,
        "orgId": org["id"],
        "subscriptionId": body.subscriptionId,
        "serverId": server["id"],
        "phpVersion": php,
        "status": "disabled",
        "suspendedBy": None,
        "size": 200_000_000 + crc32(body.domain.encode()) % 600_000_000,
        "unixUser": f"{body.domain.partition('.')[0][:8]}{crc32(body.domain.encode()) % 90 + 10}",
        "tags": [],
        "wordPress": body.wordPressAdminCredentials is not None,
        "building": {"due": due.isoformat(), "looks": here.pace.build_looks, "fails": bool(failing)},
        "createdAt": here.stamp(),
    }


def _now(here: House, site: Document) -> Document:
    """A website after this look at it: installed, when enough time and looks have passed."""
    building = site["building"]
    if building is None or building["fails"]:
        return site
    if building["looks"] or here.now() < datetime.fromisoformat(building["due"]):
        here.keep("websites", site | {"building": building | {"looks": max(building["looks"] - 1, 0)}})
        return site
    here.done("websites installed")
    status = "active" if site["status"] == "disabled" else site["status"]
    return here.keep("websites", site | {"building": None, "status": status})
