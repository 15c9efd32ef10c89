"""The cards that Stripe keeps for us."""

from collections.abc import Iterator

import stripe
from stripe._v1_services import V1Services

from ezscale.billing.ports import Card
from ezscale.integrations.stripe.client import asking
from ezscale.integrations.stripe.receipts import kept_card, kept_method
from ezscale.kit.errors import Rejected


class Cards:
    """The kept cards of an account."""

    def __init__(self, client: V1Services) -> None:
        self._stripe = client

    def left_on(self, page_ref: str, payer_ref: str) -> Card | None:
        """The card that a payer left on a card page; None while nobody finished it, or when the page is not theirs."""
        with asking(changes=False):
            session = self._stripe.checkout.sessions.retrieve(page_ref, {"expand": ["setup_intent.payment_method"]})
        intent = session.setup_intent
        if session.status != "complete" or not isinstance(intent, stripe.SetupIntent):
            return None
        if not payer_ref or session.customer != payer_ref:
            return None
        return kept_card(intent.payment_method)

    def read(self, card_ref: str) -> Card | None:
        """A card as Stripe keeps it today; None when it does so for nobody."""
        try:
            with asking(changes=False):
                method = self._stripe.payment_methods.retrieve(card_ref)
        except Rejected as refusal:
            if refusal.status != 404:
                raise
            return None
        return None if method.customer is None else kept_method(method)

    def kept_of(self, payer_ref: str) -> Iterator[Card]:
        """The cards that Stripe keeps of a customer, newest first; none of one whom it does not know."""
        try:
            with asking(changes=False):
                listed = self._stripe.payment_methods.list({"customer": payer_ref, "limit": 100})
                for method in listed.auto_paging_iter():
                    yield kept_method(method)
        except Rejected as refusal:
            if refusal.status not in (400, 404):
                raise

    def forget(self, card_ref: str) -> None:
        """The gateway no longer keeps this card (no error when it did not)."""
        try:
            with asking(changes=True):
                self._stripe.payment_methods.detach(card_ref)
        except Rejected as refusal:
            if refusal.status not in (400, 404):
                raise
