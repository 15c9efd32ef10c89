"""PayPal's own subscriptions: we make none, and only find and end those of an earlier system."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from ezscale.billing.ports import OldSubscription
from ezscale.integrations.paypal.client import PayPalClient, Refusal
from ezscale.integrations.paypal.report import Report
from ezscale.kit.errors import Missing

BILLING = ("ACTIVE", "SUSPENDED")  # one that is suspended may go on
WHY = "Billed elsewhere from now on"
OVER_ALREADY = "SUBSCRIPTION_STATUS_INVALID"


class OldSubscriptions:
    """Those of an account, as far as they show themselves: PayPal has no list of them for whoever did not make them."""

    def __init__(self, client: PayPalClient, report: Report) -> None:
        self._client = client
        self._report = report

    def since(self, moment: datetime) -> Iterator[str]:
        """Those that money came of since a moment."""
        yield from self._report.subscriptions_since(moment)

    def read(self, ref: str) -> OldSubscription | None:
        """One as it is today; None when there is none of this name."""
        try:
            subscription = self._client.subscription(ref)
        except Missing:
            return None
        payer = subscription.get("subscriber", {})
        return OldSubscription(
            ref,
            bills=subscription["status"] in BILLING,
            payer=payer.get("payer_id", ""),
            email=payer.get("email_address", ""),
        )

    def end(self, ref: str) -> None:
        """It bills no more (no error when it did not)."""
        with suppress(Missing):
            try:
                self._client.cancel_subscription(ref, WHY)
            except Refusal as refusal:
                if refusal.issue != OVER_ALREADY:
                    raise
