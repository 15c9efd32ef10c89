"""PayPal behind billing's port."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from cryptography import x509

from ezscale.billing.payout_ports import KeptFee, PayoutReceipt
from ezscale.billing.ports import (
    Card,
    Charge,
    ChargeState,
    CheckoutPage,
    DisputeReceipt,
    Notice,
    OldSubscription,
    Payer,
    Receipt,
    RefundReceipt,
    WantedRefund,
)
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal.afterwards import (
    capture_behind,
    our_name,
    payment_of,
    receipt_of_dispute,
    receipt_of_refund,
    receipt_of_reversal,
    refused_refund,
)
from ezscale.integrations.paypal.amounts import paypal_amount
from ezscale.integrations.paypal.client import LIVE, PayPalClient, Refusal, Row
from ezscale.integrations.paypal.notices import HEARD_OF_NOWHERE_ELSE, NoticeReader
from ezscale.integrations.paypal.old_subscriptions import OldSubscriptions
from ezscale.integrations.paypal.receipts import (
    DECLINES,
    declined,
    our_names,
    receipt_of_capture,
    receipt_of_order,
    refused,
    wallet_of_order,
    wallet_of_token,
)
from ezscale.integrations.paypal.report import Report
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, UnknownOutcome

KEPT_FOR = {"usage_type": "MERCHANT", "customer_type": "CONSUMER", "usage_pattern": "RECURRING_PREPAID"}
RESERVES_NOTHING = "At PayPal we reserve no money."
ALREADY_TAKEN = ("ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED")  # reading the order says more than this refusal
TAKEN_BEFORE, BEING_TAKEN = "DUPLICATE_INVOICE_ID", "ORDER_COMPLETION_IN_PROGRESS"
DESCRIPTION_LENGTH = 127
GONE_BACK = ("PARTIALLY_REFUNDED", "REFUNDED")
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
    pages_take = False
    can_reserve = False
    key_lives = timedelta(hours=5)  # it forgets those of orders after six hours

    def __init__(self, client: PayPalClient, notices: NoticeReader, now: Callable[[], datetime] = world_now) -> None:
        self._client = client
        self._notices = notices
        self._report = Report(client, now)
        self._old = OldSubscriptions(client, self._report)

    def register(self, payer: Payer) -> str:
        """PayPal's name for this customer, which comes with their first wallet: until then there is none."""
        return payer.gateway_ref

    def open_checkout(self, charge: Charge, success_url: str, cancel_url: str) -> CheckoutPage:
        """A page on which somebody approves exactly this charge, and, where it is wanted, that we keep the wallet."""
        attributes: dict[str, Any] = {}
        if charge.keeps_card:
            attributes["vault"] = {"store_in_vault": "ON_SUCCESS", **KEPT_FOR}
        if charge.keeps_card and charge.payer_ref:
            attributes["customer"] = {"id": charge.payer_ref}
        experience = {
            "return_url": success_url,
            "cancel_url": cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        }
        wallet = {"experience_context": experience} | ({"attributes": attributes} if attributes else {})
        order = self._client.create_order(_order(charge, wallet), f"checkout:{charge.key}")
        return _page(order, "payer-action", "approve")

    def read_checkout(self, checkout_ref: str) -> Receipt:
        """What became of a page: OPEN, APPROVED, EXPIRED, or the outcome of its payment."""
        return receipt_of_order(self._client.order(checkout_ref))

    def take_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Nothing is reserved here: Rejected."""
        raise Rejected(RESERVES_NOTHING)

    def release_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Nothing is reserved here: Rejected."""
        raise Rejected(RESERVES_NOTHING)

    def take_checkout(self, checkout_ref: str) -> Receipt:
        """Take the money that the customer has approved, once; until then nobody has paid.

        Only for an attempt that is wanted: PayPal has no way to close a page but not to take what is approved there.
        """
        try:
            return receipt_of_order(self._client.capture_order(checkout_ref, f"take:{checkout_ref}"))
        except Refusal as refusal:
            if refusal.issue in ALREADY_TAKEN:
                return self.read_checkout(checkout_ref)
            if refusal.issue not in DECLINES:
                raise _looked_up_first(refusal) from refusal
            receipt = self.read_checkout(checkout_ref)
            return receipt if receipt.payment_ref else declined(receipt, refusal.issue)

    def close_checkout(self, checkout_ref: str) -> None:
        """Nothing: what is approved on a page moves only when we take it."""

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
        """The current truth about a movement of money, with the wallet that was kept with it."""
        capture = self._client.capture(payment_ref)
        return replace(receipt_of_capture(capture), card=self._wallet_behind(capture))

    def find_payment(self, payer_ref: str, attempt_id: UUID, sent_at: datetime) -> Receipt | None:
        """Look up the money of an attempt whose answer was lost, by our own name for it.

        TemporaryFailure while PayPal's report, which is hours behind, cannot know of it yet.
        """
        captures = map(self._client.capture, self._report.payments_of(attempt_id, sent_at))
        receipts = [receipt_of_capture(capture, payer_ref) for capture in captures]
        return min(receipts, key=lambda receipt: BEST_FIRST.index(receipt.state), default=None)

    def refund(self, wanted: WantedRefund) -> RefundReceipt:
        """Send part of a payment back to where it came from; a refusal is a receipt that says FAILED."""
        refund = {
            "amount": paypal_amount(wanted.amount),
            "custom_id": our_name(wanted.refund_id),
            "invoice_id": wanted.refund_id.hex,
        }
        try:
            return receipt_of_refund(self._client.refund(wanted.payment_ref, refund, wanted.key))
        except Refusal as refusal:
            if refusal.status != 422 or refusal.issue == TAKEN_BEFORE:
                raise _looked_up_first(refusal) from refusal
            return refused_refund(wanted, refusal.issue)

    def read_refund(self, refund_ref: str) -> RefundReceipt:
        """The current truth about money that goes back."""
        return receipt_of_refund(self._client.refund_of(refund_ref))

    def find_refund(self, wanted: WantedRefund) -> RefundReceipt | None:
        """Look up a refund whose answer was lost, by our own name for it. None: it surely was not made.

        TemporaryFailure while PayPal's report, which is hours behind, does not reach to what last went back.
        """
        capture = self._client.capture(wanted.payment_ref)
        if capture["status"] not in GONE_BACK:
            return None
        ref = self._report.refund_of(capture, our_name(wanted.refund_id))
        return self.read_refund(ref) if ref else None

    def payments_since(self, moment: datetime) -> Iterator[Receipt]:
        """All money that was taken since a moment, as far as PayPal's report reaches; in no order."""
        return self._report.payments_since(moment)

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """What was withdrawn to our bank since a moment, as far as PayPal's report reaches; oldest first."""
        return self._report.payouts_since(moment)

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """What PayPal has kept for no payment since a moment, as far as its report reaches."""
        return self._report.fees_since(moment)

    def balances(self) -> None:
        """Nothing: what PayPal says of it is hours behind, and cannot be compared with what is booked now."""

    def read_dispute(self, dispute_ref: str) -> DisputeReceipt:
        """The current truth about a dispute, or about what was taken back by itself: that has the name of a refund."""
        try:
            dispute = self._client.dispute(dispute_ref)
        except Missing:
            refund = self._client.refund_of(dispute_ref)
            about = self._client.disputes_about(capture_behind(refund))
            if not about:
                return receipt_of_reversal(refund, self._card_behind(capture_behind(refund)))
            dispute = about[0]
        return receipt_of_dispute(dispute, self._card_behind(payment_of(dispute)))

    def open_card_page(
        self, payer_ref: str, key: str, success_url: str, cancel_url: str, currency: str
    ) -> CheckoutPage:
        """A page on which a customer lets us keep a wallet; it charges nothing, in whatever currency."""
        experience = {"return_url": success_url, "cancel_url": cancel_url, "shipping_preference": "NO_SHIPPING"}
        token: dict[str, Any] = {"payment_source": {"paypal": {**KEPT_FOR, "experience_context": experience}}}
        if payer_ref:
            token["customer"] = {"id": payer_ref}
        return _page(self._client.create_setup_token(token, f"wallet:{key}"), "approve")

    def read_card_page(self, page_ref: str, payer_ref: str) -> Card | None:
        """The wallet that a payer left on such a page, kept from now on; None while nobody finished it, or not theirs.

        `payer_ref` is empty for a page that was opened for somebody who had no wallet yet.
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

    def read_card(self, card_ref: str) -> Card | None:
        """A wallet as PayPal keeps it today; None when it does not, or no longer lets us charge it."""
        try:
            return wallet_of_token(self._client.payment_token(card_ref))
        except Missing:
            return None

    def kept_of(self, payer_ref: str) -> Iterator[Card]:
        """The wallets that PayPal keeps of a customer; none of one whom it does not know."""
        try:
            yield from map(wallet_of_token, self._client.payment_tokens(payer_ref))
        except Missing:
            return

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
        for ref in [wallet.ref for wallet in self.kept_of(payer.gateway_ref)]:
            self.forget_card(ref)

    def old_subscriptions_since(self, moment: datetime) -> Iterator[str]:
        """The subscriptions, all of an earlier system, of which money came since a moment, as far as the report reaches."""
        return self._old.since(moment)

    def read_old_subscription(self, ref: str) -> OldSubscription | None:
        """One of those as it is today; None when there is none of this name."""
        return self._old.read(ref)

    def end_old_subscription(self, ref: str) -> None:
        """It bills nobody any more (no error when it did not)."""
        self._old.end(ref)

    def notices_since(self, moment: datetime) -> Iterator[tuple[Notice, str]]:
        """The messages since a moment that nothing but a webhook would tell us of, each with its body; some may be known."""
        for event in self._client.events():  # newest first
            if datetime.fromisoformat(event["create_time"]) < moment:
                return
            if event["event_type"].startswith(HEARD_OF_NOWHERE_ELSE):
                yield self._notices.notice_of(event), json.dumps(event)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify a webhook's raw body by what came with it; BadNotice when it is not from PayPal."""
        return self._notices.read(body, headers)

    def _wallet_behind(self, capture: Row) -> Card | None:
        """The wallet that was kept with a payment, which only its order tells."""
        order_id = capture.get("supplementary_data", {}).get("related_ids", {}).get("order_id")
        with suppress(Missing):
            return wallet_of_order(self._client.order(order_id)) if order_id else None
        return None

    def _card_behind(self, capture_id: str) -> str:
        wallet = self._wallet_behind(self._client.capture(capture_id)) if capture_id else None
        return wallet.ref if wallet else ""


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


def _looked_up_first(refusal: Refusal) -> Exception:
    """A refusal as it is, unless it says that this attempt's money was moved before, or is being moved by another call."""
    if refusal.issue in (TAKEN_BEFORE, BEING_TAKEN):
        return UnknownOutcome(f"PayPal knows this already: {refusal.message}")
    return refusal
