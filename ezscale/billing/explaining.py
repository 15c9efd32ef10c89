"""Why was I charged? What happened to a subscription, and the sum behind each line of an invoice, from stored rows alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.credit_notes import visible_credit_notes
from ezscale.billing.invoicing import invoice_lines, visible_invoices
from ezscale.billing.paid_days import pauses_of
from ezscale.billing.proration import LONGEST_IN_DAYS, cycle_price, span_of
from ezscale.billing.recurring import DISCOUNT_OVER
from ezscale.billing.subscriptions import subscription
from ezscale.billing.tax import percent
from ezscale.catalog.cycles import cycle_words
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import (
    Cancellation,
    CreditNote,
    CreditNoteLine,
    Extension,
    Invoice,
    InvoiceLine,
    RevenueMovement,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.models.subscription import ChangeStatus, ItemKind

Show = Callable[[Money], str]
BILLS = {
    InvoiceOrigin.ORDER: "First invoice",
    InvoiceOrigin.RENEWAL: "Renewal",
    InvoiceOrigin.CHANGE: "Change",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a subscription on a day. `amount` is what it asked for, or gave back below zero."""

    day: date
    text: str
    amount: Money | None = None
    invoice_id: UUID | None = None


def explain_invoice(work: Work, invoice_id: UUID, show: Show) -> dict[int, str]:
    """The sum behind each line of an invoice that the actor may see, by the line's place. Three queries."""
    lines = invoice_lines(work, invoice_id)
    item_ids = [line.item_id for line in lines if line.item_id is not None]
    items = {item.id: item for item in work.session.exec(_where_id(item_ids))}
    paid = _paid_lines(work, [line.item_id for line in lines if line.kind is LineKind.UNUSED and line.item_id])
    return {
        line.position: explain_line(line, items.get(line.item_id) if line.item_id else None, paid, show)
        for line in lines
    }


def explain_line(line: InvoiceLine, item: SubscriptionItem | None, paid: Sequence[InvoiceLine], show: Show) -> str:
    """The sum behind one line, in words and numbers that can be checked by hand."""
    amount = line.price * line.quantity - Money(line.discount_minor, line.currency)
    if line.kind is LineKind.UNUSED:
        told = _given_back(line, amount, paid, show)
    elif line.share is not None and line.share_of is not None and item is not None:
        told = _part(line, item, amount, show)
    else:
        told = _whole(line, amount, show)
    return f"{told}{_taxes(line, show)}"


def timeline_of(work: Work, subscription_id: UUID) -> list[Happening]:
    """Everything that made a subscription cost what it costs, newest first. Sums for those who may see bills."""
    found = subscription(work, subscription_id)
    happened = [*_life(work, found), *_agreements(work, found), *_standstill(work, found), *_bills(work, found)]
    if not _may_see_sums(work):
        happened = [replace(one, amount=None) for one in happened]
    return [one for _, one in sorted(enumerate(happened), key=lambda pair: (pair[1].day, pair[0]), reverse=True)]


def _whole(line: InvoiceLine, amount: Money, show: Show) -> str:
    days = span_of(line).days if line.kind is LineKind.PERIOD and line.period_end else 0
    price = show(line.price) if line.quantity == 1 else f"{line.quantity} × {show(line.price)}"
    off = f" − {show(Money(line.discount_minor, line.currency))} discount" if line.discount_minor else ""
    equals = f" = {show(amount)}" if off or line.quantity != 1 else ""
    return f"{price}{f' for {days} days' if days else ''}{off}{equals}"


def _part(line: InvoiceLine, item: SubscriptionItem, amount: Money, show: Show) -> str:
    whole = cycle_price(item)
    price = f"{item.quantity} × {show(item.price)}" if item.quantity != 1 else show(whole)
    told = f"{price} × {_counted(line)} = {show(line.price)}"
    if line.discount_minor:
        told += f"; {show(line.price)} − {show(Money(line.discount_minor, line.currency))} discount = {show(amount)}"
    return told


def _given_back(line: InvoiceLine, amount: Money, paid: Sequence[InvoiceLine], show: Show) -> str:
    start = span_of(line).start
    earlier = [one for one in paid if one.item_id == line.item_id and span_of(one).start <= start]
    if not earlier:
        return f"{_counted(line)} were not used: {show(amount)}"
    source = earlier[-1]
    was = source.price * source.quantity - Money(source.discount_minor, source.currency)
    return f"You had paid {show(was)} and did not use {_counted(line)}: {show(was)} × {_counted(line)} = {show(-amount)} back"


def _counted(line: InvoiceLine) -> str:
    unit = "seconds" if (line.share_of or 0) > LONGEST_IN_DAYS else "days"
    return f"{line.share} of {line.share_of} {unit}"


def _taxes(line: InvoiceLine, show: Show) -> str:
    if not line.taxes:
        return f"; {line.tax_name}, no tax" if line.tax_name else "; no tax"
    told = (
        f"{percent(tax['rate'])} % {_name(tax['name'])} {show(Money(tax['minor'], line.currency))}"
        for tax in line.taxes
    )
    return "; " + ", ".join(told)


def _name(tax: str) -> str:
    """VAT, of "VAT 23%"."""
    return " ".join(word for word in tax.split() if not word.endswith("%")) or tax


def _where_id(ids: Sequence[UUID]) -> SelectOfScalar[SubscriptionItem]:
    return select(SubscriptionItem).where(col(SubscriptionItem.id).in_(ids))


def _paid_lines(work: Work, item_ids: Sequence[UUID]) -> list[InvoiceLine]:
    paid = (
        select(InvoiceLine)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            col(InvoiceLine.item_id).in_(item_ids),
            InvoiceLine.kind == LineKind.PERIOD,
            Invoice.status != InvoiceStatus.VOID,
        )
    )
    return list(work.session.exec(paid.order_by(col(InvoiceLine.period_start))))


