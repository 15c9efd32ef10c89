"""Logins, the members of organisations, and how somebody is let in without a password."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.enhance.bodies import NewLogin, NewMember, NewPassword, Recovery, Role, Uuid
from ezscale.sandbox.enhance.customers import customer, is_master
from ezscale.sandbox.enhance.house import Here, House, ThePart, already_there, listed, new_id, not_found
from ezscale.sandbox.enhance.views import login_row, member_row
from ezscale.sandbox.store import Document

router = APIRouter(route_class=Alone)

SIGN_IN_SECONDS = 60


@router.post("/logins", status_code=201)
def create_login(here: Here, request: Request, body: NewLogin, orgId: Uuid) -> dict[str, Any]:
    """A login, a member of nothing yet. An e-mail address belongs to one."""
    here.find("orgs", orgId, "org")
    email = body.email.casefold()
    if here.store.where("logins", "email", email):
        raise already_there("login")
    login = {"id": new_id(), "email": email, "name": body.name, "password": body.password}
    here.keep("logins", login)
    here.done("logins created")
    note(request, f"login {login['id']} created")
    return {"id": login["id"]}


@router.get("/logins")
def list_logins(here: Here, part: ThePart) -> dict[str, Any]:
    """All logins."""
    return listed(here.store.all("logins"), part, login_row)


@router.get("/v2/orgs/{master_id}/customers/logins")
def list_customers_logins(here: Here, master_id: str, part: ThePart) -> dict[str, Any]:
    """The logins of the customers' realm, of members and of nobody yet."""
    is_master(master_id)
    return listed(here.store.all("logins"), part, login_row)


@router.get("/orgs/{org_id}/logins")
def list_organisations_logins(here: Here, org_id: str, part: ThePart) -> dict[str, Any]:
    """The logins of an organisation's members."""
    here.find("orgs", org_id, "org")
    members = here.store.where("members", "orgId", org_id)
    return listed([here.find("logins", one["loginId"], "login") for one in members], part, login_row)


@router.put("/v2/logins/{login_id}/password")
def set_password(here: Here, request: Request, login_id: str, body: NewPassword) -> Response:
    """Another password for a login, everywhere it is used."""
    login = here.find("logins", login_id, "login")
    here.keep("logins", login | {"password": body.newPassword})
    here.done("passwords set")
    note(request, f"login {login_id} has another password")
    return Response(status_code=200)


@router.put("/login/password-recovery")
def recover_password(here: Here, body: Recovery, realmId: str | None = None) -> Response:
    """Mail a link, or say nothing of there being nobody."""
    if here.store.where("logins", "email", body.email.casefold()):
        here.done("mails sent")
    return Response(status_code=200)


@router.post("/orgs/{org_id}/members", status_code=201)
def add_member(here: Here, request: Request, org_id: str, body: NewMember) -> dict[str, Any]:
    """Let a login into an organisation."""
    org, login = customer(here, org_id), here.find("logins", body.loginId, "login")
    if any(member["loginId"] == login["id"] for member in here.store.where("members", "orgId", org["id"])):
        raise already_there("member")
    member = {
        "id": new_id(),
        "orgId": org["id"],
        "loginId": login["id"],
        "roles": body.roles,
        "joinedAt": here.stamp(),
    }
    here.keep("members", member)
    here.done("members added")
    note(request, f"login {login['id']} is a member of {org['id']}")
    return {"id": member["id"]}


@router.get("/orgs/{org_id}/members")
def list_members(here: Here, org_id: str, part: ThePart, role: Role | None = None) -> dict[str, Any]:
    """Who is in an organisation."""
    here.find("orgs", org_id, "org")
    members = here.store.where("members", "orgId", org_id)
    chosen = [member for member in members if role is None or role in member["roles"]]
    return listed(chosen, part, lambda member: member_row(here, member))


@router.get("/orgs/{org_id}/members/{member_id}/sso", status_code=201)
def sign_in(here: Here, request: Request, org_id: str, member_id: str) -> str:
    """An address that lets a member in, once."""
    member = here.find("members", member_id, "member")
    if member["orgId"] != org_id:
        raise not_found("member")
    return entrance(here, request, member, "the panel")


@router.get("/orgs/{org_id}/websites/{website_id}/apps/{app_id}/wordpress/users/{user_id}/sso", status_code=201)
def sign_in_to_wordpress(
    here: Here, request: Request, org_id: str, website_id: str, app_id: Literal["wordpress"], user_id: int
) -> str:
    """An address that lets the administrator of a WordPress in, once."""
    site = here.find("websites", website_id, "website")
    if site["orgId"] != org_id or not site["wordPress"] or user_id != 1:
        raise not_found("app")
    return entrance(here, request, {"orgId": org_id, "loginId": ""}, f"WordPress on {site['domain']}")


def entrance(here: House, request: Request, member: Document, what: str) -> str:
    """A fresh one-time address on the panel's own host."""
    token = token_urlsafe(32)
    expires = here.now() + timedelta(seconds=SIGN_IN_SECONDS)
    entry = {"org": member["orgId"], "login": member["loginId"], "what": what, "expires": expires.isoformat()}
    here.store.put("sign_ins", token, entry)
    here.done("sign-ins made")
    base = here.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}/sso/{token}"


def redeem(here: House, token: str) -> Document | None:
    """Who comes with this token, once and within a minute; None for anybody else."""
    with here.store.transaction():
        entry = here.store.get("sign_ins", token)
        here.store.delete("sign_ins", token)
        return entry if entry and here.now() < datetime.fromisoformat(entry["expires"]) else None
