"""Invoices: drafting, issuing, voiding, and who sees which."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, false, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.credit import keep_as_credit
from ezscale.billing.days import day_of
from ezscale.billing.due import DueCustomer
from ezscale.billing.events import (
    InvoiceExpectedAgain,
    InvoiceGivenUp,
    InvoiceIssued,
    InvoiceResent,
    InvoiceVoided,
    ProformaIssued,
)
from ezscale.billing.first_periods import begin_aligned, is_aligned
from ezscale.billing.lines import PricedLine, add_up
from ezscale.billing.numbers import (
    INVOICES,
    PROFORMAS,
    book_invoice,
    booking_of,
    booking_of_note,
    take_document_numbers,
)
from ezscale.billing.periods import add_months
from ezscale.billing.seller import seller
from ezscale.billing.subscriptions import catch_up, subscriptions_on
from ezscale.billing.tax import TaxDecision
from ezscale.billing.tax_drafts import follow_the_rates
from ezscale.billing.tax_evidence import evidence_of, question_contradictions
from ezscale.company.currencies import report_columns
from ezscale.kit.actor import Actor
from ezscale.kit.errors import NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import CreditNote, Customer, Invoice, InvoiceLine, PaymentAttempt, Subscription, SubscriptionItem
from ezscale.models.base import WrongState, require_status
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind

PAGE = 25
OVERDUE = "overdue"
PARTY = DueCustomer._fields[1:]


def draft_invoice(
    work: Work,
    customer: Customer,
    lines: Sequence[PricedLine],
    currency: str,
    tax: TaxDecision,
    origin: InvoiceOrigin = InvoiceOrigin.ORDER,
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
        tax_inclusive=tax.inclusive,
        origin=origin,
        evidence=_known_when_drafted(work, tax),
        created_at=work.now,
    )
    work.session.add(invoice)
    work.session.flush()
    work.session.add_all(
        InvoiceLine(invoice_id=invoice.id, **line_values(place, line)) for place, line in enumerate(lines, start=1)
    )
    return invoice


def line_values(place: int, line: PricedLine) -> dict[str, Any]:
    """The columns of a priced line, apart from those that say whose it is."""
    position = line.position
    return {
        "position": place,
        "kind": position.kind,
        "item_id": position.item_id,
        "description": position.description,
        "period_start": position.period_start,
        "period_end": position.period_end,
        "currency": position.price.currency,
        "quantity": position.quantity,
        "price_minor": position.price.minor,
        "discount_minor": position.discount.minor,
        "net_minor": line.net.minor,
        "tax_name": line.decision.name[:80],
        "tax_rate": line.decision.rate // 100,
        "tax_minor": line.tax.minor,
        "taxes": [part.to_plain() for part in line.parts],
        "share": position.share,
        "share_of": position.share_of,
    }


def issue_invoice(work: Work, invoice: Invoice, due_on: date, *, as_proforma: bool = False) -> None:
    """Give a draft its number, freeze both parties on it, and book it. The first periods begin today.

    As a proforma it asks for the money all the same, and is numbered and booked when the first of it comes.
    """
    customer = work.session.get_one(Customer, invoice.customer_id)
    _begin_first_periods(work, invoice, day_of(work, customer))
    follow_the_rates(work, invoice, customer, _lines_of(work, invoice.id))
    work.session.flush()  # its lines are written while it is still a draft: afterwards nothing may change them
    invoice.billed_to, invoice.seller = party(customer), seller().to_plain()
    invoice.report_currency, invoice.report_rate = report_columns(work, invoice.currency)
    _keep_evidence(work, invoice, customer)
    taken = take_document_numbers(work, PROFORMAS if as_proforma else INVOICES)
    if as_proforma:
        invoice.issue_proforma(taken.numbers[0], taken.day, due_on)
        work.session.flush()
        work.emit(ProformaIssued(invoice.id, customer.id))
        return
    invoice.issue(taken.numbers[0], taken.day, due_on)
    work.session.flush()
    book_invoice(work, invoice)
    work.emit(InvoiceIssued(invoice.id, customer.id))


def party(customer: Customer | DueCustomer) -> dict[str, str]:
    """A customer as an invoice keeps them."""
    if isinstance(customer, DueCustomer):
        return dict(zip(PARTY, customer[1:], strict=True))
    return {name: getattr(customer, name) for name in PARTY}


def void_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """Cancel an unpaid invoice; its number stays. A paid one is credited instead.

    Credit notes on it fall with it: what they took back is not asked for anyway.
    """
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        ledger.take_back_write_off(work, invoice, invoice.open_amount, invoice.id)
    invoice.void()
    work.session.flush()
    catch_up(work, subscriptions_on(work, invoice.id))
    if not invoice.is_proforma:
        _take_back_bookings(work, invoice)
    work.session.add(invoice)
    work.emit(InvoiceVoided(invoice.id, invoice.customer_id, voided_by=work.actor.name))
    return invoice


def give_up(work: Work, invoice: Invoice) -> None:
    """We no longer expect an open invoice's money. A proforma, which is no sale, is cancelled instead."""
    if invoice.is_proforma:
        invoice.void()
    else:
        ledger.write_off(work, invoice)
        invoice.write_off()
    work.session.add(invoice)


