"""A customer of ours on Enhance: an organisation, and a login that owns it.

Enhance keeps no reference of ours and lets names repeat. So an organisation's name ends with our reference, and a login's
with the beginning of its organisation's id, which nobody but the panel and we know before somebody is a member there: a
login that exists already is taken for ours by that mark and its e-mail address together, never by the address alone.
"""

import secrets
from collections.abc import Iterable
from itertools import chain

from ezscale.integrations.enhance.client import EnhanceClient, Row
from ezscale.integrations.enhance.reading import is_gone, mark_of, marked, same_address
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.ports import PanelOwner

OWNER = "Owner"
LENGTH = 18  # bytes of chance in a password
KINDS = "aA1-"  # a panel may want letters of both sizes, a digit and a sign


def open_account(panel: EnhanceClient, owner: PanelOwner) -> str:
    """The id of the customer's organisation, with a login of theirs as its owner; each made only where it is missing."""
    orgs = organisations_of(panel, owner) or _make_organisation(panel, owner)
    owners = {str(org["id"]): list(panel.owners(str(org["id"]))) for org in orgs}
    if any(owners.values()):
        return _theirs(owners, owner)
    first = min(orgs, key=lambda org: (str(org.get("createdAt") or ""), str(org["id"])))
    org, login = _login(panel, owner, str(first["id"]))
    _make_owner(panel, org, login)
    return org


def close_account(panel: EnhanceClient, owner: PanelOwner) -> None:
    """Delete the customer's organisation and what is left in it. No error when there is none."""
    orgs = [str(org["id"]) for org in organisations_of(panel, owner)]
    if len([org for org in orgs if any(panel.owners(org))]) > 1:
        raise Rejected(f"Several organisations on Enhance say that they are customer {owner.ref}: a person must look")
    held = [str(row.get("id")) for org in orgs for row in panel.subscriptions(org) if not is_gone(row)]
    if held:
        raise TemporaryFailure(f"Customer {owner.ref} still has subscriptions on Enhance: {', '.join(held)}")
    for org in orgs:
        try:
            panel.delete_organisation(org)
        except Missing:
            continue


def organisations_of(panel: EnhanceClient, owner: PanelOwner) -> list[Row]:
    """The organisations with our reference. More than one only where two have been made at the same moment."""
    bearing = [org for org in panel.customers() if mark_of(org) == owner.ref and not is_gone(org)]
    return list({str(org["id"]): org for org in bearing if org.get("id")}.values())


def sole_owner(panel: EnhanceClient, org: str, email: str = "") -> Row:
    """The member who owns an organisation of ours: among several, whoever has this address or the login that we made."""
    owners = list(panel.owners(org))
    if len(owners) > 1:
        owners = [
            one for one in owners if (email and same_address(one.get("email"), email)) or mark_of(one) == _mark(org)
        ]
    if len(owners) != 1:
        raise Rejected(f"Who owns organisation {org} on Enhance cannot be told: a person must look")
    return owners[0]


def new_password() -> str:
    """A password that nobody can guess."""
    return secrets.token_urlsafe(LENGTH) + KINDS


def _make_organisation(panel: EnhanceClient, owner: PanelOwner) -> list[Row]:
    if (login := _login_with(owner.email, panel.customers_logins())) is not None:
        raise Rejected(f"Enhance's login {login.get('id')} has the address of customer {owner.ref}: a person must look")
    try:
        made = panel.create_customer(marked(owner.name, owner.ref))
    except UnknownOutcome:
        if found := organisations_of(panel, owner):
            return found
        raise
    return organisations_of(panel, owner) or [{"id": made}]


def _theirs(owners: dict[str, list[Row]], owner: PanelOwner) -> str:
    """The organisation with our reference and their owner: its name alone may have been changed by whoever owns it."""
    theirs = [org for org, rows in owners.items() if any(same_address(row.get("email"), owner.email) for row in rows)]
    if len(theirs) != 1:
        raise Rejected(
            f"The owner of {' and '.join(owners)} on Enhance, which should be customer {owner.ref}, has another address: "
            "a person must look, and change it there or here"
        )
    return theirs[0]


def _login(panel: EnhanceClient, owner: PanelOwner, org: str) -> tuple[str, str]:
    """The login, and the organisation for which it was made: ours may have been made twice, an address is there once."""
    existing = _login_with(owner.email, panel.customers_logins())
    if existing is None:
        try:
            return org, panel.create_login(org, owner.email, new_password(), marked(owner.name, _mark(org)))
        except (Rejected, UnknownOutcome):
            existing = _login_with(owner.email, chain(panel.customers_logins(), panel.logins()))
            if existing is None:
                raise
    for ours in organisations_of(panel, owner):
        if existing.get("id") and mark_of(existing) == _mark(str(ours["id"])):
            return str(ours["id"]), str(existing["id"])
    raise Rejected(f"Enhance's login {existing.get('id')} has the address of customer {owner.ref}: a person must look")


def _make_owner(panel: EnhanceClient, org: str, login: str) -> None:
    try:
        panel.add_member(org, login, [OWNER])
    except (Rejected, UnknownOutcome):
        if not any(str(row.get("loginId")) == login for row in panel.owners(org)):
            raise


def _login_with(email: str, logins: Iterable[Row]) -> Row | None:
    return next((row for row in logins if same_address(row.get("email"), email)), None)


def _mark(org: str) -> str:
    return org[:8]
