"""Disputes as a screen shows them."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.disputes import Disputed
from ezscale.models import Dispute, Payment
from ezscale.state.reader import Reader

DASHBOARDS = {  # where evidence is sent from
    "stripe": "https://dashboard.stripe.com/payments/{payment}",
    "paypal": "https://www.paypal.com/activity/payment/{payment}",
}


@dataclass
class DisputeView:
    """A dispute of a payment. `came_of_it` is what became of the money, where that is decided."""

    id: str
    opened: str
    due: str
    reason: str
    amount: str
    fee: str
    status: str
    came_of_it: str
    dashboard: str

    @classmethod
    def of(cls, dispute: Dispute, payment: Payment, reader: Reader) -> Self:
        """As it stands, with the page of the gateway on which evidence is sent."""
        return cls(
            id=str(dispute.id),
            opened=reader.moment(dispute.opened_at),
            due=reader.moment(dispute.answer_by) if dispute.is_undecided else "",
            reason=dispute.reason.capitalize(),
            amount=reader.money(dispute.amount),
            fee=reader.money(dispute.fee) if dispute.fee else "",
            status=dispute.status.value,
            came_of_it=f"{reader.money(dispute.owed)} is owed again" if dispute.owed else "",
            dashboard=DASHBOARDS.get(dispute.gateway, "").format(payment=payment.gateway_ref),
        )


@dataclass
class DisputeRow:
    """A dispute on one line, with whose it is and what it is about."""

    id: str
    dispute: DisputeView
    invoice: str
    invoice_id: str
    customer: str
    customer_id: str

    @classmethod
    def of(cls, found: Disputed, reader: Reader) -> Self:
        """A dispute with the names around it."""
        return cls(
            id=str(found.dispute.id),
            dispute=DisputeView.of(found.dispute, found.payment, reader),
            invoice=(found.invoice.shown_number if found.invoice else "") or "Draft",
            invoice_id=str(found.invoice.id) if found.invoice else "",
            customer=found.customer.company or found.customer.name,
            customer_id=str(found.customer.id),
        )