def mark_uncollectible(work: Work, invoice_id: UUID) -> Invoice:
    """Staff no longer expect the money; what is open is booked as lost. It can still be paid, and still be voided."""
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    if invoice.is_proforma:
        raise WrongState("A proforma is no sale yet: void it instead.")
    require_status("invoice", invoice.status, InvoiceStatus.OPEN)
    give_up(work, invoice)
    work.emit(InvoiceGivenUp(invoice.id, invoice.customer_id, by=work.actor.name))
    return invoice


def expect_again(work: Work, invoice_id: UUID) -> Invoice:
    """Staff expect the money of an uncollectible invoice after all: it is open again, and owed."""
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    lost = invoice.open_amount
    invoice.expect_again()
    ledger.take_back_write_off(work, invoice, lost, new_id())
    work.session.add(invoice)
    work.emit(InvoiceExpectedAgain(invoice.id, invoice.customer_id, by=work.actor.name))
    return invoice


def resend_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """Mail an issued invoice to its customer once more."""
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status in (InvoiceStatus.DRAFT, InvoiceStatus.VOID):
        raise WrongState(f"This invoice is {invoice.status}: there is nothing to send.")
    work.record("invoice sent again", ("invoice", invoice.id), ("customer", invoice.customer_id))
    work.emit(InvoiceResent(invoice.id, invoice.customer_id, work.now))
    return invoice


