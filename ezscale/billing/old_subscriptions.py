"""Subscriptions that an earlier system has left at a gateway, where they still bill our customers by themselves.

We never make any. One shows itself when it takes money, or when the gateway tells of it: then it is ended there, once we know
whose it is, and there is a case. What it has taken is stray money, which the comparison finds.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.cases import is_case, open_case
from ezscale.billing.ports import OldSubscription, PaymentGateway
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.work import OpenWork, Work
from ezscale.models import BillingCase, Membership, PaymentMethod, User
from ezscale.models.customer import MemberRole

OURS, OF_NOBODY = "old_subscription", "old_subscription_of_nobody"  # cases
LOOKS_BACK = timedelta(days=4)
ENDED = "It was ended there. Send back what it has taken beside our own invoices."
BEING_ENDED = "It is being ended there. End it by hand if it still bills tomorrow."
ASK = "We know nobody who pays with it, and let it be. End it there if an earlier system of ours has made it."


def stop_old_subscriptions(open_work: OpenWork, gateway: PaymentGateway) -> Tally:
    """End what has billed by itself in the last days, and what could not be ended before. Again, it finds nothing more.

    TemporaryFailure, once all were tried, where the gateway has not answered for one: that one waits.
    """
    unanswered: TemporaryFailure | None = None
    with reported(open_work, f"old subscriptions {gateway.name}") as tally:
        with open_work() as work:
            since, waiting = work.now - LOOKS_BACK, list(_waiting(work, gateway.name))
        for ref in dict.fromkeys([*waiting, *gateway.old_subscriptions_since(since)]):
            try:
                if stop_old_subscription(open_work, gateway, ref):
                    tally.count("ended")
            except (Rejected, TemporaryFailure) as trouble:
                tally.put_aside(ref, trouble)
                unanswered = trouble if isinstance(trouble, TemporaryFailure) else unanswered
        if unanswered is not None:
            raise unanswered
    return tally


def stop_old_subscription(open_work: OpenWork, gateway: PaymentGateway, ref: str) -> bool:
    """End one that still bills one of our customers, and make sure; returns whether it had to be ended.

    The case is there before the gateway is asked, so that one whose answer is lost is not forgotten.
    """
    found = gateway.read_old_subscription(ref)
    with open_work() as work:
        payer = _payer(work, gateway.name, found) if found is not None else None
        known = is_case(work, OURS, ref)
        if found is not None and found.bills:
            kind, cure = (OURS, BEING_ENDED) if payer else (OF_NOBODY, ASK)
            open_case(work, kind, ref, payer, {"subscription": ref, "gateway": gateway.name, "what to do": cure})
    if found is not None and found.bills and payer is not None:
        gateway.end_old_subscription(ref)
        after = gateway.read_old_subscription(ref)
        if after is not None and after.bills:
            raise UnknownOutcome(f"{gateway.name} has not ended {ref}.")
    elif not known:
        return False
    with open_work() as work:
        return _note_end(work, ref)


def _payer(work: Work, gateway: str, found: OldSubscription) -> UUID | None:
    """Who is billed: by the wallet that they pay us with, too, or by an address that they have proved to be theirs."""
    theirs = select(PaymentMethod.customer_id).where(
        PaymentMethod.gateway == gateway, PaymentMethod.fingerprint == found.payer
    )
    if found.payer and (customer_id := work.session.exec(theirs.limit(1)).first()):
        return customer_id
    by_address = (
        select(Membership.customer_id)
        .join(User, col(User.id) == Membership.user_id)
        .where(
            User.email == found.email.lower(),
            col(User.email_verified_at).is_not(None),
            Membership.role == MemberRole.OWNER,
        )
    )
    matches = work.session.exec(by_address.limit(2)).all() if found.email else []
    return matches[0] if len(matches) == 1 else None


def _note_end(work: Work, ref: str) -> bool:
    case = work.session.exec(select(BillingCase).where(BillingCase.once_key == f"{OURS}:{ref}").with_for_update()).one()
    if case.facts["what to do"] != BEING_ENDED:
        return False
    case.facts = {**case.facts, "what to do": ENDED}
    work.session.add(case)
    return True


def _waiting(work: Work, gateway: str) -> Iterator[str]:
    told = select(BillingCase).where(BillingCase.kind == OURS, col(BillingCase.closed_at).is_(None))
    for case in work.session.exec(told):
        if case.facts["gateway"] == gateway and case.facts["what to do"] == BEING_ENDED:
            yield case.facts["subscription"]
