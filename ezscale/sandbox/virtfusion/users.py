"""Users, found by the caller's own reference, and their one-time sign-ins."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import note
from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.bodies import ChangedUser, NewUser
from ezscale.sandbox.virtfusion.house import Alone, Here, House, Refusal, conflict
from ezscale.sandbox.virtfusion.tasks import server_now
from ezscale.sandbox.virtfusion.views import user_view

router = APIRouter(prefix="/users", route_class=Alone)

SIGN_IN_SECONDS = 60


@router.post("", status_code=201)
def create_user(here: Here, request: Request, body: NewUser) -> dict[str, Any]:
    """A user with a name, an address and the caller's reference, all their own."""
    _is_free(here, "email", body.email)
    _is_free(here, "extRelationId", body.extRelationId)
    _is_free(here, "relStr", body.relStr)
    user = {
        "id": here.number("users", 401),
        "admin": False,
        "name": body.name,
        "email": body.email,
        "extRelationId": body.extRelationId,
        "relStr": body.relStr,
        "selfService": body.selfService,
        "timezone": "Europe/London",
        "suspended": False,
        "twoFactorAuth": False,
        "created": here.stamp(),
        "updated": here.stamp(),
    }
    here.keep("users", user)
    here.done("users created")
    if body.sendMail:
        here.done("mails sent")
    note(request, f"user {user['id']} created")
    return {"data": user_view(user, password=token_urlsafe(8))}


@router.get("/{relation}/byExtRelation")
def read_user(here: Here, relation: str, relStr: bool = False) -> dict[str, Any]:
    """A user by the caller's reference."""
    return {"data": user_view(_related(here, relation, relStr))}


@router.put("/{relation}/byExtRelation", status_code=201)
def change_user(here: Here, relation: str, body: ChangedUser, relStr: bool = False) -> dict[str, Any]:
    """Another name, address or self-service level."""
    user = _related(here, relation, relStr)
    changes = body.model_dump(include={"name", "email", "selfService"}, exclude_none=True)
    if changes.get("email", user["email"]) != user["email"]:
        _is_free(here, "email", body.email)
    here.keep("users", user | changes | {"updated": here.stamp()})
    return {"data": body.model_dump(exclude_none=True)}


@router.delete("/{relation}/byExtRelation", status_code=204)
def delete_user(here: Here, request: Request, relation: str, relStr: bool = False) -> Response:
    """Forget a user who has no servers."""
    user = _related(here, relation, relStr)
    if here.store.where("servers", "ownerId", user["id"]):
        raise conflict("The user still has servers")
    here.store.delete("users", str(user["id"]))
    here.done("users deleted")
    note(request, f"user {user['id']} deleted")
    return Response(status_code=204)


@router.post("/{relation}/byExtRelation/resetPassword", status_code=201)
def reset_user_password(here: Here, relation: str, relStr: bool = False) -> dict[str, Any]:
    """A new password for the panel itself."""
    user = _related(here, relation, relStr)
    return {"data": {"email": user["email"], "password": token_urlsafe(8)}}


@router.post("/{relation}/authenticationTokens")
def open_panel(here: Here, relation: str, relStr: bool = False) -> dict[str, Any]:
    """A sign-in to the whole panel."""
    return _sign_in(here, _related(here, relation, relStr), None)


@router.post("/{relation}/serverAuthenticationTokens/{server_id}")
def open_server(here: Here, relation: str, server_id: str, relStr: bool = False) -> dict[str, Any]:
    """A sign-in that opens one server."""
    user, server = _related(here, relation, relStr), server_now(here, server_id)
    if server["ownerId"] != user["id"]:
        raise Refusal(404, {"msg": "server not found"})
    return _sign_in(here, user, server["id"])


def redeem(here: House, first: str, second: str) -> Document | None:
    """Who signs in with these tokens, once and within a minute; None for anybody else."""
    with here.store.transaction():
        entry = here.store.get("sign_ins", first)
        if entry is None or entry["second"] != second:
            return None
        here.store.delete("sign_ins", first)
        if here.now() >= datetime.fromisoformat(entry["expires"]):
            return None
        return entry


def _related(here: House, relation: str, is_text: bool) -> Document:
    if is_text:
        found = here.store.where("users", "relStr", relation)
    else:
        found = here.store.where("users", "extRelationId", int(relation)) if relation.isdecimal() else []
    if not found:
        raise Refusal(404, {"msg": "ext_relation_id not found"})
    return found[0]


def _is_free(here: House, field: str, value: str | int | None) -> None:
    if value is not None and here.store.where("users", field, value):
        taken = f"The {field} has already been taken."
        raise Refusal(422, {"message": taken, "errors": {field: [taken]}})


def _sign_in(here: House, user: Document, server_id: int | None) -> dict[str, Any]:
    tokens = {"1": token_urlsafe(48), "2": token_urlsafe(48)}
    expires = here.now() + timedelta(seconds=SIGN_IN_SECONDS)
    entry = {"user": user["name"], "server": server_id, "second": tokens["2"], "expires": expires.isoformat()}
    here.store.put("sign_ins", tokens["1"], entry)
    return {
        "data": {
            "authentication": {
                "tokens": tokens,
                "endpoint": "/token_authenticate",
                "endpoint_complete": f"/token_authenticate/?1={tokens['1']}&2={tokens['2']}",
                "expiry": {"ttl": SIGN_IN_SECONDS, "expires": f"{expires:%Y-%m-%dT%H:%M:%S.%fZ}"},
            }
        }
    }
