"""Checkout sessions: pages that take one payment, or keep one card, and then are done."""

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import payment_intents, setup_intents
from ezscale.sandbox.stripe.account import Account, merged_metadata
from ezscale.sandbox.stripe.amounts import checked_amount, checked_currency
from ezscale.sandbox.stripe.cards import decline
from ezscale.sandbox.stripe.errors import StripeError

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
AUTHENTICATION_FAILURE = "We are unable to authenticate your payment method. Please choose a different one."


def create(account: Account, params: Document, id: str = "") -> Document:
    """Make a page and its address."""
    if "customer" in params:
        account.find("customer", params["customer"], "customer")
    for name in ("mode", "success_url"):
        if name not in params:
            raise StripeError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    body = {"payment": _payment_fields, "setup": _setup_fields}.get(params["mode"])
    if body is None:
        raise StripeError("The stand-in has no subscriptions.", param="mode")
    session = account.make(
        "cs_test",
        **body(account, params),
        mode=params["mode"],
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        customer=params.get("customer"),
        expires_at=_expiry(account, params),
        locale=params.get("locale"),
        metadata=merged_metadata({}, params.get("metadata", {})),
        payment_intent=None,
        status="open",
        submit_type=params.get("submit_type"),
        success_url=params["success_url"],
        ui_mode=params.get("ui_mode", "hosted_page"),
    )
    session["url"] = f"{account.public_url}/pay/{session['id']}"
    if session["mode"] == "setup":
        _link_setup_intent(account, session, params.get("setup_intent_data", {}))
    account.store.put("open_session", session["id"], {"id": session["id"], "expires_at": session["expires_at"]})
    return account.save(session)


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A session as it is now."""
    payment_intents.end_authorisations(account)
    return current(account, account.find("checkout.session", id))


def index(account: Account, params: Document, id: str = "") -> Document:
    """Sessions, newest first."""
    close_overdue(account)
    return account.page_of("checkout.session", params, "/v1/checkout/sessions")


def expire(account: Account, params: Document, id: str) -> Document:
    """Close a page before anybody used it."""
    session = current(account, account.find("checkout.session", id))
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    return _closed(account, session)


def close_overdue(account: Account) -> None:
    """Expire every page whose time has come."""
    for row in account.store.all("open_session"):
        if row["expires_at"] <= account.time:
            _closed(account, account.find("checkout.session", row["id"]))


def current(account: Account, session: Document) -> Document:
    """The session, expired if its time has come."""
    overdue = session["status"] == "open" and session["expires_at"] <= account.time
    return _closed(account, session) if overdue else session


def pay(account: Account, session: Document, method: Document, *, authenticated: bool = False) -> Document:
    """Use a card on an open page: the intent, succeeded or authorised (then the page is done), or waiting for its payer."""
    if session["mode"] == "payment":
        intent = _payment_intent(account, session)
        intent = payment_intents.attempt(account, intent, method, authenticated=authenticated)
    else:
        intent = account.find("setup_intent", session["setup_intent"])
        intent = setup_intents.attempt(account, intent, method, authenticated=authenticated)
    if intent["status"] in ("succeeded", payment_intents.AUTHORISED):
        _completed(account, session, is_paid=intent["status"] == "succeeded")
    return intent


def fail_authentication(account: Account, intent: Document) -> None:
    """The holder did not authenticate: the bank refuses, the page stays open for another card."""
    method = account.find("payment_method", intent["payment_method"])
    refuse = payment_intents.refused if intent["object"] == "payment_intent" else setup_intents.refused
    from_bank = decline("authentication_required")
    from_bank.details |= {
        "type": "invalid_request_error",
        "code": f"{intent['object']}_authentication_failure",
        "message": AUTHENTICATION_FAILURE,
    }
    refuse(account, intent, method, from_bank)


def _payment_fields(account: Account, params: Document) -> Document:
    lines = params.get("line_items") or []
    if not lines:
        raise StripeError("Missing required param: line_items.", code="parameter_missing", param="line_items")
    for place, line in enumerate(lines):
        for name in ("price_data", "quantity"):
            if name not in line:
                param = f"line_items[{place}][{name}]"
                raise StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)
    currencies = {checked_currency(line["price_data"]["currency"]) for line in lines}
    if len(currencies) > 1:
        raise StripeError("All line items must have the same currency.", param="line_items")
    total = sum(line["price_data"].get("unit_amount", 0) * line["quantity"] for line in lines)
    intent_data = params.get("payment_intent_data", {})
    names = [line["price_data"].get("product_data", {}).get("name", "") for line in lines]
    return {
        "amount_subtotal": total,
        "amount_total": checked_amount(total, "line_items"),
        "currency": currencies.pop(),
        "payment_status": "unpaid",
        "setup_intent": None,
        "_lines": [
            [name, line["price_data"]["unit_amount"] * line["quantity"]]
            for name, line in zip(names, lines, strict=True)
        ],
        "_intent": intent_data,
    }


def _setup_fields(account: Account, params: Document) -> Document:
    if "currency" not in params and "allowed_payment_method_types" not in params:
        raise StripeError("Missing required param: currency.", code="parameter_missing", param="currency")
    for name in ("line_items", "payment_intent_data"):
        if name in params:
            raise StripeError(f"You can not pass `{name}` in `setup` mode.", param=name)
    return {
        "amount_subtotal": None,
        "amount_total": None,
        "currency": checked_currency(params["currency"]) if "currency" in params else None,
        "payment_status": "no_payment_required",
        "setup_intent": None,
        "_lines": [],
    }


def _expiry(account: Account, params: Document) -> int:
    expires_at: int = params.get("expires_at", account.time + LONGEST)
    if not SHORTEST <= expires_at - account.time <= LONGEST:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from session creation."
        raise StripeError(message, param="expires_at")
    return expires_at


def _link_setup_intent(account: Account, session: Document, data: Document) -> None:
    intent = setup_intents.make(account, session["customer"], data.get("description"), data.get("metadata"))
    account.save(intent | {"_session": session["id"]})
    session["setup_intent"] = intent["id"]


def _payment_intent(account: Account, session: Document) -> Document:
    """The page's one intent, made when somebody first tries to pay."""
    if session["payment_intent"]:
        return account.find("payment_intent", session["payment_intent"])
    intent = payment_intents.make(
        account,
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        **session["_intent"],
    )
    session["payment_intent"] = intent["id"]
    account.save(session)
    return account.save(intent | {"_session": session["id"]})


def _completed(account: Account, session: Document, *, is_paid: bool) -> None:
    paid = "paid" if is_paid else "unpaid"  # until it is captured
    status = paid if session["mode"] == "payment" else "no_payment_required"
    _ended(account, session, "checkout.session.completed", status="complete", payment_status=status)


def _closed(account: Account, session: Document) -> Document:
    return _ended(account, session, "checkout.session.expired", status="expired")


def _ended(account: Account, session: Document, event: str, **fields: str) -> Document:
    session |= {"url": None, **fields}
    account.store.delete("open_session", session["id"])
    account.emit(event, session)
    return account.save(session)
