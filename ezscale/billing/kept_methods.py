"""Comparing what gateways keep for our customers with what we know: nothing that we have removed, or that nobody needs.

A mandate outlives its reason when an answer was lost, or when everything of a customer has ended. Where a bank has renewed
a card, and the news of it was lost, its new date is taken over. Each customer is looked at once in a while, a part of them
each night.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, or_, select

from ezscale.billing.cards import take_over
from ezscale.billing.cases import is_case, open_case
from ezscale.billing.ports import Card, PaymentGateway
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import Rejected
from ezscale.kit.work import OpenWork, Work
from ezscale.models import AutoTopUp, Customer, Invoice, KnownPayer, PaymentMethod, Service, Subscription
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.models.top_up import AutoTopUpStatus

STILL_KEPT, FOR_NOBODY = "still_kept", "kept_for_nobody"  # cases
AGAIN_AFTER = timedelta(days=30)
A_NIGHT = 2000  # payers: each is a request
BLOCK = 100
IDLE_FOR = timedelta(days=90)
SETTLED = timedelta(hours=1)  # so long after we have removed it, nobody is just telling the gateway so
OVER = (SubscriptionStatus.ENDED, SubscriptionStatus.EXPIRED)
FORGOTTEN_AGAIN = "It was forgotten there just now. Look again tomorrow, and remove it by hand if it is still there."
ASK_THEM = "Ask them whether we may keep it. If not, they remove it under Payment methods, or you at the gateway."


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is still kept of a customer and should not be: the refs to forget, and those that are for nobody."""

    removed: list[PaymentMethod]
    for_nobody: list[PaymentMethod]


def compare_kept_methods(open_work: OpenWork, gateway: PaymentGateway) -> Tally:
    """Look at the next customers, those that were not looked at for longest first.

    What its bank has renewed is renewed here, too. What we have removed is forgotten once more, and is a case; so is what
    is kept of somebody who has had nothing of ours for three months. Running it again looks at others.
    """
    with reported(open_work, f"kept methods {gateway.name}") as tally:
        with open_work() as work:
            since, left = work.now - AGAIN_AFTER, A_NIGHT
        while left > 0 and (block := _next(open_work, gateway.name, since, min(BLOCK, left))):
            for payer in block:
                _compare(open_work, gateway, payer, tally)
            left -= len(block)
    return tally


def _compare(open_work: OpenWork, gateway: PaymentGateway, payer: KnownPayer, tally: Tally) -> None:
    try:
        kept = {card.ref: card for card in gateway.kept_of(payer.ref)}
    except Rejected as refusal:  # the others are looked at all the same; a gateway that is away ends the run
        tally.put_aside(payer.ref, refusal)
        kept = {}
    with open_work() as work:
        work.session.get_one(KnownPayer, payer.id).looked_at = work.now
        known = _known(work, gateway.name, payer.customer_id, kept)
        if renewed := sum(take_over(work, method, kept[method.gateway_ref]) for method in known):
            tally.count("renewed", renewed)
        found = _should_not_be(work, payer.customer_id, known)
        for method in found.removed:
            removed_on = f"{method.removed_at:%Y-%m-%d}" if method.removed_at else ""
            _tell(work, STILL_KEPT, method, f"We removed it on {removed_on}", FORGOTTEN_AGAIN, tally)
        for method in found.for_nobody:
            cause = f"They have had nothing of ours for {IDLE_FOR.days} days"
            _tell(work, FOR_NOBODY, method, cause, ASK_THEM, tally)
    for method in found.removed:
        gateway.forget_card(method.gateway_ref)
        tally.count("forgotten")
    tally.count("looked at")


def _known(work: Work, gateway: str, customer_id: UUID, kept: dict[str, Card]) -> list[PaymentMethod]:
    known = select(PaymentMethod).where(
        PaymentMethod.gateway == gateway,
        PaymentMethod.customer_id == customer_id,
        col(PaymentMethod.gateway_ref).in_(kept),
    )
    in_turn = known.order_by(col(PaymentMethod.id)).with_for_update()
    return list(work.session.exec(in_turn)) if kept else []


def _should_not_be(work: Work, customer_id: UUID, methods: list[PaymentMethod]) -> _Kept:
    removed = [each for each in methods if each.removed_at is not None and each.removed_at < work.now - SETTLED]
    kept = [each for each in methods if each.removed_at is None and each.added_at < work.now - IDLE_FOR]
    return _Kept(removed, kept if kept and _is_idle(work, customer_id) else [])


def _is_idle(work: Work, customer_id: UUID) -> bool:
    """Whether nothing of theirs runs, renews, is owed, or was billed lately, and no credit is topped up by itself."""
    since = work.now - IDLE_FOR
    alive = (
        select(Service.id).where(
            Service.customer_id == customer_id,
            col(Service.status).not_in((ServiceStatus.TERMINATED, ServiceStatus.EXPIRED)),
        ),
        select(Subscription.id).where(Subscription.customer_id == customer_id, col(Subscription.status).not_in(OVER)),
        select(Invoice.id).where(
            Invoice.customer_id == customer_id,
            or_(Invoice.status == InvoiceStatus.OPEN, Invoice.created_at >= since),
        ),
        select(AutoTopUp.id).where(AutoTopUp.customer_id == customer_id, AutoTopUp.status != AutoTopUpStatus.OFF),
        select(Customer.id).where(Customer.id == customer_id, Customer.created_at >= since),
    )
    return all(work.session.exec(each.limit(1)).first() is None for each in alive)


def _tell(work: Work, kind: str, method: PaymentMethod, cause: str, cure: str, tally: Tally) -> None:
    if is_case(work, kind, method.id.hex):
        return
    facts = {"method": method.label, "gateway": method.gateway, "why": cause, "what to do": cure}
    open_case(work, kind, method.id.hex, method.customer_id, facts)
    tally.count(kind)


def _next(open_work: OpenWork, gateway: str, since: datetime, limit: int) -> list[KnownPayer]:
    with open_work() as work:
        due = select(KnownPayer).where(
            KnownPayer.gateway == gateway,
            or_(col(KnownPayer.looked_at).is_(None), col(KnownPayer.looked_at) < since),
        )
        first = (col(KnownPayer.looked_at).is_not(None), col(KnownPayer.looked_at), col(KnownPayer.id))
        return list(work.session.exec(due.order_by(*first).limit(limit)))
