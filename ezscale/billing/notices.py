"""Messages from the gateway: stored once, answered at once, and never believed without asking back."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, select

from ezscale.billing.cards import look_at_card
from ezscale.billing.cases import open_case
from ezscale.billing.checkout import confirm_checkout
from ezscale.billing.disputes import book_dispute
from ezscale.billing.events import NoticeReceived
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.old_subscriptions import stop_old_subscription
from ezscale.billing.payments import book_receipt
from ezscale.billing.ports import About, Notice, PaymentGateway
from ezscale.billing.refunds import book_refund
from ezscale.kit.bulk import insert_many
from ezscale.kit.database import table_of
from ezscale.kit.ids import new_ids
from ezscale.kit.paging import in_blocks
from ezscale.kit.work import OpenWork, Work
from ezscale.models import InboundNotice

LOOKS_BACK = timedelta(days=3)  # as long as gateways try to deliver one
BLOCK = 100
NOTICES = table_of(InboundNotice)
STORED = sqlalchemy.select(NOTICES.c.event_id, NOTICES.c.id).where(
    NOTICES.c.vendor == bindparam("of_vendor"), NOTICES.c.event_id.in_(bindparam("event_ids", expanding=True))
)


def take_notice(work: Work, vendor: str, notice: Notice, body: str, *, live: bool) -> None:
    """Store a verified message; a copy of a known one changes nothing. `live` is the mode that we are in."""
    take_notices(work, vendor, [(notice, body)], live=live)


def take_notices(work: Work, vendor: str, messages: Sequence[tuple[Notice, str]], *, live: bool) -> None:
    """The same for many at once, copies of one another among them."""
    ids = new_ids()
    fresh = {notice.event_id[:120]: (next(ids), notice, body) for notice, body in messages}
    rows = [
        {
            "id": notice_id,
            "vendor": vendor,
            "event_id": event_id,
            "kind": notice.kind[:80],
            "about": notice.about,
            "subject_ref": notice.subject_ref[:120],
            "live": notice.live,
            "payload": body,
            "received_at": work.now,
            "handled_at": None,
        }
        for event_id, (notice_id, notice, body) in sorted(fresh.items())
    ]
    insert_many(work.session.connection(), NOTICES, rows, leave_known=True)
    received = list[NoticeReceived]()
    known = {"of_vendor": vendor, "event_ids": list(fresh)}
    for event_id, stored_as in work.session.connection().execute(STORED, known):
        notice_id, notice, _ = fresh[event_id]
        if stored_as != notice_id:
            continue
        if notice.live is not live:
            open_case(work, "wrong_mode", event_id, None, {"vendor": vendor, "kind": notice.kind})
        else:
            received.append(NoticeReceived(notice_id))
    work.emit_all(received)


def poll_notices(open_work: OpenWork, gateway: PaymentGateway) -> None:
    """Take the messages whose webhooks were lost: those of the last days that nothing else would tell us of."""
    with open_work() as work:
        since = work.now - LOOKS_BACK
    for block in in_blocks(gateway.notices_since(since), BLOCK):
        with open_work() as work:
            taken = select(InboundNotice.event_id).where(
                InboundNotice.vendor == gateway.name,
                col(InboundNotice.event_id).in_([notice.event_id for notice, _ in block]),
            )
            known = set(work.session.exec(taken))
            for notice, body in block:
                if notice.event_id not in known:
                    take_notice(work, gateway.name, notice, body, live=notice.live)  # of our own key, so of our mode


def handle_notice(open_work: OpenWork, gateways: Gateways, notice_id: UUID) -> None:
    """Ask the gateway afresh about whatever a message was about, and book what it says."""
    with open_work() as work:
        notice = work.session.get_one(InboundNotice, notice_id)
        if notice.handled_at is not None:
            return
    gateway = gateway_of(gateways, notice.vendor)
    match notice.about:
        case About.PAGE:
            confirm_checkout(open_work, gateway, notice.subject_ref)
        case About.PAYMENT:
            receipt = gateway.read_payment(notice.subject_ref)
            with open_work() as work:
                book_receipt(work, gateway.name, receipt)
        case About.REFUND:
            gone = gateway.read_refund(notice.subject_ref)
            with open_work() as work:
                book_refund(work, gateway.name, gone)
        case About.DISPUTE:
            _hear_of_dispute(open_work, gateway, notice.subject_ref)
        case About.CARD:
            look_at_card(open_work, gateway, notice.subject_ref)
        case About.OLD_SUBSCRIPTION if notice.subject_ref:
            stop_old_subscription(open_work, gateway, notice.subject_ref)
        case _:
            pass
    with open_work() as work:
        work.session.get_one(InboundNotice, notice_id).handled_at = work.now


def _hear_of_dispute(open_work: OpenWork, gateway: PaymentGateway, dispute_ref: str) -> None:
    """A bank can be faster than the news of the payment: that is asked for first."""
    dispute = gateway.read_dispute(dispute_ref)
    payment = gateway.read_payment(dispute.payment_ref) if dispute.payment_ref else None
    with open_work() as work:
        if payment is not None:
            book_receipt(work, gateway.name, payment)
        book_dispute(work, gateway.name, dispute)
