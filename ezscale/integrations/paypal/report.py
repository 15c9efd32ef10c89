"""PayPal's report of what moved: the only place where something is found by our own names. It is hours behind."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from ezscale.billing.payout_ports import KeptFee, PayoutReceipt, PayoutState
from ezscale.billing.ports import ChargeState, Receipt
from ezscale.integrations.paypal.amounts import our_amount
from ezscale.integrations.paypal.client import PayPalClient, Row, Transactions
from ezscale.integrations.paypal.receipts import attempt_of
from ezscale.kit.errors import TemporaryFailure

CLOCKS_DIFFER, RANGE = timedelta(hours=1), timedelta(days=30)
PAYMENTS, REFUNDS, FEES, WITHDRAWALS = "T00", "T11", "T01", "T04"  # how the codes begin
SUBSCRIPTION = "SUB"
MOVED = ("S", "V")  # money that came, also when it has gone back since
DONE = "S"
PAYOUT_STATES = {"S": PayoutState.PAID, "P": PayoutState.UNDER_WAY, "D": PayoutState.FAILED, "V": PayoutState.FAILED}


class Report:
    """The report of an account, read up to `now`."""

    def __init__(self, client: PayPalClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now

    def payments_of(self, attempt_id: UUID, sent_at: datetime) -> list[str]:
        """The payments of an attempt that was sent at a moment; TemporaryFailure while there may be one all the same."""
        found, complete_until = [], sent_at
        start, end = sent_at - CLOCKS_DIFFER, min(self._now(), sent_at + RANGE)
        for page in self._client.transactions(start, max(start, end)):
            found += [row["transaction_id"] for row in page.rows if _is_payment_of(row, attempt_id)]
            complete_until = page.complete_until
        if not found:
            _require_reached(complete_until, sent_at)
        return found

    def refund_of(self, capture: Row, our_name: str) -> str:
        """The refund of a payment under our name for it, or nothing; TemporaryFailure while there may be one."""
        start, last = (datetime.fromisoformat(capture[name]) for name in ("create_time", "update_time"))
        complete_until = start
        for page in self._pages(start):
            complete_until = page.complete_until
            for row in page.rows:
                if _is(row, REFUNDS) and row.get("custom_field") == our_name:
                    return str(row["transaction_id"])
        _require_reached(complete_until, last)
        return ""

    def payments_since(self, moment: datetime) -> Iterator[Receipt]:
        """All money that came since a moment."""
        for page in self._pages(moment):
            yield from (_receipt_of(row) for row in page.rows if _has_come(row))

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """What was withdrawn to a bank since a moment."""
        for page in self._pages(moment):
            yield from (_payout_of(row) for row in page.rows if _is(row, WITHDRAWALS))

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """What was kept for no payment since a moment: in rows of its own, and of what was withdrawn."""
        for page in self._pages(moment):
            for row in page.rows:
                is_fee, costs = _is(row, FEES), row.get("fee_amount")
                if is_fee and row.get("transaction_status") == DONE:
                    yield _fee_of(row, row["transaction_amount"])
                elif _is(row, WITHDRAWALS) and row.get("transaction_status") == DONE and costs:
                    yield _fee_of(row, costs)

    def subscriptions_since(self, moment: datetime) -> Iterator[str]:
        """The subscriptions of which money came since a moment, each as often as it did."""
        for page in self._pages(moment):
            for row in page.rows:
                if _has_come(row) and row.get("paypal_reference_id_type") == SUBSCRIPTION:
                    yield str(row["paypal_reference_id"])

    def _pages(self, start: datetime) -> Iterator[Transactions]:
        until = self._now()  # time goes on while pages are read: what comes meanwhile is for the next time
        while start < until:
            end = min(until, start + RANGE)
            yield from self._client.transactions(start, end)
            start = end


def _is(row: Row, kind: str) -> bool:
    return str(row.get("transaction_event_code", "")).startswith(kind)


def _is_payment_of(row: Row, attempt_id: UUID) -> bool:
    return _is(row, PAYMENTS) and attempt_of(str(row.get("custom_field", "")))[1] == attempt_id


def _has_come(row: Row) -> bool:
    is_ours = not str(row["transaction_amount"]["value"]).startswith("-")  # we pay by PayPal, too, perhaps
    return _is(row, PAYMENTS) and row.get("transaction_status") in MOVED and is_ours


def _receipt_of(row: Row) -> Receipt:
    invoice_id, attempt_id = attempt_of(str(row.get("custom_field", "")))
    fee = row.get("fee_amount")
    return Receipt(
        state=ChargeState.SUCCEEDED,
        payment_ref=row["transaction_id"],
        amount=our_amount(row["transaction_amount"]),
        attempt_id=attempt_id,
        invoice_id=invoice_id,
        fee=-our_amount(fee) if fee else None,
    )


def _payout_of(row: Row) -> PayoutReceipt:
    state = PAYOUT_STATES.get(str(row.get("transaction_status")), PayoutState.UNDER_WAY)
    day = datetime.fromisoformat(row["transaction_initiation_date"]).date()
    return PayoutReceipt(row["transaction_id"], -our_amount(row["transaction_amount"]), day, state)


def _fee_of(row: Row, amount: Mapping[str, str]) -> KeptFee:
    return KeptFee(row["transaction_id"], -our_amount(amount), str(row["transaction_event_code"]))


def _require_reached(complete_until: datetime, moment: datetime) -> None:
    """TemporaryFailure while the report does not reach beyond a moment: what is not in it may still come."""
    if complete_until < moment + CLOCKS_DIFFER:
        wait = (moment + CLOCKS_DIFFER - complete_until).total_seconds()
        raise TemporaryFailure("PayPal's report does not reach so far yet.", retry_after=wait)
