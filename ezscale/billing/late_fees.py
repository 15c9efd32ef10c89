"""What being late costs: a fee on an invoice of its own, once for each overdue invoice, where the house has decided so."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import draft_invoice, invoice_to_change, issue_invoice
from ezscale.billing.lines import Position
from ezscale.billing.pricing import taxes_of
from ezscale.billing.small_sums import to_charge
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Invoice
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind

BATCH = 200


def charge_late_fees(open_work: OpenWork) -> Tally:
    """Ask for a fee for every invoice that has been unpaid for too long. Running it again does nothing more."""
    with reported(open_work, "late fees") as tally:
        after: UUID | None = None
        while block := _late(open_work, after):
            for invoice_id in block:
                with tally.apart(str(invoice_id)):
                    with open_work() as work:
                        fee = charge_late_fee(work, invoice_id)
                    if fee is not None:
                        tally.count("fees")
                        tally.add(fee.total)
            after = block[-1]
    return tally


def charge_late_fee(work: Work, invoice_id: UUID) -> Invoice | None:
    """The fee for one overdue invoice, issued today; None when none is to be asked for (any more)."""
    decided = rules(work, InvoiceRules)
    late = invoice_to_change(work, invoice_id)
    if not decided.late_fee or not _is_late(work, late, decided):
        return None
    amount = decided.late_fee_on(late.open_amount)
    if amount.minor <= 0:
        return None
    customer = work.session.get_one(Customer, late.customer_id)
    words = f"Late fee for invoice {late.number}"
    position = Position(words, amount, Money.zero(amount.currency), kind=LineKind.LATE_FEE)
    taxes = taxes_of(work, [customer])
    lines, tax = taxes.price(customer, [position]), taxes.on(customer, position)
    fee = draft_invoice(work, customer, lines, late.currency, tax, InvoiceOrigin.LATE_FEE)
    fee.fee_for_id = late.id
    issue_invoice(work, fee, work.today + timedelta(days=decided.due_days))
    return fee


def _is_late(work: Work, invoice: Invoice, decided: InvoiceRules) -> bool:
    """Whether it has a number, waited long enough, is no fee itself, and has none yet."""
    return (
        invoice.status is InvoiceStatus.OPEN
        and invoice.number is not None
        and invoice.origin is not InvoiceOrigin.LATE_FEE
        and invoice.due_on is not None
        and bool(to_charge(work, invoice))
        and invoice.due_on <= decided.late_before(work.today)
        and work.session.exec(select(Invoice.id).where(Invoice.fee_for_id == invoice.id)).first() is None
    )


def _late(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        decided = rules(work, InvoiceRules)
        if not decided.late_fee:
            return []
        fee = aliased(Invoice)
        late = select(Invoice.id).where(
            Invoice.status == InvoiceStatus.OPEN,
            col(Invoice.due_on) <= decided.late_before(work.today),
            col(Invoice.number).is_not(None),
            Invoice.origin != InvoiceOrigin.LATE_FEE,
            ~exists().where(col(fee.fee_for_id) == col(Invoice.id)),
        )
        if after is not None:
            late = late.where(col(Invoice.id) > after)
        return list(work.session.exec(late.order_by(col(Invoice.id)).limit(BATCH)))