def visible_invoices(actor: Actor) -> SelectOfScalar[Invoice]:
    """A customer's own, or all of them for staff. What staff have only drafted is nobody else's business yet.

    Whoever came by a pay link sees its invoice and no other.
    """
    if actor.invoice_id is not None:
        return select(Invoice).where(Invoice.id == actor.invoice_id)
    if _sees_all(actor):
        return select(Invoice)
    if not actor.may(SEE_BILLING) or actor.customer_id is None:
        return select(Invoice).where(false())
    own = select(Invoice).where(Invoice.customer_id == actor.customer_id)
    return own.where(or_(col(Invoice.status) != InvoiceStatus.DRAFT, col(Invoice.origin) != InvoiceOrigin.MANUAL))


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

    `status` may also be OVERDUE, and DRAFT for staff: what they have written and not issued. With a status they can be
    sorted by the day they are due: then there is an index.
    """
    found = visible_invoices(work.actor)
    if not (status == InvoiceStatus.DRAFT and work.actor.may(SEE_EVERYTHING)):
        found = found.where(Invoice.status != InvoiceStatus.DRAFT)
    if customer_id is not None:
        found = found.where(Invoice.customer_id == customer_id)
    if status == OVERDUE:
        found = found.where(Invoice.status == InvoiceStatus.OPEN, col(Invoice.due_on) < work.today)
    elif status == InvoiceStatus.DRAFT:
        found = found.where(Invoice.status == InvoiceStatus.DRAFT, Invoice.origin == InvoiceOrigin.MANUAL)
    elif status in list(InvoiceStatus):
        found = found.where(Invoice.status == InvoiceStatus(status))
    sortable = status in (*InvoiceStatus, OVERDUE) and status != InvoiceStatus.DRAFT
    by = col(Invoice.due_on) if by_due_day and sortable else None
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
    seen = ANY if _sees_all(work.actor) else _to_change(visible_invoices(work.actor))
    found = work.session.exec(seen, params={"invoice_id": invoice_id}).first()
    if found is None:
        raise NotFound("We could not find this invoice.")
    return found


def invoice_paid_by(work: Work, attempt_id: UUID) -> Invoice | None:
    """The same of the invoice that an attempt is to pay; None when the actor sees none such."""
    seen = PAID_BY if _sees_all(work.actor) else _to_change(visible_invoices(work.actor), PAID)
    return work.session.exec(seen, params={"attempt_id": attempt_id}).first()


def free_invoices_paid_by(work: Work, attempt_ids: Sequence[UUID]) -> Sequence[Invoice]:
    """The invoices that these attempts are to pay, locked and read afresh, without those that somebody else has locked.

    None of them for whoever does not see all.
    """
    if not _sees_all(work.actor):
        return []
    return work.session.exec(FREE_PAID_BY, params={"attempt_ids": attempt_ids}).all()


def _sees_all(actor: Actor) -> bool:
    return actor.invoice_id is None and actor.may(SEE_EVERYTHING)


GIVEN: Any = bindparam("invoice_id")
PAID: Any = select(PaymentAttempt.invoice_id).where(PaymentAttempt.id == bindparam("attempt_id")).scalar_subquery()


def _to_change(seen: SelectOfScalar[Invoice], which: Any = GIVEN) -> SelectOfScalar[Invoice]:
    return seen.where(Invoice.id == which).with_for_update().execution_options(populate_existing=True)


# Put together once: every charge needs them.
ANY, PAID_BY = _to_change(select(Invoice)), _to_change(select(Invoice), PAID)
FREE_PAID_BY = (
    select(Invoice)
    .where(
        col(Invoice.id).in_(
            select(PaymentAttempt.invoice_id).where(
                col(PaymentAttempt.id).in_(bindparam("attempt_ids", expanding=True))
            )
        )
    )
    .order_by(col(Invoice.id))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def invoice_lines(work: Work, invoice_id: UUID) -> list[InvoiceLine]:
    """The positions of an invoice that the actor may see."""
    invoice(work, invoice_id)
    return _lines_of(work, invoice_id)


def _known_when_drafted(work: Work, tax: TaxDecision) -> dict[str, Any] | None:
    """Where an order came from, and who worked out its tax, are not known later."""
    pieces = {"network": work.actor.network, "calculated_by": tax.source}
    return {name: value for name, value in pieces.items() if value} or None


def _keep_evidence(work: Work, invoice: Invoice, customer: Customer) -> None:
    drafted = invoice.evidence or {}
    known = evidence_of(work, [customer])
    invoice.evidence = known.of(customer, drafted.get("calculated_by", ""), drafted.get("network", ""))
    question_contradictions(work, customer.id, invoice.evidence, invoice.tax_country)


def lines_of(work: Work, invoice_ids: Collection[UUID]) -> dict[UUID, list[InvoiceLine]]:
    """The positions of several invoices, of those that the actor may see."""
    visible = visible_invoices(work.actor).where(col(Invoice.id).in_(invoice_ids)).with_only_columns(col(Invoice.id))
    of_them = select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(visible))
    found: dict[UUID, list[InvoiceLine]] = {}
    for line in work.session.exec(of_them.order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position))):
        found.setdefault(line.invoice_id, []).append(line)
    return found


def _lines_of(work: Work, invoice_id: UUID) -> list[InvoiceLine]:
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return list(work.session.exec(of_invoice.order_by(col(InvoiceLine.position))))


def _take_back_bookings(work: Work, invoice: Invoice) -> None:
    ledger.reverse(work, "void", booking_of(invoice.id), f"void:{invoice.id.hex}")
    for note_id in work.session.exec(select(CreditNote.id).where(CreditNote.invoice_id == invoice.id)).all():
        ledger.reverse(work, "void", booking_of_note(note_id), f"void:{note_id.hex}")
    if invoice.settled:
        reason = f"Paid on invoice {invoice.number}, which was cancelled"
        owed = ledger.receivable(invoice.customer_id)
        keep_as_credit(work, invoice.customer_id, invoice.settled, reason, f"voided:{invoice.id.hex}", owed)


def _begin_first_periods(work: Work, invoice: Invoice, today: date) -> None:
    waiting = work.session.exec(
        select(InvoiceLine, Subscription)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            InvoiceLine.invoice_id == invoice.id,
            InvoiceLine.kind == LineKind.PERIOD,
            col(Subscription.started_on).is_(None),
        )
    )
    begun: dict[UUID, tuple[Subscription, list[InvoiceLine]]] = {}
    for line, subscription in waiting:
        begun.setdefault(subscription.id, (subscription, []))[1].append(line)
    for subscription, lines in begun.values():
        if any(is_aligned(line) for line in lines):
            begin_aligned(lines, subscription.months, today)
            work.session.add_all(lines)
            continue
        for line in lines:
            line.period_start = today
            line.period_end = add_months(today, subscription.months, today.day)
            work.session.add(line)
