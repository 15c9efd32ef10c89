"""Wallets that customers let us keep, with a purchase or without one."""

from ezscale.sandbox.paypal.account import Account, new_id
from ezscale.sandbox.paypal.errors import PayPalError, unprocessable
from ezscale.sandbox.paypal.queries import page_of, pages
from ezscale.sandbox.paypal.wallets import BY_NAME, Wallet, payer_of
from ezscale.sandbox.store import Document

LARGEST_PAGE = 5


def create_setup_token(account: Account, params: Document, id: str = "") -> Document:
    """A page on which a customer lets us keep their wallet."""
    customer = _customer(account, params.get("customer"))
    token = account.make(
        "setup_token",
        status="PAYER_ACTION_REQUIRED",
        customer=customer,
        _wanted=params["payment_source"]["paypal"],
    )
    own = f"/v3/vault/setup-tokens/{token['id']}"
    token["links"] = [account.link("approve", f"/agreements/approve/{token['id']}"), account.link("self", own)]
    return account.save(token)


def retrieve_setup_token(account: Account, params: Document, id: str) -> Document:
    """A setup token as it is now."""
    return account.find("setup_token", id)


def approve(account: Account, token: Document, wallet: Wallet) -> Document:
    """The customer agrees on the page."""
    token |= {"status": "APPROVED", "_wallet": wallet.name, "payment_source": {"paypal": payer_of(wallet)}}
    return account.save(token)


def create_payment_token(account: Account, params: Document, id: str = "") -> Document:
    """Keep the wallet of an approved setup token, once."""
    asked = params["payment_source"]["token"]["id"]
    setup = account.store.get("setup_token", asked)
    if setup is None:
        raise unprocessable("TOKEN_ID_NOT_FOUND", field="/payment_source/token/id")
    if setup["status"] != "APPROVED":
        issue = "TOKEN_ALREADY_USED" if setup["status"] == "VAULTED" else "SETUP_TOKEN_NOT_APPROVED"
        raise unprocessable(issue, field="/payment_source/token/id")
    account.save(setup | {"status": "VAULTED"})
    return _kept(account, setup["customer"], BY_NAME[setup["_wallet"]], setup["_wanted"])


def retrieve_payment_token(account: Account, params: Document, id: str) -> Document:
    """A kept wallet."""
    return account.find("payment_token", id)


def list_payment_tokens(account: Account, params: Document, id: str = "") -> Document:
    """The wallets of a customer, page by page."""
    if "customer_id" not in params:
        raise PayPalError(400, "MISSING_REQUIRED_PARAMETER", field="customer_id")
    customer = account.find("customer", params["customer_id"])
    tokens = account.store.where("payment_token", "customer.id", customer["id"])
    shown = page_of(tokens, params, LARGEST_PAGE, LARGEST_PAGE)
    counted = pages(tokens, params, LARGEST_PAGE, LARGEST_PAGE) if params.get("total_required") == "true" else {}
    return {"customer": {"id": customer["id"]}, "payment_tokens": shown, **counted}


def delete_payment_token(account: Account, params: Document, id: str) -> Document:
    """Forget a kept wallet for good."""
    token = account.find("payment_token", id)
    account.store.delete("payment_token", id)
    account.emit("VAULT.PAYMENT-TOKEN.DELETED", "payment_token", {"id": token["id"]})
    return {}


def kept_wallet(account: Account, wanted: Document) -> Document:
    """The kept wallet that an order names; PayPal's error when it is gone."""
    token = account.store.get("payment_token", wanted["vault_id"])
    if token is None:
        raise unprocessable("TOKEN_ID_NOT_FOUND", field="/payment_source/paypal/vault_id")
    if "attributes" in wanted or "experience_context" in wanted:
        raise PayPalError(400, "INCOMPATIBLE_PARAMETER_VALUE", field="/payment_source/paypal")
    return token


def keep(account: Account, wanted: Document, wallet: Wallet) -> Document:
    """Keep the wallet with which an order was paid."""
    attributes = wanted["attributes"]
    return _kept(account, _customer(account, attributes.get("customer")), wallet, attributes["vault"])


def _kept(account: Account, customer: Document, wallet: Wallet, wanted: Document) -> Document:
    source = payer_of(wallet) | {name: wanted[name] for name in ("usage_type", "customer_type") if name in wanted}
    token = account.make(
        "payment_token",
        new_id()[:8].lower(),
        customer=customer,
        payment_source={"paypal": source},
        _wallet=wallet.name,
    )
    token["links"] = [account.link("self", f"/v3/vault/payment-tokens/{token['id']}")]
    account.emit("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", token)
    return account.save(token)


def _customer(account: Account, given: Document | None) -> Document:
    """The customer that was named, who must be known, or a new one: their ids are PayPal's to give."""
    known = account.find("customer", given["id"]) if given else account.make("customer", new_id()[:10].lower())
    return {"id": known["id"]}
