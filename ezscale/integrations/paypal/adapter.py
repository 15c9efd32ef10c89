"""PayPal in billing's words.

It is billing's port as far as that fits a wallet. Where it does not, the method here has the name and the parameters
that PayPal needs: money of a page is taken by `take_checkout`, a look-up needs to know when the attempt was sent, a
kept wallet is no card, and a notice is signed by several headers.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from cryptography import x509

from ezscale.billing.ports import Charge, ChargeState, CheckoutPage, Notice, Payer, Receipt
from ezscale.integrations.http import Missing, open_http
from ezscale.integrations.paypal.amounts import paypal_amount
from ezscale.integrations.paypal.client import LIVE, PayPalClient, Refusal, Row
from ezscale.integrations.paypal.notices import NoticeReader
from ezscale.integrations.paypal.receipts import (
    DECLINES,
    GivenBack,
    Wallet,
    attempt_of,
    declined,
    given_back,
    our_names,
    receipt_of_capture,
    receipt_of_order,
    refused,
    wallet_of_order,
    wallet_of_token,
)
from ezscale.kit.clock import world_now
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome
from ezscale.kit.money import Money

KEPT_FOR = {"usage_type": "MERCHANT", "customer_type": "CONSUMER", "usage_pattern": "RECURRING_PREPAID"}
ALREADY_TAKEN = ("ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED")  # reading the order says more than this refusal
DESCRIPTION_LENGTH = 127
CLOCKS_DIFFER, LISTED_RANGE = timedelta(hours=1), timedelta(days=30)
PAYMENTS = "T00"  # how the codes of payments begin, in the report
BEST_FIRST = [ChargeState.SUCCEEDED, ChargeState.PROCESSING, ChargeState.FAILED]


def open_gateway(
    *,
    client_id: str,
    secret: str,
    webhook_id: str,
    stand_in: str = "",
    authority: str = "",
    http: httpx.Client | None = None,
    now: Callable[[], datetime] = world_now,
) -> "PayPalGateway":
    """The gateway for an account.

    `stand_in` is the address of a stand-in, `authority` (PEM) vouches for its certificates, and `http` reaches one in
    the same process.
    """
    http = http or open_http(stand_in or LIVE)
    roots = x509.load_pem_x509_certificates(authority.encode()) if authority else []
    notices = NoticeReader(webhook_id, http, live=not stand_in, roots=roots, stand_in=stand_in.rstrip("/"), now=now)
    return PayPalGateway(PayPalClient(http, client_id, secret), notices, now)


class PayPalGateway:
    """Our invoices, PayPal's wallets: it keeps wallets, shows approval pages and takes exactly what we ask for."""

    name = "paypal"

    def __init__(self, client: PayPalClient, notices: NoticeReader, now: Callable[[], datetime] = world_now) -> None:
        self._client = client
        self._notices = notices
        self._now = now

    def open_checkout(self, charge: Charge, success_url: str, cancel_url: str) -> CheckoutPage:
        """A page on which the customer approves exactly this charge, and that we keep the wallet for renewals."""
        attributes: dict[str, Any] = {"vault": {"store_in_vault": "ON_SUCCESS", **KEPT_FOR}}
        if charge.payer_ref:
            attributes["customer"] = {"id": charge.payer_ref}
        experience = {
            "return_url": success_url,
            "cancel_url": cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        }
        wallet = {"experience_context": experience, "attributes": attributes}
        order = self._client.create_order(_order(charge, wallet), f"checkout:{charge.key}")
        return _page(order, "payer-action", "approve")

    def read_checkout(self, checkout_ref: str) -> Receipt:
        """What became of a page: OPEN (approved or not), EXPIRED, or the outcome of its payment."""
        return receipt_of_order(self._client.order(checkout_ref))

    def take_checkout(self, checkout_ref: str) -> Receipt:
        """Take the money that the customer has approved, once; until then nobody has paid.

        Ask only while the attempt is still wanted: PayPal has no way to close a page, and this is what closes it.
        """
        try:
            return receipt_of_order(self._client.capture_order(checkout_ref, f"take:{checkout_ref}"))
        except Refusal as refusal:
            if refusal.issue in ALREADY_TAKEN:
                return self.read_checkout(checkout_ref)
            if refusal.issue not in DECLINES:
                raise _looked_up_first(refusal) from refusal
            receipt = self.read_checkout(checkout_ref)
            return declined(receipt, refusal.issue) if receipt.state is ChargeState.OPEN else receipt

    def kept_wallet(self, checkout_ref: str) -> Wallet | None:
        """The wallet that was kept with the payment of a page; None while PayPal has not kept it."""
        return wallet_of_order(self._client.order(checkout_ref))

    def charge(self, charge: Charge) -> Receipt:
        """Take the money from the kept wallet, without the customer being there."""
        credential = {
            "payment_initiator": "MERCHANT",
            "usage": "SUBSEQUENT",
            "usage_pattern": KEPT_FOR["usage_pattern"],
        }
        wallet = {"vault_id": charge.card_ref, "stored_credential": credential}
        try:
            order = self._client.create_order(_order(charge, wallet), charge.key)
        except Refusal as refusal:
            if refusal.issue not in DECLINES:
                raise _looked_up_first(refusal) from refusal
            return refused(charge, refusal.issue)
        receipt = receipt_of_order(order, charge.payer_ref)
        if receipt.state is ChargeState.OPEN:  # made, and not paid: it waits for a customer who is not there
            return refused(charge, "PAYER_ACTION_REQUIRED")
        return receipt

    def read_payment(self, payment_ref: str) -> Receipt:
        """The current truth about a movement of money."""
        return receipt_of_capture(self._client.capture(payment_ref))

    def find_payment(self, payer_ref: str, attempt_id: UUID, sent_at: datetime) -> Receipt | None:
        """Look up the money of an attempt whose answer was lost, by our own name for it.

        TemporaryFailure while PayPal's report, which is hours behind, cannot know of it yet.
        """
        found, complete_until = [], sent_at
        end = min(self._now(), sent_at + LISTED_RANGE)
        for page in self._client.transactions(sent_at - CLOCKS_DIFFER, end):
            found += [row["transaction_id"] for row in page.rows if _is_payment_of(row, attempt_id)]
            complete_until = page.complete_until
        receipts = [receipt_of_capture(self._client.capture(ref), payer_ref) for ref in found]
        if receipts:
            return min(receipts, key=lambda receipt: BEST_FIRST.index(receipt.state))
        if complete_until < sent_at + CLOCKS_DIFFER:
            wait = (sent_at + CLOCKS_DIFFER - complete_until).total_seconds()
            raise TemporaryFailure("PayPal's report does not reach to this attempt yet.", retry_after=wait)
        return None

    def refund(self, payment_ref: str, amount: Money, key: str) -> GivenBack:
        """Give back a part of a payment, or all of it. Refusal when it is more than is left."""
        refund = {"amount": paypal_amount(amount)}
        return given_back(self._client.refund(payment_ref, refund, key))

    def open_wallet_page(self, payer_ref: str, key: str, success_url: str, cancel_url: str) -> CheckoutPage:
        """A page on which a customer lets us keep a wallet; it charges nothing."""
        experience = {"return_url": success_url, "cancel_url": cancel_url, "shipping_preference": "NO_SHIPPING"}
        token: dict[str, Any] = {"payment_source": {"paypal": {**KEPT_FOR, "experience_context": experience}}}
        if payer_ref:
            token["customer"] = {"id": payer_ref}
        return _page(self._client.create_setup_token(token, f"wallet:{key}"), "approve")

    def read_wallet_page(self, page_ref: str, payer_ref: str) -> Wallet | None:
        """The wallet that a payer left on such a page, kept from now on; None while nobody finished it, or not theirs.

        `payer_ref` is empty for a customer who has no wallet yet.
        """
        page = self._client.setup_token(page_ref)
        customer_ref = page["customer"]["id"]
        if payer_ref not in ("", customer_ref):
            return None
        if page["status"] == "APPROVED":
            return wallet_of_token(self._client.create_payment_token(page_ref, f"keep:{page_ref}"))
        if page["status"] in ("VAULTED", "TOKENIZED"):  # kept by a call whose answer was lost
            wallets = [wallet_of_token(token) for token in self._client.payment_tokens(customer_ref)]
            return wallets[-1] if wallets else None
        return None

    def forget_card(self, card_ref: str) -> None:
        """The gateway no longer keeps this wallet (no error when it did not)."""
        try:
            self._client.delete_payment_token(card_ref)
        except Missing:
            return

    def forget_payer(self, payer: Payer) -> None:
        """The gateway no longer keeps any wallet of this customer (no error when it did not)."""
        if not payer.gateway_ref:
            return
        try:
            kept = [token["id"] for token in self._client.payment_tokens(payer.gateway_ref)]
        except Missing:
            return
        for ref in kept:
            self.forget_card(ref)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify a webhook's raw body by what came with it; BadNotice when it is not from PayPal."""
        return self._notices.read(body, headers)


