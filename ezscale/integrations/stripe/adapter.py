"""Stripe behind billing's port."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import httpx
import stripe
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsPaymentIntentData

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
from ezscale.integrations.http import Guard, open_http
from ezscale.integrations.stripe.amounts import stripe_amount
from ezscale.integrations.stripe.cards import Cards
from ezscale.integrations.stripe.client import KeyReused, asking, open_client
from ezscale.integrations.stripe.holdings import Holdings
from ezscale.integrations.stripe.notices import Notices
from ezscale.integrations.stripe.payers import Payers
from ezscale.integrations.stripe.receipts import (
    ours,
    receipt_of_decline,
    receipt_of_dispute,
    receipt_of_intent,
    receipt_of_refund,
    receipt_of_session,
    refused,
    refused_refund,
)
from ezscale.kit.errors import Rejected
from ezscale.kit.money import Money

MONEY = ["latest_charge.balance_transaction", "payment_method"]
CARD_IS_GONE = ("detached", "not have a payment method", "No such PaymentMethod")
BEST_FIRST = [
    ChargeState.SUCCEEDED,
    ChargeState.PROCESSING,
    ChargeState.APPROVED,
    ChargeState.NEEDS_CUSTOMER,
    ChargeState.FAILED,
]


def open_gateway(
    *,
    key: str,
    webhook_secret: str,
    base_url: str = "",
    guard: Guard | None = None,
    http: httpx.Client | None = None,
    retries: int = 1,
) -> "StripeGateway":
    """The gateway for an API key. `base_url` is for a stand-in on loopback, `http` for one in the same process."""
    http = http or open_http(base_url or stripe.DEFAULT_API_BASE, guard=guard)
    client = open_client(key, http, base_url.rstrip("/"), retries)
    return StripeGateway(client, webhook_secret)


class StripeGateway:
    """Our invoices, Stripe's cards: it keeps cards, shows payment pages and takes exactly what we ask for."""

    name = "stripe"
    pages_take = True
    can_reserve = True
    key_lives = timedelta(hours=23)  # it forgets one after 24 hours

    def __init__(self, client: stripe.StripeClient, webhook_secret: str) -> None:
        self._client = client
        self._stripe = client.v1
        self._holdings = Holdings(client.v1)
        self._payers = Payers(client.v1)
        self._cards = Cards(client.v1)
        self._notices = Notices(client.v1, webhook_secret)

    def register(self, payer: Payer) -> str:
        """The gateway's name for this customer; made on the first call, the same ever after."""
        return self._payers.register(payer)

    def open_checkout(self, charge: Charge, success_url: str, cancel_url: str) -> CheckoutPage:
        """A hosted page that takes exactly this charge, and keeps the card for renewals; not that of a nameless payer."""
        metadata = _metadata(charge)
        amount = stripe_amount(charge.amount)
        payer: SessionCreateParams = {"customer": charge.payer_ref} if charge.payer_ref else {}
        keeping: SessionCreateParamsPaymentIntentData = (
            {"setup_future_usage": "off_session"} if charge.payer_ref else {}
        )
        if charge.reserves:
            keeping["capture_method"] = "manual"
        return self._open_page(
            {
                "mode": "payment",
                **payer,
                "client_reference_id": str(charge.attempt_id),
                "allowed_payment_method_types": ["card"],
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": charge.amount.currency.lower(),
                            "unit_amount": amount,
                            "product_data": {"name": charge.description},
                        },
                    }
                ],
                "payment_intent_data": {
                    **keeping,
                    "description": charge.description,
                    "metadata": metadata,
                },
                "metadata": metadata,
                "success_url": success_url,
                "cancel_url": cancel_url,
            },
            f"checkout:{charge.key}",
        )

    def read_checkout(self, checkout_ref: str) -> Receipt:
        """What became of a hosted page: OPEN, EXPIRED, or the outcome of its payment."""
        expand = [f"payment_intent.{name}" for name in MONEY]
        with asking(changes=False):
            session = self._stripe.checkout.sessions.retrieve(checkout_ref, {"expand": expand})
        return receipt_of_session(session)

    def take_checkout(self, checkout_ref: str) -> Receipt:
        """What became of a hosted page: Stripe's take by themselves."""
        return self.read_checkout(checkout_ref)

    def take_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Take all of what a bank keeps for us: Stripe captures an intent once, so what it is now says whether we have."""
        return self._decided(payment_ref, "capture", key)

    def release_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Let go what a bank keeps for us."""
        return self._decided(payment_ref, "cancel", key)

    def close_checkout(self, checkout_ref: str) -> None:
        """Nobody can pay on this page any more (no error when it was closed or paid already)."""
        try:
            with asking(changes=True):
                self._stripe.checkout.sessions.expire(checkout_ref)
        except Rejected as refusal:
            if refusal.status != 400:  # 400 says that it is not open
                raise

    def charge(self, charge: Charge) -> Receipt:
        """Take the money from the kept card, without the customer being there."""
        try:
            with asking(changes=True):
                intent = self._stripe.payment_intents.create(
                    {
                        "amount": stripe_amount(charge.amount),
                        "currency": charge.amount.currency.lower(),
                        "customer": charge.payer_ref,
                        "payment_method": charge.card_ref,
                        "confirm": True,
                        "off_session": True,
                        "description": charge.description,
                        "metadata": _metadata(charge),
                        "expand": MONEY,
                    },
                    {"idempotency_key": charge.key},
                )
        except stripe.CardError as decline:
            return receipt_of_decline(charge, decline)
        except KeyReused:  # sent before in other words, a new description say: what came of that is the outcome
            found = self._find(charge.payer_ref, charge.attempt_id)
            if found is None:
                raise
            return found
        except Rejected as refusal:
            if any(words in refusal.message for words in CARD_IS_GONE):
                return refused(charge, "card_gone", hard=True)
            raise
        return receipt_of_intent(intent)

    def read_payment(self, payment_ref: str) -> Receipt:
        """The current truth about a movement of money."""
        with asking(changes=False):
            intent = self._stripe.payment_intents.retrieve(payment_ref, {"expand": MONEY})
        return receipt_of_intent(intent)

    def find_payment(self, payer_ref: str, attempt_id: UUID, sent_at: datetime) -> Receipt | None:
        """Look up the money of an attempt whose answer was lost, by our own name for it: Stripe knows it at once."""
        return self._find(payer_ref, attempt_id)

    def _find(self, payer_ref: str, attempt_id: UUID) -> Receipt | None:
        expand = [f"data.{name}" for name in MONEY]
        with asking(changes=False):
            listed = self._stripe.payment_intents.list({"customer": payer_ref, "limit": 100, "expand": expand})
            intents = [
                intent for intent in listed.auto_paging_iter() if ours(intent.metadata, "attempt_id") == attempt_id
            ]
        receipts = [receipt_of_intent(intent) for intent in intents]
        told = [receipt for receipt in receipts if receipt.state in BEST_FIRST]
        return min(told, key=lambda receipt: BEST_FIRST.index(receipt.state), default=None)

    def refund(self, wanted: WantedRefund) -> RefundReceipt:
        """Send part of a payment back to where it came from; a refusal is a receipt that says FAILED."""
        try:
            with asking(changes=True):
                refund = self._stripe.refunds.create(
                    {
                        "payment_intent": wanted.payment_ref,
                        "amount": stripe_amount(wanted.amount),
                        "reason": "requested_by_customer",
                        "metadata": {"refund_id": str(wanted.refund_id)},
                    },
                    {"idempotency_key": wanted.key},
                )
        except Rejected as refusal:
            if refusal.status != 400 or isinstance(refusal, KeyReused):
                raise
            return refused_refund(wanted, refusal.message)
        return receipt_of_refund(refund)

    def read_refund(self, refund_ref: str) -> RefundReceipt:
        """The current truth about money that goes back."""
        with asking(changes=False):
            return receipt_of_refund(self._stripe.refunds.retrieve(refund_ref))

    def find_refund(self, wanted: WantedRefund) -> RefundReceipt | None:
        """Look up a refund whose answer was lost, by our own name for it. None: it surely was not made."""
        with asking(changes=False):
            listed = self._stripe.refunds.list({"payment_intent": wanted.payment_ref, "limit": 100})
            for refund in listed.auto_paging_iter():
                if ours(refund.metadata, "refund_id") == wanted.refund_id:
                    return receipt_of_refund(refund)
        return None

    def payments_since(self, moment: datetime) -> Iterator[Receipt]:
        """All money that was taken for payments begun since a moment, newest first."""
        expand = [f"data.{name}" for name in MONEY]
        with asking(changes=False):
            listed = self._stripe.payment_intents.list(
                {"created": {"gte": int(moment.timestamp())}, "limit": 100, "expand": expand}
            )
            for intent in listed.auto_paging_iter():
                if intent.status == "succeeded":
                    yield receipt_of_intent(intent)

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """All payouts begun since a moment, newest first."""
        return self._holdings.payouts_since(moment)

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """What Stripe has kept for nothing in particular, and for refunds and payouts."""
        return self._holdings.fees_since(moment)

    def balances(self) -> Mapping[str, Money]:
        """What Stripe holds for us right now by currency, settled or not."""
        return self._holdings.balances()

    def read_dispute(self, dispute_ref: str) -> DisputeReceipt:
        """The current truth about money that a customer's bank has taken back, or asks about."""
        with asking(changes=False):
            return receipt_of_dispute(self._stripe.disputes.retrieve(dispute_ref, {"expand": ["charge"]}))

    def open_card_page(
        self, payer_ref: str, key: str, success_url: str, cancel_url: str, currency: str
    ) -> CheckoutPage:
        """A hosted page that keeps a new card and charges nothing."""
        return self._open_page(
            {
                "mode": "setup",
                "customer": payer_ref,
                "currency": currency.lower(),
                "allowed_payment_method_types": ["card"],
                "success_url": success_url,
                "cancel_url": cancel_url,
            },
            f"card:{key}",
        )

    def read_card_page(self, page_ref: str, payer_ref: str) -> Card | None:
        """The card that a payer left on a card page; None while nobody finished it, or when the page is not theirs."""
        return self._cards.left_on(page_ref, payer_ref)

    def read_card(self, card_ref: str) -> Card | None:
        """A card as Stripe keeps it today; None when it does so for nobody."""
        return self._cards.read(card_ref)

    def kept_of(self, payer_ref: str) -> Iterator[Card]:
        """The cards that Stripe keeps of a customer, newest first; none of one whom it does not know."""
        return self._cards.kept_of(payer_ref)

    def forget_card(self, card_ref: str) -> None:
        """The gateway no longer keeps this card (no error when it did not)."""
        self._cards.forget(card_ref)

    def forget_payer(self, payer: Payer) -> None:
        """The gateway no longer knows this customer, nor their cards (no error when it did not)."""
        self._payers.forget(payer)

    def old_subscriptions_since(self, moment: datetime) -> Iterator[str]:
        """None: Stripe shows us those of our own account only, and there are none."""
        return iter(())

    def read_old_subscription(self, ref: str) -> OldSubscription | None:
        """There is none."""
        return None

    def end_old_subscription(self, ref: str) -> None:
        """There is none."""

    def notices_since(self, moment: datetime) -> Iterator[tuple[Notice, str]]:
        """The messages since a moment that nothing but a webhook would tell us of, each with its body; some may be known."""
        return self._notices.since(moment)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify a webhook's raw body by its signature; BadNotice when it is not from the gateway."""
        return self._notices.read(body, headers)

    def _decided(self, payment_ref: str, deed: Literal["capture", "cancel"], key: str) -> Receipt:
        do = self._stripe.payment_intents.capture if deed == "capture" else self._stripe.payment_intents.cancel
        try:
            with asking(changes=True):
                return receipt_of_intent(do(payment_ref, {"expand": MONEY}, {"idempotency_key": f"{deed}:{key}"}))
        except (stripe.CardError, Rejected):  # it has ended, was decided before, or the bank has thought otherwise
            after = self.read_payment(payment_ref)
            if after.state is ChargeState.APPROVED:
                raise Rejected(f"Stripe would not {deed} {payment_ref}.", status=400) from None
            return after

    def _open_page(self, params: SessionCreateParams, key: str) -> CheckoutPage:
        with asking(changes=True):
            session: Session = self._stripe.checkout.sessions.create(params, {"idempotency_key": key})
        return CheckoutPage(session.id, session.url or "")


def _metadata(charge: Charge) -> dict[str, str]:
    """Our names on Stripe's objects, by which lost answers and webhooks find their way home."""
    return {"attempt_id": str(charge.attempt_id), "invoice_id": str(charge.invoice_id)}
