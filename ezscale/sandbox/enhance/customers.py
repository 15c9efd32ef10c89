"""Organisations: the customers of the hosting company, and the company itself."""

from secrets import token_urlsafe
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.enhance.bodies import ChangedOrganisation, NewCustomer, NewToken
from ezscale.sandbox.enhance.house import Here, House, ThePart, listed, new_id, not_found
from ezscale.sandbox.enhance.stock import MASTER
from ezscale.sandbox.enhance.views import customer_row, organisation_view
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/orgs", route_class=Alone)


@router.post("/{master_id}/customers", status_code=201)
def create_customer(here: Here, request: Request, master_id: str, body: NewCustomer) -> dict[str, Any]:
    """One more customer. Nothing of it has to be unlike another's."""
    is_master(master_id)
    org = {
        "id": new_id(),
        "parentId": MASTER,
        "name": body.name,
        "status": "active",
        "suspendedBy": None,
        "locale": "en",
        "createdAt": here.stamp(),
    }
    here.keep("orgs", org)
    here.done("organisations created")
    note(request, f"organisation {org['id']} created")
    return {"id": org["id"]}


@router.get("/{master_id}/customers")
def list_customers(
    here: Here,
    master_id: str,
    part: ThePart,
    status: Literal["active", "suspended", "deleted"] | None = None,
    planId: int | None = None,
) -> dict[str, Any]:
    """The customers; deleted ones are shown until they are wiped."""
    is_master(master_id)
    orgs = here.store.where("orgs", "parentId", MASTER)
    if status:
        orgs = [org for org in orgs if _standing(org) == status]
    if planId is not None:
        subscribers = {one["subscriberId"] for one in here.store.where("subscriptions", "planId", planId)}
        orgs = [org for org in orgs if org["id"] in subscribers]
    return listed(orgs, part, lambda org: customer_row(here, org))


@router.get("/{org_id}")
def read_organisation(here: Here, org_id: str) -> dict[str, Any]:
    """One organisation, our own included."""
    return organisation_view(here.find("orgs", org_id, "org"))


@router.patch("/{org_id}", status_code=204)
def change_organisation(here: Here, org_id: str, body: ChangedOrganisation) -> Response:
    """Another name or language, suspended or not; with all that it has."""
    org = here.find("orgs", org_id, "org")
    changes = body.model_dump(include={"name", "status", "locale"}, exclude_none=True)
    if body.isSuspended is not None:
        changes["suspendedBy"] = MASTER if body.isSuspended else None
    here.keep("orgs", org | changes)
    return Response(status_code=204)


@router.delete("/{org_id}", status_code=204)
def delete_customer(here: Here, request: Request, org_id: str, force: bool = False) -> Response:
    """Delete a customer; by force with everything it has, and with the logins that belong nowhere else."""
    org = here.find("orgs", org_id, "org")
    if org["id"] == MASTER:
        raise not_found("org")
    if force:
        _wipe(here, org)
    else:
        here.keep("orgs", org | {"status": "deleted"})
    here.done("organisations wiped" if force else "organisations deleted")
    note(request, f"organisation {org['id']} deleted")
    return Response(status_code=204)


@router.post("/{org_id}/access_tokens", status_code=201)
def create_token(here: Here, org_id: str, body: NewToken) -> dict[str, Any]:
    """A token, shown once. This panel goes on with the one that it was made with."""
    here.find("orgs", org_id, "org")
    token = token_urlsafe(32)
    return {"id": new_id(), "firstFive": token[:5], "unencryptedToken": token}


def is_master(org_id: str) -> None:
    """404 unless it is the organisation that sells."""
    if org_id != MASTER:
        raise not_found("org")


def customer(here: House, org_id: str) -> Document:
    """A customer that is not deleted; 404 when there is none."""
    org = here.find("orgs", org_id, "org")
    if org["parentId"] != MASTER or org["status"] == "deleted":
        raise not_found("org")
    return org


def _standing(org: Document) -> str:
    return "suspended" if org["suspendedBy"] and org["status"] == "active" else str(org["status"])


def _wipe(here: House, org: Document) -> None:
    members = here.store.where("members", "orgId", org["id"])
    for kind, field in (("websites", "orgId"), ("subscriptions", "subscriberId"), ("members", "orgId")):
        for doc in here.store.where(kind, field, org["id"]):
            here.store.delete(kind, str(doc["id"]))
    for member in members:
        if not here.store.where("members", "loginId", member["loginId"]):
            here.store.delete("logins", member["loginId"])
    here.store.delete("orgs", org["id"])
