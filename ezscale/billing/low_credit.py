"""Credit that was spent: whoever has agreed to automatic top-ups may need one now."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.events import CreditSpent
from ezscale.kit.work import Work
from ezscale.models import AutoTopUp
from ezscale.models.top_up import AutoTopUpStatus


def spendings(work: Work, customer_ids: Collection[UUID]) -> list[CreditSpent]:
    """What the house should hear when these customers have spent credit; nothing of those who have agreed to nothing."""
    agreed = select(AutoTopUp.customer_id).where(
        col(AutoTopUp.customer_id).in_(customer_ids), AutoTopUp.status == AutoTopUpStatus.ON
    )
    return [CreditSpent(customer_id) for customer_id in work.session.exec(agreed.order_by(col(AutoTopUp.id)))]
