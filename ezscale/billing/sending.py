"""Sending charges of kept cards: what speaks against it is asked first, and that they go is written down before they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Row, bindparam
from sqlmodel import col, select

from ezscale.billing.disputed import is_questioned
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.invoicing import free_invoices_paid_by
from ezscale.billing.payers import first_name
from ezscale.billing.ports import Charge
from ezscale.billing.to_pay import ToPay, described, is_wanted, locked_with_what_it_pays
from ezscale.billing.topped_up import fail_top_up
from ezscale.kit.database import table_of
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Invoice, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger

WAITED_FOR = timedelta(days=1)  # by later charges of the same customer
ANSWERED_BY = timedelta(minutes=1)
EARLIER_FIRST = 2.0  # seconds until a later charge looks again


@dataclass(frozen=True, slots=True)
class Going:
    """A charge that goes to its gateway. `sent_at` is when it was sent, if that is too long ago for its key to be known."""

    gateway: str
    charge: Charge
    sent_at: datetime | None = None


def send(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> Going | None:
    """Write down that a charge goes to its gateway; None when it shall not, or is over.

    TemporaryFailure while an earlier charge of the same customer is under way.
    """
    with open_work() as work:
        attempt, wanted = locked_with_what_it_pays(work, attempt_id)
        if attempt.gateway not in gateways and attempt.status is AttemptStatus.CREATED:
            attempt.fail("not_connected", work.now)  # another way of paying must not wait for this one
            return None
        if not attempt.is_live or attempt.method_id is None:
            return None
        if not is_wanted(wanted) and attempt.status is AttemptStatus.CREATED:
            attempt.fail("not_needed", work.now)
            return None
        card = _cards_of(work, [attempt])[attempt.id]
        if attempt.status is AttemptStatus.CREATED and card.is_questioned:
            attempt.fail("disputed", work.now)
            if isinstance(wanted, TopUp):
                fail_top_up(work, wanted, "a payment of yours is disputed")
            return None
        key_lives = gateway_of(gateways, attempt.gateway).key_lives
        is_forgotten = attempt.sent_at is not None and work.now - attempt.sent_at > key_lives
        sent_at = attempt.sent_at if is_forgotten else None
        if attempt.status is AttemptStatus.CREATED:
            if card.has_earlier:
                raise TemporaryFailure("An earlier charge of this customer comes first", retry_after=EARLIER_FIRST)
            attempt.send(work.now)
        else:  # somebody else may be asking just now, or have asked and died: only the gateway knows
            attempt.lose_sight()
        return _going(attempt, wanted, card, sent_at)


def send_together(open_work: OpenWork, gateways: Gateways, attempt_ids: Sequence[UUID]) -> dict[UUID, Going]:
    """Write down at once that several charges for invoices go to their gateways, each only if nothing speaks against it.

    Those that are left out, because of that or because somebody else is at them, are for `send`. Whoever dies before all
    have gone leaves charges that may have gone, as at any other moment.
    """
    going: dict[UUID, Going] = {}
    with open_work() as work:
        customers: set[UUID] = set()
        for attempt, wanted, card in _unsent(work, attempt_ids):
            if attempt.gateway in gateways and is_wanted(wanted) and not (card.is_questioned or card.has_earlier):
                if wanted.customer_id not in customers:
                    attempt.send(work.now)
                    going[attempt.id] = _going(attempt, wanted, card)
                customers.add(wanted.customer_id)
    return going


def charge_of(attempt: PaymentAttempt, wanted: ToPay, payer_ref: str, card_ref: str = "") -> Charge:
    """An attempt in the gateway's terms."""
    return Charge(
        key=attempt.key,
        attempt_id=attempt.id,
        invoice_id=wanted.id,
        amount=attempt.amount,
        payer_ref=payer_ref,
        description=described(wanted, attempt.amount),
        card_ref=card_ref,
        keeps_card=attempt.trigger is AttemptTrigger.CHECKOUT,
        reserves=attempt.reserves,
    )


def _going(attempt: PaymentAttempt, wanted: ToPay, card: Row[Any], sent_at: datetime | None = None) -> Going:
    return Going(attempt.gateway, charge_of(attempt, wanted, card.payer_ref or "", card.gateway_ref), sent_at)


def _unsent(work: Work, attempt_ids: Sequence[UUID]) -> Iterator[tuple[PaymentAttempt, Invoice, Row[Any]]]:
    """Those of these attempts that nobody has sent or is at, oldest first; the invoices that they pay, and their cards."""
    invoices = {invoice.id: invoice for invoice in free_invoices_paid_by(work, attempt_ids)}
    these = {"attempt_ids": attempt_ids, "invoice_ids": list(invoices)}
    attempts = work.session.exec(UNSENT, params=these).all() if invoices else []
    cards = _cards_of(work, attempts) if attempts else {}
    for attempt in attempts:
        if attempt.invoice_id in invoices and attempt.id in cards:
            yield attempt, invoices[attempt.invoice_id], cards[attempt.id]


def _cards_of(work: Work, attempts: Sequence[PaymentAttempt]) -> dict[UUID, Row[Any]]:
    """What each attempt charges, and what speaks against doing it now."""
    about = {"attempt_ids": [attempt.id for attempt in attempts]}
    since = {"created_after": work.now - WAITED_FOR, "sent_after": work.now - ANSWERED_BY}
    return {row.id: row for row in work.session.connection().execute(TO_BE_CHARGED, about | since)}


# Put together once: every charge needs them.
UNSENT = (
    select(PaymentAttempt)
    .where(
        col(PaymentAttempt.id).in_(bindparam("attempt_ids", expanding=True)),
        col(PaymentAttempt.invoice_id).in_(bindparam("invoice_ids", expanding=True)),
        PaymentAttempt.status == AttemptStatus.CREATED,
    )
    .order_by(col(PaymentAttempt.id))
    .with_for_update()
    .execution_options(populate_existing=True)
)
THIS, CARDS = table_of(PaymentAttempt).alias("this"), table_of(PaymentMethod)
# What a customer was to be charged for earlier comes first. One that makes no progress holds nobody up for long.
WAITS = (col(PaymentAttempt.status) == AttemptStatus.CREATED) & (
    col(PaymentAttempt.created_at) > bindparam("created_after")
)
IS_ASKED = (col(PaymentAttempt.status) == AttemptStatus.SENT) & (col(PaymentAttempt.sent_at) > bindparam("sent_after"))
EARLIER = (
    select(PaymentAttempt.id)
    .join(Invoice, col(Invoice.id) == PaymentAttempt.live_for)
    .where(
        Invoice.customer_id == CARDS.c.customer_id,
        col(PaymentAttempt.id) < THIS.c.id,
        col(PaymentAttempt.trigger).not_in(ON_A_PAGE),
        WAITS | IS_ASKED,
    )
)
TO_BE_CHARGED = (
    sqlalchemy.select(
        THIS.c.id,
        CARDS.c.gateway_ref,
        is_questioned().label("is_questioned"),
        first_name(CARDS.c.customer_id, THIS.c.gateway).scalar_subquery().label("payer_ref"),
        EARLIER.exists().label("has_earlier"),
    )
    .select_from(THIS.join(CARDS, CARDS.c.id == THIS.c.method_id))
    .where(THIS.c.id.in_(bindparam("attempt_ids", expanding=True)))
)
