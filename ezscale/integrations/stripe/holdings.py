"""What Stripe holds for us, pays out and keeps, in our words."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from stripe._v1_services import V1Services

from ezscale.billing.payout_ports import KeptFee, PayoutReceipt, PayoutState
from ezscale.integrations.stripe.amounts import our_amount
from ezscale.integrations.stripe.client import asking
from ezscale.kit.money import Money

STATES = {
    "pending": PayoutState.UNDER_WAY,
    "in_transit": PayoutState.UNDER_WAY,
    "paid": PayoutState.PAID,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.CANCELED,
}
NOTHING_BUT_FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee")
MAY_COST = ("refund", "refund_failure", "payout", "payout_failure", "payout_cancel")  # charges and disputes tell theirs


class Holdings:
    """The balance of an account."""

    def __init__(self, stripe: V1Services) -> None:
        self._stripe = stripe

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """All payouts begun since a moment, newest first."""
        with asking(changes=False):
            listed = self._stripe.payouts.list({"created": {"gte": int(moment.timestamp())}, "limit": 100})
            for payout in listed.auto_paging_iter():
                state = STATES.get(payout.status, PayoutState.UNDER_WAY)  # a new word of theirs: looked at again
                day = datetime.fromtimestamp(payout.arrival_date, UTC).date()
                yield PayoutReceipt(payout.id, our_amount(payout.amount, payout.currency), day, state)

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """What Stripe has kept for nothing in particular, and for refunds and payouts."""
        for kind in (*NOTHING_BUT_FEES, *MAY_COST):
            with asking(changes=False):
                listed = self._stripe.balance_transactions.list(
                    {"created": {"gte": int(moment.timestamp())}, "type": kind, "limit": 100}
                )
                for entry in listed.auto_paging_iter():
                    kept = -entry.net if kind in NOTHING_BUT_FEES else entry.fee
                    if kept:
                        yield KeptFee(entry.id, our_amount(kept, entry.currency), entry.description or kind)

    def balances(self) -> Mapping[str, Money]:
        """What can be paid out, and what cannot yet, together."""
        with asking(changes=False):
            balance = self._stripe.balance.retrieve()
        parts = [(part.amount, part.currency) for part in balance.available]
        parts += [(part.amount, part.currency) for part in balance.pending]
        sums: dict[str, Money] = {}
        for amount in (our_amount(*part) for part in parts):
            sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
        return sums
