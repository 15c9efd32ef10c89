"""What gateways pay out to our bank, and keep for themselves: read each night and booked once, however often it is read."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.cases import open_case
from ezscale.billing.payout_ports import KeptFee, PayoutReceipt, PayoutState
from ezscale.billing.ports import PaymentGateway
from ezscale.company.runs import Tally, reported
from ezscale.kit.money import Money, circulating
from ezscale.kit.paging import in_blocks, page_of
from ezscale.kit.work import OpenWork, Work
from ezscale.models import GatewayBalance, LedgerEntry, Payment, Payout
from ezscale.models.payout import PayoutStatus

LOOKS_BACK = timedelta(days=14)  # so long after a bank had it, a payout may come back
BEFORE_THE_FIRST = timedelta(days=1)
BLOCK, PAGE = 500, 200


def book_payouts(open_work: OpenWork, gateway: PaymentGateway) -> Tally:
    """Book what a gateway has paid out and kept since we last looked. Running it again finds nothing more.

    What cannot be booked is a case, and so is a payout that has come back.
    """
    with reported(open_work, f"payouts {gateway.name}") as tally:
        with open_work() as work:
            since = _since(work, gateway.name)
        for receipt in gateway.payouts_since(since):
            with tally.apart(receipt.ref), open_work() as work:
                if _book_payout(work, gateway.name, receipt):
                    tally.count(receipt.state)
        for block in in_blocks(gateway.fees_since(since), BLOCK):
            with open_work() as work:
                new = _not_booked(work, gateway.name, block)
            for fee in new:
                with tally.apart(fee.ref), open_work() as work:
                    _book_fee(work, gateway.name, fee)
                    tally.count("fees")
    return tally


def payouts(work: Work, *, status: str = "", before: UUID | None = None, limit: int = PAGE) -> list[Payout]:
    """What was paid out, the latest to arrive first; of one status, where it is named. Staff only.

    `before` is the last id of a page.
    """
    work.actor.require(SEE_EVERYTHING)
    found = select(Payout)
    if status:
        found = found.where(Payout.status == status)
    page = page_of(found, col(Payout.id), before=before, limit=limit, by=col(Payout.arrives_on))
    return list(work.session.exec(page))


def booked_as(payout_id: UUID) -> str:
    """The name of the ledger's entry for a payout."""
    return f"payout:{payout_id.hex}"


def came_back_as(payout_id: UUID) -> str:
    """The name of the ledger's entry for a payout that is with its gateway again."""
    return f"payout-back:{payout_id.hex}"


def _since(work: Work, gateway: str) -> datetime:
    """A while before we last looked; the very first time, from the first payment on."""
    looked_at = work.session.exec(
        select(func.max(GatewayBalance.looked_at)).where(GatewayBalance.gateway == gateway)
    ).one()
    if looked_at is not None:
        return looked_at - LOOKS_BACK
    first = work.session.exec(select(func.min(Payment.received_at)).where(Payment.gateway == gateway)).one()
    return first - BEFORE_THE_FIRST if first is not None else work.now - LOOKS_BACK


def _book_payout(work: Work, gateway: str, receipt: PayoutReceipt) -> bool:
    """Bring our books to what the gateway says of one payout: whether that was news."""
    known = select(Payout).where(Payout.gateway == gateway, Payout.gateway_ref == receipt.ref).with_for_update()
    payout = work.session.exec(known).first()
    if not _is_bookable(receipt.amount) or (payout is not None and payout.amount != receipt.amount):
        booked = str(payout.amount) if payout is not None else ""
        facts = {"gateway": gateway, "payout": receipt.ref, "amount": _words(receipt.amount), "booked": booked}
        open_case(work, "wrong_payout", f"{gateway} {receipt.ref}", None, facts)
        return False
    is_new = payout is None
    payout = payout or _begin(work, gateway, receipt)
    was = payout.status
    payout.arrives_on = receipt.arrives_on
    if receipt.state is PayoutState.PAID and payout.status is PayoutStatus.UNDER_WAY:
        payout.arrive()
    elif receipt.state is PayoutState.FAILED and not payout.has_come_back:
        payout.fail(work.now)
        _take_back(work, payout)
        facts = {"gateway": gateway, "payout": receipt.ref, "amount": str(payout.amount)}
        open_case(work, "payout_failed", payout.id.hex, None, facts)
    elif receipt.state is PayoutState.CANCELED and not payout.has_come_back:
        payout.cancel(work.now)
        _take_back(work, payout)
    work.session.add(payout)
    return is_new or payout.status is not was


def _begin(work: Work, gateway: str, receipt: PayoutReceipt) -> Payout:
    """It has left the gateway, whatever becomes of it."""
    payout = Payout(
        gateway=gateway,
        gateway_ref=receipt.ref,
        currency=receipt.amount.currency,
        amount_minor=receipt.amount.minor,
        arrives_on=receipt.arrives_on,
        booked_at=work.now,
    )
    work.session.add(payout)
    sides = [(ledger.BANK, payout.amount), (ledger.clearing(gateway), -payout.amount)]
    ledger.book(work, "payout", booked_as(payout.id), sides)
    return payout


def _take_back(work: Work, payout: Payout) -> None:
    ledger.reverse(work, "payout_came_back", booked_as(payout.id), came_back_as(payout.id))


def _not_booked(work: Work, gateway: str, told: Sequence[KeptFee]) -> list[KeptFee]:
    names = [_kept_as(gateway, fee) for fee in told]
    known: Collection[str] = set(
        work.session.exec(select(LedgerEntry.once_key).where(col(LedgerEntry.once_key).in_(names)))
    )
    return [fee for fee, name in zip(told, names, strict=True) if name not in known]


def _book_fee(work: Work, gateway: str, fee: KeptFee) -> None:
    if not _is_bookable(fee.amount):
        facts = {"gateway": gateway, "fee": fee.ref, "amount": _words(fee.amount), "what": fee.what}
        open_case(work, "wrong_fee", f"{gateway} {fee.ref}", None, facts)
        return
    sides = [(ledger.fees(gateway), fee.amount), (ledger.clearing(gateway), -fee.amount)]
    ledger.book(work, "fee_kept", _kept_as(gateway, fee), sides)
    work.record("fee of a gateway booked", gateway=gateway, fee=fee.ref, amount=str(fee.amount), what=fee.what)


def _kept_as(gateway: str, fee: KeptFee) -> str:
    return f"fee-kept:{gateway}:{fee.ref}"


def _is_bookable(amount: Money) -> bool:
    """A sum that there is, in a currency that there is: all else is for a person to understand."""
    return amount.minor > 0 and amount.currency in circulating()


def _words(amount: Money) -> str:
    """Also where nobody knows how many decimals there are."""
    return str(amount) if amount.currency in circulating() else f"{amount.minor} {amount.currency}"
