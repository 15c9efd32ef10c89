"""Orders: what a customer is asked to pay, approved by them on a page or by a kept wallet."""

from collections.abc import Callable
from typing import Any

from ezscale.sandbox.paypal import captures, vault
from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.amounts import minor
from ezscale.sandbox.paypal.errors import PayPalError, Refused, unprocessable
from ezscale.sandbox.paypal.wallets import BY_NAME, Wallet, payer_of
from ezscale.sandbox.store import Document

Act = Callable[[Account, Document, str], Document]
WAITING = ("CREATED", "PAYER_ACTION_REQUIRED")
PATCHABLE = ("amount", "custom_id", "invoice_id", "description")
FIRST_UNIT = "/purchase_units/@reference_id=='{}'/"


def create(account: Account, params: Document, id: str = "") -> Document:
    """Make an order; with a kept wallet it is paid at once."""
    unit = params["purchase_units"][0]
    _check_amount(unit["amount"])
    wanted = params.get("payment_source", {}).get("paypal", {})
    kept = vault.kept_wallet(account, wanted) if "vault_id" in wanted else None
    if wanted and kept is None and "experience_context" not in wanted:
        raise PayPalError(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source/paypal/experience_context")
    if customer := wanted.get("attributes", {}).get("customer"):
        account.find("customer", customer["id"])
    order = account.make(
        "order",
        intent=params["intent"],
        status="PAYER_ACTION_REQUIRED" if wanted else "CREATED",
        purchase_units=params["purchase_units"],
        _wanted=wanted,
        _captures=[],
        _authorizations=[],
    )
    if kept is None:
        return order
    order |= {"_wallet": kept["_wallet"], "_token": kept["id"]}
    return _paid(account, order, BY_NAME[kept["_wallet"]].later)


def retrieve(account: Account, params: Document, id: str) -> Document:
    """An order as it is now."""
    return account.find("order", id)


def patch(account: Account, params: Document, id: str) -> Document:
    """Change what an unpaid order says."""
    order = account.find("order", id)
    if order["status"] not in (*WAITING, "APPROVED"):
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    unit = order["purchase_units"][0]
    start = FIRST_UNIT.format(unit["reference_id"])
    for change in params["operations"]:
        path = str(change.get("path", ""))
        name = path.removeprefix(start)
        if change.get("op") not in ("add", "replace") or not path.startswith(start) or name not in PATCHABLE:
            raise unprocessable("NOT_PATCHABLE", field=path)
        unit[name] = _patched(name, change.get("value"))
    return account.save(order)


def capture(account: Account, params: Document, id: str) -> Document:
    """Take the money of an approved order, once."""
    order = _approved(account, id, "CAPTURE", "ORDER_ALREADY_CAPTURED")
    return _paid(account, order, BY_NAME[order["_wallet"]].at_once)


def authorize(account: Account, params: Document, id: str) -> Document:
    """Reserve the money of an approved order, once."""
    order = _approved(account, id, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED")
    unit = order["purchase_units"][0]
    authorization = account.make("authorization", status="CREATED", amount=_plain(unit["amount"]), **_names(unit))
    order |= {"status": "COMPLETED", "_authorizations": [authorization["id"]]}
    return account.save(order)


def approve(account: Account, order: Document, wallet: Wallet) -> Document:
    """The customer agrees on the page. Nothing is paid yet."""
    order |= {"status": "APPROVED", "_wallet": wallet.name, "payer": payer_of(wallet)}
    account.emit("CHECKOUT.ORDER.APPROVED", "checkout-order", shown_order(account, order))
    return account.save(order)


def void(account: Account, order: Document) -> Document:
    """PayPal gives up an order that nobody completed."""
    if order["status"] not in (*WAITING, "APPROVED"):
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    if order["status"] == "APPROVED":
        account.emit("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "payment", {"order_id": order["id"]})
    order["status"] = "VOIDED"
    return account.save(order)


def shown_order(account: Account, order: Document) -> Document:
    """An order with the payments that came of it, as they are now, and where to go on."""
    payments = {
        kind: [account.find(kind.removesuffix("s"), id) for id in order[f"_{kind}"]]
        for kind in ("captures", "authorizations")
        if order[f"_{kind}"]
    }
    units = [unit | ({"payments": payments} if payments else {}) for unit in order["purchase_units"]]
    shown = order | {"purchase_units": units, "links": _links(account, order)}
    if "_wallet" in order:
        shown["payment_source"] = {"paypal": _source(account, order)}
    return shown


def _paid(account: Account, order: Document, refusal: str) -> Document:
    unit = order["purchase_units"][0]
    captures.refuse_known_invoice_id(account, unit.get("invoice_id"))
    if refusal:
        raise Refused(refusal)
    made = captures.make(account, order, _plain(unit["amount"]), _names(unit))
    order |= {"status": "COMPLETED", "_captures": [made["id"]]}
    if "vault" in order["_wanted"].get("attributes", {}):
        order["_token"] = vault.keep(account, order["_wanted"], BY_NAME[order["_wallet"]])["id"]
        order["_was_kept"] = True
    return account.save(order)


def _approved(account: Account, id: str, intent: str, already: str) -> Document:
    order = account.find("order", id)
    if order["intent"] != intent:
        raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
    if order["status"] == "COMPLETED":
        raise unprocessable(already)
    if order["status"] != "APPROVED":
        raise unprocessable("ORDER_NOT_APPROVED")
    return order


def _check_amount(amount: Document) -> None:
    field = "/purchase_units/0/amount"
    total = minor(amount, field)
    parts = amount.get("breakdown", {})
    for name, part in parts.items():
        if part["currency_code"] != amount["currency_code"]:
            raise unprocessable("CURRENCY_MISMATCH", field=f"{field}/breakdown/{name}")
    if parts and sum(minor(part, f"{field}/breakdown/{name}") for name, part in parts.items()) != total:
        raise unprocessable("AMOUNT_MISMATCH", field=f"{field}/value")


def _patched(name: str, value: Any) -> Any:
    if name == "amount":
        if not isinstance(value, dict) or not all(
            isinstance(value.get(key), str) for key in ("currency_code", "value")
        ):
            raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field="/amount")
        _check_amount(value)
    elif not isinstance(value, str) or not 1 <= len(value) <= 127:
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field=f"/{name}")
    return value


def _plain(amount: Document) -> Document:
    return {name: amount[name] for name in ("currency_code", "value")}


def _names(unit: Document) -> Document:
    return {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}


def _source(account: Account, order: Document) -> Document:
    wallet = BY_NAME[order["_wallet"]]
    payer = payer_of(wallet)
    source: Document = {"email_address": wallet.email, "account_id": wallet.payer_id, "name": payer["name"]}
    token = account.store.get("payment_token", order["_token"]) if order.get("_was_kept") else None
    if token:
        kept = {"id": token["id"], "status": "VAULTED", "customer": token["customer"]}
        source["attributes"] = {"vault": kept}
    return source


def _links(account: Account, order: Document) -> list[Document]:
    own = f"/v2/checkout/orders/{order['id']}"
    links = [account.link("self", own)]
    if order["status"] in WAITING:
        rel = "payer-action" if order["status"] == "PAYER_ACTION_REQUIRED" else "approve"
        links.append(account.link(rel, f"/checkoutnow/{order['id']}"))
    if order["status"] == "APPROVED":
        links.append(account.link(order["intent"].lower(), f"{own}/{order['intent'].lower()}", "POST"))
    return links
