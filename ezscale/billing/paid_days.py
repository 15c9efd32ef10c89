"""Which days of a subscription are paid and still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import and_, col, exists, or_, select

from ezscale.billing.agreements import replace_item
from ezscale.billing.collecting import live_attempt
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.proration import Span, span_of
from ezscale.billing.remaining import Remaining, remaining
from ezscale.billing.subscriptions import items_of
from ezscale.kit.actor import robot
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine, Pause, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus, LineKind
from ezscale.models.subscription import ChangeStatus, ItemKind

# What a change asked for was too small to be charged: it holds, and its sum waits for the next invoice.
HOLDS_ALREADY = exists().where(
    col(SubscriptionChange.invoice_id) == col(Invoice.id), col(SubscriptionChange.status) == ChangeStatus.APPLIED
)
PAID = or_(col(Invoice.status) == InvoiceStatus.PAID, and_(col(Invoice.status) == InvoiceStatus.OPEN, HOLDS_ALREADY))


@dataclass(frozen=True, slots=True)
class PaidDays:
    """Days that a paid line is for, moved on by the pauses within them."""

    invoice: Invoice
    rest: Remaining
    item_id: UUID  # the agreement that holds now: the line's own, or what has taken its place without giving back
    kind: ItemKind
    span: Span

    @property
    def line(self) -> InvoiceLine:
        """What was paid for them."""
        return self.rest.line

    @property
    def nothing(self) -> Money:
        """No money, in the line's currency."""
        return Money.zero(self.line.currency)


def paid_ahead(work: Work, items: Sequence[SubscriptionItem], day: date) -> list[PaidDays]:
    """What is paid for these items of one subscription and not over on a day, in the order of its days.

    What was given back of an agreement was all that was left of it.
    """
    if not items:
        return []
    now_called = _present_names(work, items)
    given_back = (
        select(InvoiceLine.item_id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            col(InvoiceLine.item_id).in_(now_called),
            InvoiceLine.kind == LineKind.UNUSED,
            PAID,
        )
    )
    lines = work.session.exec(
        select(InvoiceLine, Invoice)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            col(InvoiceLine.item_id).in_(now_called),
            col(InvoiceLine.item_id).not_in(given_back),
            InvoiceLine.kind == LineKind.PERIOD,
            PAID,
        )
        .order_by(col(InvoiceLine.period_start), col(InvoiceLine.id))
    ).all()
    noted = _given_back_by_note(work, items[0].subscription_id)
    lines = [(line, invoice) for line, invoice in lines if line.item_id not in noted]
    rests = {rest.line.id: rest for rest in remaining(work, [invoice for _, invoice in lines])}
    pauses = pauses_of(work, items[0].subscription_id)
    ahead = []
    for line, invoice in lines:
        carried = sum(pause.carried_days for pause in pauses if pause.began_on >= span_of(line).start)
        span = Span(span_of(line).start, span_of(line).end + timedelta(days=carried))
        if span.end > day and line.item_id is not None:
            present = now_called[line.item_id]
            ahead.append(PaidDays(invoice, rests[line.id], present.id, present.kind, span))
    newest = {item_id: place for place, item_id in enumerate(now_called)}
    return [days for days in ahead if not any(_takes_the_days_of(other, days, newest) for other in ahead)]


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


def call_off_ahead(work: Work, subscription: Subscription, day: date) -> dict[UUID, UUID]:
    """What is billed ahead and not paid is voided, and billed anew as what is agreed then.

    A voided line keeps its days, so that nothing is billed twice: what it was for is agreed anew in the same words, and
    a coupon has its cycles back. Returns which agreements have taken the place of which: each is agreed anew once, however
    many of its periods are billed ahead.
    """
    items = {item.id: item for item in items_of(work, subscription.id)}
    called_off = [each for each in _open_invoices(work, list(items.values())) if min(each[1]) > day]
    back = _cycles_of(work, [invoice for invoice, _ in called_off])
    fresh: dict[UUID, UUID] = {}
    for item_id, cycles in back.items():
        old = items[item_id]
        left = old.discount_cycles + cycles if old.discount_cycles is not None else None
        fresh[item_id] = replace_item(work, old, from_day=day, discount_cycles=left).id
    for invoice, starts in called_off:
        void_invoice(as_house(work), invoice.id)
        subscription.bill_again_from(min(starts))
        work.session.add(subscription)
    work.session.flush()
    return fresh


