"""Customers, to whom kept cards belong."""

from typing import Any

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account, merged_metadata

DELETED = "deleted_customer"

EMPTY: dict[str, Any] = {
    "address": None,
    "description": None,
    "email": None,
    "name": None,
    "phone": None,
    "preferred_locales": [],
    "tax_exempt": "none",
}


def create(account: Account, params: Document, id: str = "") -> Document:
    """Make a customer."""
    return _written(account, account.make("cus", **EMPTY, metadata={}, invoice_settings={}), params)


def update(account: Account, params: Document, id: str) -> Document:
    """Change what is known of a customer."""
    return _written(account, account.find("customer", id), params)


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A customer by id; of a deleted one only that it is deleted."""
    return account.store.get(DELETED, id) or account.find("customer", id)


def delete(account: Account, params: Document, id: str) -> Document:
    """Forget a customer and their cards for good. What they have paid stays on record."""
    customer = account.find("customer", id)
    for method in account.store.where("payment_method", "customer", id):
        account.save(method | {"customer": None, "_detached": True})
    account.store.delete("customer", id)
    deleted = {"id": id, "object": "customer", "deleted": True}
    account.store.put(DELETED, id, deleted)
    account.emit("customer.deleted", customer)
    return deleted


def index(account: Account, params: Document, id: str = "") -> Document:
    """Customers, newest first; e-mail addresses are compared exactly."""
    return account.page_of("customer", params, "/v1/customers")


def _written(account: Account, customer: Document, params: Document) -> Document:
    customer["metadata"] = merged_metadata(customer["metadata"], params.get("metadata", {}))
    settings = params.get("invoice_settings", {})
    if default := settings.get("default_payment_method"):
        account.find("payment_method", default, "invoice_settings[default_payment_method]")
    customer["invoice_settings"] = {"default_payment_method": None} | customer["invoice_settings"] | settings
    customer |= {name: value for name, value in params.items() if name in EMPTY}
    return account.save(customer)
