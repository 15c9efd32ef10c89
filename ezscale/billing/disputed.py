"""What disputes keep from happening: which money banks have taken back, and which cards wait for their decision."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, exists, select

from ezscale.kit.work import Work
from ezscale.models import Dispute, PaymentMethod
from ezscale.models.dispute import TAKEN, UNDECIDED, DisputeStatus


def taken_by_banks(work: Work, payment_ids: Collection[UUID]) -> dict[UUID, int]:
    """How much of each payment its bank has, in minor units; none of those that it has given back."""
    taken = (
        select(Dispute.payment_id, func.sum(col(Dispute.amount_minor)))
        .where(col(Dispute.payment_id).in_(payment_ids), col(Dispute.status).in_(TAKEN))
        .group_by(col(Dispute.payment_id))
    )
    return {payment_id: int(minor) for payment_id, minor in work.session.exec(taken)}


def in_dispute(work: Work, payment_ids: Collection[UUID]) -> set[UUID]:
    """The payments of which nothing can be refunded, because a bank has not decided about them."""
    disputed = select(Dispute.payment_id).where(
        col(Dispute.payment_id).in_(payment_ids), Dispute.status == DisputeStatus.OPEN
    )
    return set(work.session.exec(disputed))


def is_questioned() -> ColumnElement[bool]:
    """For queries: whether a bank has not decided yet about what a card had paid."""
    return exists().where(col(Dispute.method_id) == col(PaymentMethod.id), col(Dispute.status).in_(UNDECIDED))
