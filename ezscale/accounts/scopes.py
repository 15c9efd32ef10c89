"""What a key for programs can be allowed to do, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass

from ezscale.accounts.permissions import (
    CANCEL_SERVICES,
    CHANGE_SERVICES,
    EDIT_CUSTOMER,
    MANAGE_CARDS,
    MANAGE_CUSTOMERS,
    MANAGE_INVOICES,
    MANAGE_ORDERS,
    MANAGE_SERVICES,
    MANAGE_SUBSCRIPTIONS,
    PAY_INVOICES,
    PLACE_ORDERS,
    RUN_THE_COMPANY,
    SEE_AUDIT,
    SEE_BILLING,
    SEE_EVERYTHING,
    SEE_MAIL,
    SEE_SERVICES,
    USE_SERVICES,
)
from ezscale.kit.actor import Actor, Permission
from ezscale.kit.errors import Invalid, NotAllowed


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission that a key can have, and what it lets a program do."""

    permission: Permission
    words: str


# What needs a person's own proof (people, keys, root passwords, acting as somebody) is no scope: a key never has it.
SCOPES: dict[str, tuple[Scope, ...]] = {
    "Servers": (
        Scope(SEE_SERVICES, "See servers and how they do"),
        Scope(USE_SERVICES, "Press their power buttons"),
        Scope(CHANGE_SERVICES, "Change their plan, options and add-ons"),
        Scope(CANCEL_SERVICES, "Cancel servers"),
    ),
    "Billing": (
        Scope(SEE_BILLING, "See invoices and payment methods"),
        Scope(PAY_INVOICES, "Pay invoices and top up credit"),
        Scope(MANAGE_CARDS, "Change payment methods"),
        Scope(PLACE_ORDERS, "Order servers"),
    ),
    "Account": (Scope(EDIT_CUSTOMER, "Change the billing address"),),
    "Staff": (
        Scope(SEE_EVERYTHING, "See every customer and everything of theirs"),
        Scope(SEE_MAIL, "Read the mail we have sent"),
        Scope(SEE_AUDIT, "Read the audit trail"),
        Scope(MANAGE_CUSTOMERS, "Change customers"),
        Scope(MANAGE_SERVICES, "Work on services"),
        Scope(MANAGE_INVOICES, "Change invoices"),
        Scope(MANAGE_ORDERS, "Work on orders"),
        Scope(MANAGE_SUBSCRIPTIONS, "Change subscriptions"),
        Scope(RUN_THE_COMPANY, "Start runs"),
    ),
}
GRANTABLE = frozenset(scope.permission for group in SCOPES.values() for scope in group)


def scopes_of(actor: Actor) -> dict[str, list[Scope]]:
    """What somebody can give a key: what they may do themself, by group."""
    possible = {name: [scope for scope in group if actor.may(scope.permission)] for name, group in SCOPES.items()}
    return {name: group for name, group in possible.items() if group}


def chosen_scopes(actor: Actor, chosen: Iterable[str]) -> list[str]:
    """Scopes as they were chosen, in order. Invalid when there is none, NotAllowed for more than the person may do."""
    wanted = frozenset(chosen)
    if not wanted:
        raise Invalid("Please choose what the token may do.", field="scopes")
    if not wanted <= GRANTABLE:
        raise Invalid("There is no such scope.", field="scopes")
    if not all(actor.may(Permission(name)) for name in wanted):
        raise NotAllowed("A token cannot do more than you may do yourself.")
    return sorted(wanted)