def _life(work: Work, found: Subscription) -> list[Happening]:
    told = [Happening(found.created_at.date(), "Ordered")]
    if found.started_on is not None:
        told.append(Happening(found.started_on, "Paid and begun"))
    wishes = work.session.exec(
        select(Cancellation).where(Cancellation.subscription_id == found.id).order_by(col(Cancellation.id))
    )
    for wish in wishes:
        when = "at once" if wish.at_once else f"for {wish.effective_on:%-d %B %Y}"
        told.append(Happening(wish.requested_at.date(), f"Cancelled {when}"))
        if wish.withdrawn_at is not None:
            told.append(Happening(wish.withdrawn_at.date(), "The cancellation was taken back"))
    if found.ended_on is not None:
        told.append(Happening(found.ended_on, "Ended"))
    return told


def _agreements(work: Work, found: Subscription) -> list[Happening]:
    """Changes, new prices and coupons that are over."""
    told = []
    changes = work.session.exec(
        select(SubscriptionChange)
        .where(SubscriptionChange.subscription_id == found.id, SubscriptionChange.status != ChangeStatus.QUOTED)
        .order_by(col(SubscriptionChange.id))
    )
    for change in changes:
        told += _change(change)
    items = {item.id: item for item in work.session.exec(_items(found))}
    changed = {terms_id for change in _applied(work, found) for terms_id in change}
    for item in items.values():
        before = items.get(item.replaces_id) if item.replaces_id else None
        if before is None or item.began_on is None or str(item.id) in changed or item.kind is not ItemKind.PLAN:
            continue
        if before.price_minor != item.price_minor:
            told.append(
                Happening(item.began_on, f"New {cycle_words(found.months)} price of {item.description}", item.price)
            )
    over = select(RevenueMovement).where(
        RevenueMovement.subscription_id == found.id, RevenueMovement.kind == DISCOUNT_OVER
    )
    told += [Happening(row.day, "The coupon's last cycle was billed") for row in work.session.exec(over)]
    return told


def _change(change: SubscriptionChange) -> list[Happening]:
    told = []
    if change.accepted_at is not None:
        waits = "" if change.status is ChangeStatus.APPLIED else ", agreed"
        told.append(Happening(change.accepted_at.date(), f"Change: {change.summary}{waits}", change.total))
    if change.finished_at is not None:
        words = {
            ChangeStatus.APPLIED: "The change holds",
            ChangeStatus.WITHDRAWN: "The change was withdrawn",
            ChangeStatus.EXPIRED: "The change was not paid in time and dropped",
        }
        told.append(Happening(change.finished_at.date(), f"{words[change.status]}: {change.summary}"))
    return told


def _applied(work: Work, found: Subscription) -> list[list[str]]:
    applied = select(SubscriptionChange).where(
        SubscriptionChange.subscription_id == found.id, SubscriptionChange.status == ChangeStatus.APPLIED
    )
    return [[terms["id"] for terms in change.items] for change in work.session.exec(applied)]


def _items(found: Subscription) -> SelectOfScalar[SubscriptionItem]:
    return (
        select(SubscriptionItem).where(SubscriptionItem.subscription_id == found.id).order_by(col(SubscriptionItem.id))
    )


def _standstill(work: Work, found: Subscription) -> list[Happening]:
    told = []
    for pause in pauses_of(work, found.id):
        told.append(Happening(pause.began_on, f"Paused until {pause.returns_on:%-d %B %Y}"))
        if pause.came_back_on is not None:
            told.append(Happening(pause.came_back_on, f"Went on; what was paid lasts {pause.carried_days} days longer"))
    given = select(Extension).where(Extension.subscription_id == found.id).order_by(col(Extension.id))
    told += [
        Happening(row.given_at.date(), f"{row.days} days given, until {row.until:%-d %B %Y}: {row.reason}")
        for row in work.session.exec(given)
    ]
    return told


def _bills(work: Work, found: Subscription) -> list[Happening]:
    if not _may_see_sums(work):
        return []
    billing_it = (
        select(InvoiceLine.invoice_id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(SubscriptionItem.subscription_id == found.id)
    )
    bills = visible_invoices(work.actor).where(col(Invoice.id).in_(billing_it), Invoice.status != InvoiceStatus.DRAFT)
    told = []
    for bill in work.session.exec(bills.order_by(col(Invoice.id))):
        what = BILLS.get(bill.origin, "Invoice")
        ends = {InvoiceStatus.VOID: ", called off", InvoiceStatus.OPEN: ", not paid yet"}.get(bill.status, "")
        told.append(Happening(bill.issued_on or work.today, f"{what}: {bill.number}{ends}", bill.total, bill.id))
    return [*told, *_notes(work, found)]


def _notes(work: Work, found: Subscription) -> list[Happening]:
    """What was taken back of its bills."""
    taking_back = (
        select(CreditNoteLine.credit_note_id)
        .join(InvoiceLine, col(InvoiceLine.id) == CreditNoteLine.invoice_line_id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(SubscriptionItem.subscription_id == found.id)
    )
    notes = visible_credit_notes(work.actor).where(col(CreditNote.id).in_(taking_back))
    return [
        Happening(
            note.issued_on,
            f"Credit note: {note.number}{', kept as credit' if note.kept_minor else ''}",
            -note.total,
            note.invoice_id,
        )
        for note in work.session.exec(notes.order_by(col(CreditNote.id)))
    ]


def _may_see_sums(work: Work) -> bool:
    return work.actor.may(SEE_BILLING) or work.actor.may(SEE_EVERYTHING)
