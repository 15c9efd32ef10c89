"""Invoices: drafting, issuing, voiding, and who sees which."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.credit import keep_as_credit
from ezscale.billing.events import InvoiceIssued, InvoiceVoided
from ezscale.billing.lines import PricedLine, add_up
from ezscale.billing.periods import add_months
from ezscale.billing.seller import seller
from ezscale.billing.subscriptions import catch_up
from ezscale.billing.tax import TaxDecision
from ezscale.kit.actor import Actor
from ezscale.kit.errors import NotFound
from ezscale.kit.numbering import take_number
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, InvoiceLine, Subscription, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus

PAGE = 25
OVERDUE = "overdue"


def draft_invoice(
    work: Work, customer: Customer, lines: Sequence[PricedLine], currency: str, tax: TaxDecision
) -> Invoice:
    """An invoice without a number, with its lines and sums; it asks for nothing yet."""
    sums = add_up(lines, currency)
    invoice = Invoice(
        customer_id=customer.id,
        currency=currency,
        net_minor=sums.net.minor,
        tax_minor=sums.tax.minor,
        total_minor=sums.total.minor,
        tax_country=tax.country,
        tax_note=tax.note,
        created_at=work.now,
    )
    work.session.add(invoice)
    work.session.flush()
    work.session.add_all(
        InvoiceLine(**line_values(invoice.id, place, line)) for place, line in enumerate(lines, start=1)
    )
    return invoice


def line_values(invoice_id: UUID, place: int, line: PricedLine) -> dict[str, Any]:
    """The columns of a priced line."""
    position = line.position
    return {
        "invoice_id": invoice_id,
        "position": place,
        "item_id": position.item_id,
        "description": position.description,
        "period_start": position.period_start,
        "period_end": position.period_end,
        "currency": position.price.currency,
        "quantity": 1,
        "price_minor": position.price.minor,
        "discount_minor": position.discount.minor,
        "net_minor": line.net.minor,
        "tax_name": line.decision.name,
        "tax_rate": line.decision.rate,
        "tax_minor": line.tax.minor,
    }


def issue_invoice(work: Work, invoice: Invoice, due_on: date) -> None:
    """Give a draft its number, freeze both parties on it, and book it. The first periods begin today."""
    customer = work.session.get_one(Customer, invoice.customer_id)
    _begin_first_periods(work, invoice)
    invoice.billed_to, invoice.seller = party(customer), seller().to_plain()
    invoice.issue(invoice_number(work.today, take_number(work.session, series(work.today))), work.today, due_on)
    sides = ledger.invoice_sides(customer.id, invoice.net, invoice.tax, invoice.tax_country)
    ledger.book(work, "invoice", f"invoice:{invoice.id.hex}", sides)
    work.emit(InvoiceIssued(invoice.id, customer.id))


def series(day: date) -> str:
    """The series that an invoice of that day is numbered in: one for each year."""
    return f"invoice-{day.year}"


def invoice_number(day: date, number: int) -> str:
    """As printed: INV-2026-000123."""
    return f"INV-{day.year}-{number:06}"


def party(customer: Customer | Row[Any]) -> dict[str, str]:
    """A customer as an invoice keeps them."""
    return {
        "number": customer.number,
        "name": customer.name,
        "company": customer.company,
        "email": customer.email,
        "address": customer.address,
        "city": customer.city,
        "postcode": customer.postcode,
        "country": customer.country,
        "tax_id": customer.tax_id,
    }


def void_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """Cancel an unpaid invoice; its number stays. A paid one is refunded instead."""
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        ledger.take_back_write_off(work, invoice, invoice.open_amount, invoice.id)
    invoice.void()
    work.session.flush()
    catch_up(work, invoice.id)
    sides = ledger.invoice_sides(invoice.customer_id, invoice.net, invoice.tax, invoice.tax_country)
    ledger.book(work, "void", f"void:{invoice.id.hex}", [(account, -amount) for account, amount in sides])
    if invoice.settled:
        reason = f"Paid on invoice {invoice.number}, which was cancelled"
        owed = ledger.receivable(invoice.customer_id)
        keep_as_credit(work, invoice.customer_id, invoice.settled, reason, f"voided:{invoice.id.hex}", owed)
    work.session.add(invoice)
    work.emit(InvoiceVoided(invoice.id, invoice.customer_id, voided_by=work.actor.name))
    return invoice


def visible_invoices(actor: Actor) -> SelectOfScalar[Invoice]:
    """A customer's own, or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(Invoice)
    if not actor.may(SEE_BILLING) or actor.customer_id is None:
        return select(Invoice).where(false())
    return select(Invoice).where(Invoice.customer_id == actor.customer_id)


def invoices(
    work: Work,
    *,
    customer_id: UUID | None = None,
    status: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    by_due_day: bool = False,
    descending: bool = True,
) -> list[Invoice]:
    """Issued ones, newest first: a customer's own, or all of them for staff. `before` is the last id of a page.

    `status` may also be OVERDUE. With a status they can be sorted by the day they are due: then there is an index.
    """
    found = visible_invoices(work.actor).where(Invoice.status != InvoiceStatus.DRAFT)
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    if status == OVERDUE:
        found = found.where(Invoice.status == InvoiceStatus.OPEN, col(Invoice.due_on) < work.today)
    elif status in list(InvoiceStatus):
        found = found.where(Invoice.status == InvoiceStatus(status))
    by = col(Invoice.due_on) if by_due_day and status in (*InvoiceStatus, OVERDUE) else None
    page = page_of(found, col(Invoice.id), before=before, limit=limit, by=by, descending=descending)
    return list(work.session.exec(page))


def invoice(work: Work, invoice_id: UUID) -> Invoice:
    """One invoice; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_invoices(work.actor).where(Invoice.id == invoice_id)).first()
    if found is None:
        raise NotFound("We could not find this invoice.")
    return found


def invoice_to_change(work: Work, invoice_id: UUID) -> Invoice:
    """The same, locked until the transaction ends and read afresh."""
    locked = visible_invoices(work.actor).where(Invoice.id == invoice_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this invoice.")
    return found


def invoice_lines(work: Work, invoice_id: UUID) -> list[InvoiceLine]:
    """The positions of an invoice that the actor may see."""
    invoice(work, invoice_id)
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return list(work.session.exec(of_invoice.order_by(col(InvoiceLine.position))))


def _begin_first_periods(work: Work, invoice: Invoice) -> None:
    waiting = work.session.exec(
        select(InvoiceLine, Subscription)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(InvoiceLine.invoice_id == invoice.id, col(Subscription.started_on).is_(None))
    )
    for line, subscription in waiting:
        line.period_start = work.today
        line.period_end = add_months(work.today, subscription.months, work.today.day)
        work.session.add(line)
