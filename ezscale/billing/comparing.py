"""Comparing what we have booked with what the gateway has taken: each night, whatever its answers and webhooks have said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from ezscale.billing.cases import is_case, open_case
from ezscale.billing.payments import STRAY, book_receipt
from ezscale.billing.ports import ChargeState, PaymentGateway, Receipt
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import Rejected
from ezscale.kit.money import Money
from ezscale.kit.paging import in_blocks
from ezscale.kit.work import OpenWork
from ezscale.models import Payment

LOOKS_BACK = timedelta(days=3)
OLDER = timedelta(days=1)  # a payment page lives so long before somebody pays on it
BLOCK = 500


def compare_payments(open_work: OpenWork, gateway: PaymentGateway) -> Tally:
    """Compare the last days. Running it again finds nothing more.

    Money that was taken and is not booked is booked now; where it is of no attempt of ours, or the sums are not the
    same, or we have booked what was never taken, there is a case.
    """
    with reported(open_work, "comparison") as tally:
        with open_work() as work:
            since = work.now - LOOKS_BACK
        taken: set[str] = set()
        for block in in_blocks(gateway.payments_since(since - OLDER), BLOCK):
            taken.update(receipt.payment_ref for receipt in block)
            booked = _booked(open_work, gateway, [receipt.payment_ref for receipt in block])
            for receipt in block:
                with tally.apart(receipt.payment_ref):
                    _compare(open_work, gateway, receipt, booked.get(receipt.payment_ref), tally)
        for ref, amount in _booked_since(open_work, gateway, since):
            if ref not in taken:
                with tally.apart(ref):
                    _look_for(open_work, gateway, ref, amount, tally)
    return tally


def _compare(
    open_work: OpenWork, gateway: PaymentGateway, receipt: Receipt, booked: Money | None, tally: Tally
) -> None:
    if booked == receipt.amount:
        return
    if booked is None:
        with open_work() as work:
            if is_case(work, STRAY, receipt.payment_ref):
                return
            book_receipt(work, gateway.name, receipt)
        tally.count("found")
        tally.add(receipt.amount)
        return
    facts = {"booked": str(booked), "taken": str(receipt.amount)}
    _tell(open_work, gateway, "wrong_sum", receipt.payment_ref, facts, tally)


def _look_for(open_work: OpenWork, gateway: PaymentGateway, ref: str, booked: Money, tally: Tally) -> None:
    """What is not in the list may be older than it: the gateway is asked about it by name."""
    try:
        receipt = gateway.read_payment(ref)
    except Rejected as refusal:
        if refusal.status != 404:
            raise
        receipt = None
    if receipt is not None and receipt.state is ChargeState.SUCCEEDED:
        _compare(open_work, gateway, receipt, booked, tally)
        return
    _tell(open_work, gateway, "payment_without_money", ref, {"booked": str(booked)}, tally)


def _tell(
    open_work: OpenWork, gateway: PaymentGateway, kind: str, ref: str, facts: dict[str, str], tally: Tally
) -> None:
    with open_work() as work:
        if is_case(work, kind, ref):
            return
        booked = select(Payment).where(Payment.gateway == gateway.name, Payment.gateway_ref == ref)
        payment = work.session.exec(booked).one()
        open_case(work, kind, ref, payment.customer_id, {**facts, "payment": ref})
    tally.count(kind)


def _booked(open_work: OpenWork, gateway: PaymentGateway, refs: Sequence[str]) -> dict[str, Money]:
    with open_work() as work:
        known = select(Payment.gateway_ref, Payment.amount_minor, Payment.currency).where(
            Payment.gateway == gateway.name, col(Payment.gateway_ref).in_(refs)
        )
        return {ref: Money(minor, currency) for ref, minor, currency in work.session.exec(known)}


def _booked_since(open_work: OpenWork, gateway: PaymentGateway, since: datetime) -> list[tuple[str, Money]]:
    with open_work() as work:
        ours = select(Payment.gateway_ref, Payment.amount_minor, Payment.currency).where(
            Payment.gateway == gateway.name, Payment.received_at >= since, col(Payment.taken_back_at).is_(None)
        )
        return [(ref, Money(minor, currency)) for ref, minor, currency in work.session.exec(ours)]
