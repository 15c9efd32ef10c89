"""Sums that are too small for the gateway: they stay open, and are charged together with the next invoice."""

from sqlmodel import col, select

from ezscale.billing.house_rules import PaymentRules
from ezscale.company.rules import rules
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice, PaymentAttempt
from ezscale.models.invoice import InvoiceStatus

ASKS = col(Invoice.total_minor) - col(Invoice.settled_minor) - col(Invoice.credited_minor)
WAITS = "It is charged together with your next invoice."


def smallest_charge(work: Work, currency: str) -> Money:
    """What the gateway charges at least."""
    return Money(rules(work, PaymentRules).smallest_charge.get(currency, 0), currency)


def to_charge(work: Work, invoice: Invoice) -> Money:
    """What is charged for an invoice: what it asks for, and what was too small before. Nothing while that is too little.

    An order asks for itself alone, since its price was shown.
    """
    if invoice.status is InvoiceStatus.DRAFT:
        return invoice.open_amount
    before = [small.open_amount for small in small_ones(work, invoice)]
    if before and _go_with_another(work, invoice):
        before = []
    asked = total([invoice.open_amount, *before], invoice.currency)
    return asked if asked.minor >= smallest_charge(work, asked.currency).minor else Money.zero(asked.currency)


def from_before(charged: Money, invoice: Invoice) -> Money:
    """How much of what is charged for an invoice pays the small sums from before."""
    return Money(max((charged - invoice.open_amount).minor, 0), charged.currency)


def small_ones(work: Work, beside: Invoice) -> list[Invoice]:
    """The other open invoices of a customer in that currency that are too small to be charged alone, oldest first."""
    small = select(Invoice).where(
        Invoice.customer_id == beside.customer_id,
        Invoice.currency == beside.currency,
        Invoice.status == InvoiceStatus.OPEN,
        col(Invoice.number).is_not(None),
        Invoice.id != beside.id,
        ASKS > 0,
        smallest_charge(work, beside.currency).minor > ASKS,
    )
    return list(work.session.exec(small.order_by(col(Invoice.id))))


def _go_with_another(work: Work, invoice: Invoice) -> bool:
    """Whether a charge for another invoice, which is under way, takes the small sums along already."""
    under_way = (
        select(PaymentAttempt.id)
        .join(Invoice, col(Invoice.id) == PaymentAttempt.live_for)
        .where(
            Invoice.customer_id == invoice.customer_id,
            Invoice.currency == invoice.currency,
            Invoice.id != invoice.id,
            col(PaymentAttempt.amount_minor) > ASKS,
        )
    )
    return work.session.exec(under_way.limit(1)).first() is not None
