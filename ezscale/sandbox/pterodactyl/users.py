"""Users, found by the caller's own id."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.pterodactyl.asking import Asked, Query, one, page_of, resource
from ezscale.sandbox.pterodactyl.bodies import ChangedUser, NewUser
from ezscale.sandbox.pterodactyl.house import Here, House, Refusal, invalid, not_found, refused, words
from ezscale.sandbox.pterodactyl.views import server_view, user_view
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/users", route_class=Alone)

UNIQUE = ("external_id", "email", "username")
INCLUDES = ("servers",)
LIST = Query(
    includes=INCLUDES,
    filters=("email", "uuid", "username", "external_id"),
    sorts=("id", "uuid"),
    is_list=True,
)


@router.get("")
def list_users(here: Here, asked: Annotated[Asked, Depends(LIST)]) -> dict[str, Any]:
    """Users, page by page."""
    return page_of(asked, "user", here.store.all("users"), lambda user: _shown(here, user, asked))


@router.post("", status_code=201)
def create_user(here: Here, request: Request, body: NewUser) -> dict[str, Any]:
    """A user whose name, address and external id are all their own. Without a password they get a mail."""
    sent = body.model_dump()
    _need_free(here, sent)
    user = sent | {
        "id": here.number("users", 51),
        "uuid": str(uuid4()),
        "username": body.username.lower(),
        "2fa": False,
        "created_at": here.stamp(),
        "updated_at": here.stamp(),
    }
    here.keep("users", user)
    here.done("users created")
    if body.password is None:
        here.done("mails sent")
    note(request, f"user {user['id']} created")
    return one("user", user_view(user), resource(here, f"users/{user['id']}"))


@router.get("/external/{external_id}")
def read_external(
    here: Here, external_id: str, asked: Annotated[Asked, Depends(Query(includes=INCLUDES))]
) -> dict[str, Any]:
    """A user by the caller's own id."""
    user = here.same("users", "external_id", external_id)
    if user is None:
        raise not_found()
    return one("user", _shown(here, user, asked))


@router.get("/{user_id}")
def read_user(here: Here, user_id: str, asked: Annotated[Asked, Depends(Query(includes=INCLUDES))]) -> dict[str, Any]:
    """A user."""
    return one("user", _shown(here, here.find("users", user_id), asked))


@router.patch("/{user_id}")
def change_user(here: Here, request: Request, user_id: str, body: ChangedUser) -> dict[str, Any]:
    """Another name, address or password; four fields are wanted whatever changes."""
    user = here.find("users", user_id)
    sent = body.model_dump(exclude_unset=True)
    _need_free(here, sent, but=user)
    if sent.get("password") is None:
        sent.pop("password", None)
    else:
        here.done("passwords set")
    here.keep("users", user | sent | {"username": body.username.lower(), "updated_at": here.stamp()})
    note(request, f"user {user['id']} changed")
    return one("user", user_view(here.find("users", user_id)))


@router.delete("/{user_id}", status_code=204)
def delete_user(here: Here, request: Request, user_id: str) -> Response:
    """Forget a user who owns no servers."""
    user = here.find("users", user_id)
    if here.store.where("servers", "user", user["id"]):
        raise refused("Cannot delete a user with active servers attached to their account.")
    here.store.delete("users", user_id)
    here.done("users deleted")
    note(request, f"user {user['id']} deleted")
    return Response(status_code=204)


def _shown(here: House, user: Document, asked: Asked) -> dict[str, Any]:
    view = user_view(user)
    if "servers" in asked.includes:
        servers = here.store.where("servers", "user", user["id"])
        rows = [one("server", server_view(here, server)) for server in servers]
        view["relationships"] = {"servers": {"object": "list", "data": rows}}
    return view


def _need_free(here: House, sent: dict[str, Any], but: Document | None = None) -> None:
    taken = []
    for field in UNIQUE:
        other = here.same("users", field, sent[field]) if sent.get(field) else None
        if other is not None and (but is None or other["id"] != but["id"]):
            taken.append(invalid(field, "unique", f"The {words(field)} has already been taken."))
    if taken:
        raise Refusal(422, *taken)
