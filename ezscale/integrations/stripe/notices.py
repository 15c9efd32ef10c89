"""Webhooks: what Stripe has signed for us, and lately, is believed to have come from it, and no more than that."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import stripe
from stripe._v1_services import V1Services

from ezscale.billing.ports import About, BadNotice, Notice
from ezscale.integrations.stripe.client import asking

SIGNATURE = "stripe-signature"
HEARD_OF_NOWHERE_ELSE = [  # what is done in Stripe's dashboard, and by banks
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payment_method.updated",
    "payment_method.automatically_updated",  # by the bank that has renewed it
]
ABOUT = {
    "checkout.session.": About.PAGE,
    "payment_intent.": About.PAYMENT,
    "refund.": About.REFUND,
    "charge.dispute.": About.DISPUTE,
    "payment_method.updated": About.CARD,
    "payment_method.automatically_updated": About.CARD,
}
OLDEST_SIGNATURE = 300  # seconds


class Notices:
    """The messages of an account."""

    def __init__(self, client: V1Services, secret: str) -> None:
        self._stripe, self._secret = client, secret

    def since(self, moment: datetime) -> Iterator[tuple[Notice, str]]:
        """Those since a moment that nothing but a webhook would tell us of, each with its body; some may be known."""
        with asking(changes=False):
            listed = self._stripe.events.list(
                {"created": {"gte": int(moment.timestamp())}, "types": HEARD_OF_NOWHERE_ELSE, "limit": 100}
            )
            for event in listed.auto_paging_iter():
                row = event.to_dict()
                yield _notice_of(row), json.dumps(row, default=str)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify a raw body by its signature; BadNotice when it is not from the gateway."""
        signature = next((headers[name] for name in headers if name.lower() == SIGNATURE), "")
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, self._secret, OLDEST_SIGNATURE)
            return _notice_of(json.loads(body))
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadNotice(f"not a message of Stripe's: {type(error).__name__}") from error


def _notice_of(event: Mapping[str, Any]) -> Notice:
    subject_ref = event["data"]["object"].get("id", "")  # a balance, say, has none
    return Notice(event["id"], event["type"], _about(event["type"]), str(subject_ref), live=event["livemode"])


@lru_cache(200)
def _about(kind: str) -> About:
    return next((about for start, about in ABOUT.items() if kind.startswith(start)), About.NOTHING)