def as_if_called_off(work: Work, items: Sequence[SubscriptionItem], day: date) -> list[SubscriptionItem]:
    """The same agreements, not to be stored, with the coupons' cycles that calling off would give back."""
    back = _cycles_of(work, [invoice for invoice, starts in _open_invoices(work, items) if min(starts) > day])
    return [
        SubscriptionItem(**{**item.model_dump(), "discount_cycles": item.discount_cycles + back.get(item.id, 0)})
        if item.discount_cycles is not None
        else item
        for item in items
    ]


def _cycles_of(work: Work, invoices: Sequence[Invoice]) -> dict[UUID, int]:
    """How many cycles of its coupon each item has used on these invoices."""
    cycles: dict[UUID, int] = {}
    for invoice in invoices:
        for item_id, used in _billed_on(work, invoice).items():
            cycles[item_id] = cycles.get(item_id, 0) + used
    return cycles


def as_house(work: Work) -> Work:
    """The same transaction for what follows by itself from what the person may do."""
    return Work(work.session, work.now, robot("subscriptions"), work.zone, work.emitted)


def _takes_the_days_of(other: PaidDays, days: PaidDays, newest: dict[UUID, int]) -> bool:
    """Whether what came after it was paid for the same days: a change gave nothing back where all was credited before."""
    later, before = other.line.item_id, days.line.item_id
    return (
        later is not None
        and before is not None
        and other.item_id == days.item_id
        and newest[later] < newest[before]
        and max(other.span.start, days.span.start) < min(other.span.end, days.span.end)
    )


def _given_back_by_note(work: Work, subscription_id: UUID) -> set[UUID]:
    """The agreements whose rest a change gave back by credit notes, because it gave more than it asked for."""
    gave = select(SubscriptionChange.lines).where(
        SubscriptionChange.subscription_id == subscription_id,
        SubscriptionChange.status == ChangeStatus.APPLIED,
        SubscriptionChange.total_minor < 0,
    )
    lines = [line for plain in work.session.exec(gave) for line in plain]
    return {UUID(line["item_id"]) for line in lines if line["kind"] == LineKind.UNUSED}


def _open_invoices(work: Work, items: Sequence[SubscriptionItem]) -> list[tuple[Invoice, list[date]]]:
    rows = work.session.exec(
        select(Invoice, InvoiceLine)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            col(InvoiceLine.item_id).in_([item.id for item in items]),
            InvoiceLine.kind == LineKind.PERIOD,
            col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
            ~HOLDS_ALREADY,
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


def _billed_on(work: Work, invoice: Invoice) -> dict[UUID, int]:
    """What an invoice bills, and how many cycles of a coupon each has used on it."""
    lines = work.session.exec(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == LineKind.PERIOD)
    )
    return {line.item_id: 1 if line.discount_minor else 0 for line in lines if line.item_id is not None}


def _present_names(work: Work, items: Sequence[SubscriptionItem]) -> dict[UUID, SubscriptionItem]:
    """Each agreement that a subscription ever had in force, and the present one that has come of it; the newest first."""
    own = select(SubscriptionItem).where(
        SubscriptionItem.subscription_id == items[0].subscription_id, col(SubscriptionItem.began_on).is_not(None)
    )
    before = {item.id: item.replaces_id for item in work.session.exec(own)}
    present: dict[UUID, SubscriptionItem] = {}
    for item in items:
        name: UUID | None = item.id
        while name is not None and name not in present:
            present[name] = item
            name = before.get(name)
    return present
