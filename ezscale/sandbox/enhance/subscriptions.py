"""Subscriptions: a plan that is sold to an organisation."""

from typing import Any

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.enhance.bodies import ChangedSubscription, NewSubscription
from ezscale.sandbox.enhance.customers import customer, is_master
from ezscale.sandbox.enhance.house import Here, House, ThePart, invalid, listed, not_found, out_of_quota, suspended
from ezscale.sandbox.enhance.stock import MASTER
from ezscale.sandbox.enhance.usage import transferred, usage_of
from ezscale.sandbox.enhance.views import subscription_view
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/orgs", route_class=Alone)

FIRST_ID = 2041


@router.post("/{master_id}/customers/{org_id}/subscriptions", status_code=201)
def create_subscription(
    here: Here, request: Request, master_id: str, org_id: str, body: NewSubscription
) -> dict[str, Any]:
    """Sell a plan. The same order again is another subscription."""
    is_master(master_id)
    org = customer(here, org_id)
    plan = _plan(here, body.planId)
    if org["suspendedBy"]:
        raise suspended("org")
    if body.dedicatedServers is not None and plan["planType"] != "dedicated":
        raise invalid("dedicatedServers", "This plan chooses its servers itself.")
    _keep_quota(here)
    subscription = {
        "id": FIRST_ID + here.store.next_number("subscriptions") - 1,
        "subscriberId": org["id"],
        "planId": plan["id"],
        "friendlyName": body.friendlyName,
        "status": "active",
        "suspendedBy": None,
        "createdAt": here.stamp(),
    }
    here.keep("subscriptions", subscription)
    here.done("subscriptions created")
    note(request, f"subscription {subscription['id']} created for {org['id']}")
    return {"id": subscription["id"]}


@router.get("/{master_id}/customers/{org_id}/subscriptions")
def list_subscriptions(here: Here, master_id: str, org_id: str, part: ThePart) -> dict[str, Any]:
    """What a customer has, and had until it is wiped."""
    is_master(master_id)
    customer(here, org_id)
    return listed(
        here.store.where("subscriptions", "subscriberId", org_id), part, lambda one: subscription_view(here, one)
    )


@router.get("/{org_id}/subscriptions/{subscription_id}")
def read_subscription(here: Here, org_id: str, subscription_id: int) -> dict[str, Any]:
    """One subscription, a deleted one too."""
    return subscription_view(here, subscription_of(here, org_id, subscription_id))


@router.patch("/{org_id}/subscriptions/{subscription_id}", status_code=204)
def change_subscription(
    here: Here, request: Request, org_id: str, subscription_id: int, body: ChangedSubscription
) -> Response:
    """Another plan or name; suspended or not. What it uses already stays, even when the new plan has less."""
    subscription = subscription_of(here, org_id, subscription_id)
    changes = body.model_dump(exclude_none=True)
    if body.planId is not None:
        _plan(here, body.planId)
    if (suspend := changes.pop("isSuspended", None)) is not None:
        changes["suspendedBy"] = MASTER if suspend else None
    deed = _deed(subscription, changes)
    if subscription["status"] == "deleted" and "status" not in changes:
        raise not_found("subscription")
    here.keep("subscriptions", subscription | changes)
    if deed:
        here.done(deed)
        note(request, f"subscription {subscription_id}: {deed}")
    return Response(status_code=204)


@router.delete("/{org_id}/subscriptions/{subscription_id}", status_code=204)
def delete_subscription(
    here: Here, request: Request, org_id: str, subscription_id: int, force: bool = False
) -> Response:
    """Delete it softly, so that it can be restored; or by force, with its websites and their data."""
    subscription = subscription_of(here, org_id, subscription_id)
    sites = here.store.where("websites", "subscriptionId", subscription_id)
    if force:
        for site in sites:
            here.store.delete("websites", site["id"])
        here.store.delete("subscriptions", str(subscription_id))
    else:
        here.keep("subscriptions", subscription | {"status": "deleted"})
    here.done("subscriptions wiped" if force else "subscriptions deleted")
    note(request, f"subscription {subscription_id} {'wiped' if force else 'deleted'}")
    return Response(status_code=204)


@router.put("/{org_id}/subscriptions/{subscription_id}/calculate-resource-usage")
def recount(here: Here, org_id: str, subscription_id: int) -> dict[str, Any]:
    """What it uses, counted now."""
    subscription = subscription_of(here, org_id, subscription_id)
    return {"items": usage_of(here, subscription, _plan(here, subscription["planId"]))}


@router.get("/{org_id}/subscriptions/{subscription_id}/bandwidth")
def read_bandwidth(here: Here, org_id: str, subscription_id: int, refreshCache: bool = False) -> int:
    """Bytes of this month, and nothing but the number."""
    return transferred(here, subscription_of(here, org_id, subscription_id))


def subscription_of(here: House, org_id: str, subscription_id: int) -> Document:
    """An organisation's subscription; 404 when it has none of that number."""
    here.find("orgs", org_id, "org")
    subscription = here.find("subscriptions", subscription_id, "subscription")
    if subscription["subscriberId"] != org_id:
        raise not_found("subscription")
    return subscription


def _plan(here: House, plan_id: int) -> Document:
    plan = here.store.get("plans", str(plan_id))
    if plan is None:
        raise not_found("plan")
    return plan


def _keep_quota(here: House) -> None:
    most = here.order("quota", "subscriptions", None)
    held = len([one for one in here.store.all("subscriptions") if one["status"] != "deleted"])
    if most is not None and held >= most:
        raise out_of_quota("customers", most, held)


def _deed(before: Document, changes: dict[str, Any]) -> str:
    """What a change really does; nothing when it is so already."""
    real = {name for name, value in changes.items() if before[name] != value}
    if "suspendedBy" in real:
        return "subscriptions suspended" if changes["suspendedBy"] else "subscriptions unsuspended"
    return "plans changed" if "planId" in real else ""
