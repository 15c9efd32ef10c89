"""Customers as users of the panel: made once, found by our reference ever after, never taken over."""

import re
import secrets
from typing import Any

from ezscale.integrations.pterodactyl.client import PterodactylClient, Row
from ezscale.integrations.pterodactyl.reading import LONGEST_NAME, is_of, text
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.ports import Login, PanelOwner

PASSWORD_BYTES = 18
OWNS_SERVERS = "DisplayException"
ALWAYS_WANTED = ("email", "username", "first_name", "last_name")
STRANGE = re.compile(r"[^a-z0-9._-]+")


def account_of(panel: PterodactylClient, owner: PanelOwner) -> str:
    """The panel's user for this customer, found or made by our reference."""
    try:
        return known_account(panel, owner)
    except Missing:
        pass
    for user in panel.users_by_email(owner.email):
        # The panel finds parts of addresses as well; only the very same one would be in our way.
        if text(user.get("email")).casefold() == owner.email.casefold():
            told = f"Pterodactyl's user {user.get('id')} has this customer's e-mail address and not our reference"
            raise Rejected(f"{told} {owner.ref}: a person must look")
    try:
        return _account_id(panel.create_user(_new_user(owner)), owner)
    except (Rejected, UnknownOutcome) as trouble:
        # It may be there nevertheless: made by this call, or by another one a moment ago.
        try:
            return known_account(panel, owner)
        except Missing:
            raise trouble from None


def known_account(panel: PterodactylClient, owner: PanelOwner) -> str:
    """The panel's user for this customer; Missing when there is none, Rejected when it is somebody else's."""
    return _account_id(panel.user_by_external(owner.ref), owner)


def forget(panel: PterodactylClient, owner: PanelOwner) -> None:
    """Delete the panel's user for this customer; nothing happens when there is none."""
    try:
        account = known_account(panel, owner)
        panel.delete_user(account)
    except Missing:
        return
    except Rejected as refusal:
        if refusal.code == OWNS_SERVERS:  # the panel never deletes a user together with servers
            raise TemporaryFailure(f"Pterodactyl's user still has servers: {refusal.message}") from refusal
        raise


def new_password(panel: PterodactylClient, user_id: str) -> Login:
    """Another password for a user of ours, which opens the panel and the files of all their servers."""
    user = panel.user(user_id)
    if user.get("root_admin") or not user.get("external_id"):
        raise Rejected(f"Pterodactyl's user {user_id} is not a customer of ours: a person must look")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    same: dict[str, Any] = {name: user.get(name) for name in (*ALWAYS_WANTED, "external_id")}
    panel.change_user(user_id, same | {"password": password})
    return Login(text(user.get("username")), password)


def _account_id(user: Row, owner: PanelOwner) -> str:
    if not is_of(user, owner):
        raise Rejected(f"Pterodactyl's user {user.get('id')} is not customer {owner.ref}: a person must look")
    return str(user["id"])


def _new_user(owner: PanelOwner) -> dict[str, Any]:
    first, _, last = owner.name.strip().rpartition(" ")
    return {
        "external_id": owner.ref,
        "email": owner.email,
        "username": _username(owner.ref),
        "first_name": (first.strip() or last or owner.ref)[:LONGEST_NAME],
        "last_name": (last if first else "-")[:LONGEST_NAME],
        "language": "en",
        "root_admin": False,
        # Nobody keeps this one: it only stops the panel from writing to the customer.
        "password": secrets.token_urlsafe(PASSWORD_BYTES),
    }


def _username(ref: str) -> str:
    """A name of our own making: small letters, digits and a few signs, and a letter at either end."""
    return f"ez-{STRANGE.sub('-', ref.lower()).strip('._-')}"[:LONGEST_NAME]