def _order(charge: Charge, wallet: Mapping[str, Any]) -> Row:
    """The order for a charge. Its invoice id is the attempt's own: PayPal takes each once, whatever else we forget."""
    unit = {
        "custom_id": our_names(charge),
        "invoice_id": charge.attempt_id.hex,
        "description": charge.description[:DESCRIPTION_LENGTH],
        "amount": paypal_amount(charge.amount),
    }
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": dict(wallet)}}


def _page(doc: Row, *rels: str) -> CheckoutPage:
    links = {link["rel"]: str(link["href"]) for link in doc.get("links", ())}
    url = next((links[rel] for rel in rels if rel in links), "")
    if not url:
        raise UnknownOutcome(f"PayPal shows no page for {doc['id']}, which is {doc.get('status')}.")
    return CheckoutPage(doc["id"], url)


def _is_payment_of(row: Row, attempt_id: UUID) -> bool:
    is_payment = str(row.get("transaction_event_code", "")).startswith(PAYMENTS)
    return is_payment and attempt_of(str(row.get("custom_field", "")))[1] == attempt_id


def _looked_up_first(refusal: Refusal) -> Exception:
    """A refusal as it is, unless it says that this attempt's money was taken before."""
    if refusal.issue == "DUPLICATE_INVOICE_ID":
        return UnknownOutcome(f"PayPal knows this attempt already: {refusal.message}")
    return refusal
