"""Clients, found by the caller's own number, and the keys that let them in."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.store import Document
from ezscale.sandbox.synergycp.asking import Paged
from ezscale.sandbox.synergycp.bodies import ChangedClient, Letter, NewClient, NewKey
from ezscale.sandbox.synergycp.house import Here, House, refused
from ezscale.sandbox.synergycp.views import client_view, moment_view, said

router = APIRouter(route_class=Alone)

KEY_LENGTH = 50
KEY_LASTS = timedelta(hours=1)


@router.get("/client")
def list_clients(here: Here, paged: Paged, billing_id: str | None = None, email: str | None = None) -> dict[str, Any]:
    """Clients by number, by address, or all of them."""
    rows = [
        client_view(client)
        for client in here.store.all("clients")
        if billing_id in (None, client["billing_id"]) and (email is None or email.lower() == client["email"].lower())
    ]
    return paged.page_of(here, rows)


@router.post("/client")
def create_client(here: Here, request: Request, body: NewClient) -> dict[str, Any]:
    """A client with an address and a number of their own."""
    _is_free(here, "email", body.email, "email")
    _is_free(here, "billing_id", body.billing_id, "billing ID")
    client = {
        "id": here.number("clients", 9),
        **body.model_dump(exclude={"password"}),
        "is_vip": False,
        "has_password": bool(body.password),
    }
    here.keep("clients", client)
    here.done("clients created")
    note(request, f"client {client['id']} created")
    return said(client_view(client), "Client created.")


@router.patch("/client/{client_id}")
def change_client(here: Here, client_id: int, body: ChangedClient) -> dict[str, Any]:
    """Another number, address or name."""
    client = here.find("clients", client_id, "client")
    changes = body.model_dump(exclude_none=True)
    for field, name in (("email", "email"), ("billing_id", "billing ID")):
        if changes.get(field, client[field]) != client[field]:
            _is_free(here, field, changes[field], name)
    return said(client_view(here.keep("clients", client | changes)), "Client saved.")


@router.post("/client/{client_id}/email")
def send_letter(here: Here, client_id: int, body: Letter) -> dict[str, Any]:
    """Send the client their welcome."""
    here.find("clients", client_id, "client")
    here.done("mails sent")
    return said([], "Email sent.")


@router.post("/key")
def make_key(here: Here, request: Request, body: NewKey) -> dict[str, Any]:
    """A key that opens what is the client's."""
    client = here.find("clients", body.owner_id, "client")
    key = {
        "id": here.number("keys", 701),
        "key": token_urlsafe(KEY_LENGTH)[:KEY_LENGTH],
        "clientId": client["id"],
        "expires": (here.now() + KEY_LASTS).isoformat(),
    }
    here.keep("keys", key)
    here.done("keys made")
    note(request, f"a key for client {client['id']}")
    expires = moment_view(here.now() + KEY_LASTS)
    return said({"id": key["id"], "key": key["key"], "expires_at": expires})


def holder_of(here: House, key: str) -> Document | None:
    """The client whom a key lets in; None when it is nobody's, or too old."""
    for known in here.store.where("keys", "key", key):
        if here.now() < datetime.fromisoformat(known["expires"]):
            return here.store.get("clients", str(known["clientId"]))
    return None


def _is_free(here: House, field: str, value: str | None, name: str) -> None:
    if value is None:
        return
    taken = [row for row in here.store.all("clients") if str(row[field] or "").lower() == value.lower()]
    if taken:
        raise refused(f"The {name} has already been taken.", id=taken[0]["id"])
