"""Account credit: money a customer has with us."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import CreditEntry, Customer, Invoice


def credit_balance(work: Work, customer_id: UUID, currency: str) -> Money:
    """What is left of a customer's credit in one currency."""
    return Money(credit_balances(work, [customer_id]).get((customer_id, currency), 0), currency)


def credit_balances(work: Work, customer_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """Minor units by customer and currency, for those who have any."""
    sums = (
        select(CreditEntry.customer_id, CreditEntry.currency, func.sum(CreditEntry.amount_minor))
        .where(col(CreditEntry.customer_id).in_(customer_ids))
        .group_by(col(CreditEntry.customer_id), col(CreditEntry.currency))
    )
    return {(customer_id, currency): int(left) for customer_id, currency, left in work.session.exec(sums) if left}


def lock_customers(work: Work, customer_ids: Collection[UUID]) -> None:
    """Hold these customers' credit until the transaction ends, always in the same order."""
    work.session.execute(
        select(Customer.id).where(col(Customer.id).in_(customer_ids)).order_by(col(Customer.id)).with_for_update()
    ).all()


def keep_as_credit(work: Work, customer_id: UUID, amount: Money, reason: str, once_key: str, source: str) -> None:
    """Money that came and belongs to no invoice becomes the customer's credit; `source` is the account it is on."""
    work.session.add(
        CreditEntry(
            customer_id=customer_id,
            currency=amount.currency,
            amount_minor=amount.minor,
            reason=reason,
            once_key=once_key,
            created_at=work.now,
        )
    )
    ledger.book(work, "credit_kept", once_key, [(source, amount), (ledger.credit(customer_id), -amount)])


def spend_credit(work: Work, invoice: Invoice) -> Money:
    """Pay as much of an open invoice from credit as there is. Returns what was used."""
    lock_customers(work, [invoice.customer_id])
    used = min(credit_balance(work, invoice.customer_id, invoice.currency), invoice.open_amount, key=lambda m: m.minor)
    if used.minor <= 0:
        return Money.zero(invoice.currency)
    once_key = f"credit:{invoice.id.hex}:{invoice.settled_minor}"
    work.session.add(
        CreditEntry(
            customer_id=invoice.customer_id,
            currency=used.currency,
            amount_minor=-used.minor,
            reason=f"Paid on invoice {invoice.number}",
            once_key=once_key,
            created_at=work.now,
        )
    )
    sides = [(ledger.credit(invoice.customer_id), used), (ledger.receivable(invoice.customer_id), -used)]
    ledger.book(work, "credit_used", once_key, sides)
    invoice.settle(used, work.now)
    return used
