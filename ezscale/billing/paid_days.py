"""Which days of a subscription are paid and still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.collecting import live_attempt
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.proration import Span, span_of
from ezscale.kit.actor import robot
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine, Pause, Subscription, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus, LineKind
from ezscale.models.subscription import ItemKind


@dataclass(frozen=True, slots=True)
class PaidDays:
    """Days that a paid line is for, moved on by the pauses within them."""

    invoice: Invoice
    line: InvoiceLine
    kind: ItemKind
    span: Span

    @property
    def nothing(self) -> Money:
        """No money, in the line's currency."""
        return Money.zero(self.line.currency)


def paid_ahead(work: Work, items: Sequence[SubscriptionItem], day: date) -> list[PaidDays]:
    """What is paid for these items and not over on a day, in the order of its days."""
    kinds = {item.id: item.kind for item in items}
    if not items:
        return []
    lines = work.session.exec(
        select(InvoiceLine, Invoice)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            col(InvoiceLine.item_id).in_(kinds),
            InvoiceLine.kind == LineKind.PERIOD,
            Invoice.status == InvoiceStatus.PAID,
        )
        .order_by(col(InvoiceLine.period_start), col(InvoiceLine.id))
    ).all()
    pauses = pauses_of(work, items[0].subscription_id)
    ahead = []
    for line, invoice in lines:
        carried = sum(pause.carried_days for pause in pauses if pause.began_on >= span_of(line).start)
        span = Span(span_of(line).start, span_of(line).end + timedelta(days=carried))
        if span.end > day and line.item_id is not None:
            ahead.append(PaidDays(invoice, line, kinds[line.item_id], span))
    return ahead


def pauses_of(work: Work, subscription_id: UUID) -> list[Pause]:
    """Every pause of a subscription, oldest first."""
    own = select(Pause).where(Pause.subscription_id == subscription_id)
    return list(work.session.exec(own.order_by(col(Pause.began_on), col(Pause.id))))


def refuse_unpaid(work: Work, items: Sequence[SubscriptionItem], day: date) -> date | None:
    """The first day of what is billed ahead and not paid yet, if something is.

    BusinessError, in words, when days that have begun are not paid, or when what is ahead cannot be billed anew.
    """
    first: date | None = None
    for invoice, starts in _open_invoices(work, items):
        if min(starts) <= day:
            raise BusinessError(f"Please pay invoice {invoice.number} first: it is for the days that would change.")
        if live_attempt(work, invoice.id) is not None:
            raise BusinessError(f"Invoice {invoice.number} is being paid right now. Please try again in a while.")
        if invoice.settled_minor or _bills_others(work, invoice, items):
            raise BusinessError(f"Please pay invoice {invoice.number} first: it is for more than this subscription.")
        first = min(starts) if first is None else min(first, *starts)
    return first


def call_off_ahead(work: Work, subscription: Subscription, items: Sequence[SubscriptionItem], day: date) -> None:
    """What is billed ahead and not paid is voided: those days are billed anew, as what is agreed then."""
    for invoice, starts in _open_invoices(work, items):
        if min(starts) > day:
            void_invoice(as_house(work), invoice.id)
            subscription.bill_again_from(min(starts))
            work.session.add(subscription)


def as_house(work: Work) -> Work:
    """The same transaction for what follows by itself from what the person may do."""
    return Work(work.session, work.now, robot("subscriptions"), work.zone, work.emitted)


def _open_invoices(work: Work, items: Sequence[SubscriptionItem]) -> list[tuple[Invoice, list[date]]]:
    rows = work.session.exec(
        select(Invoice, InvoiceLine)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            col(InvoiceLine.item_id).in_([item.id for item in items]),
            InvoiceLine.kind == LineKind.PERIOD,
            col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
        )
        .order_by(col(Invoice.id))
    ).all()
    starts: dict[UUID, tuple[Invoice, list[date]]] = {}
    for invoice, line in rows:
        starts.setdefault(invoice.id, (invoice, []))[1].append(span_of(line).start)
    return list(starts.values())


def _bills_others(work: Work, invoice: Invoice, items: Sequence[SubscriptionItem]) -> bool:
    own = {item.id for item in items}
    billed = work.session.exec(select(InvoiceLine.item_id).where(InvoiceLine.invoice_id == invoice.id))
    return any(item_id not in own for item_id in billed)
