"""Changing subscriptions: a quote is accepted, paid for, and holds; or is withdrawn, or dropped because nobody paid."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.billing.agreements import end_item, prepare_item, put_in_force
from ezscale.billing.cases import open_case
from ezscale.billing.change_lines import from_plain
from ezscale.billing.change_quotes import point_of, refuse_unchangeable, require_changing
from ezscale.billing.collecting import live_attempt, request_charge
from ezscale.billing.days import day_of, midnight
from ezscale.billing.events import ChangeAgreed, SubscriptionChanged
from ezscale.billing.giving_back import give_days_back
from ezscale.billing.invoicing import draft_invoice, issue_invoice, void_invoice
from ezscale.billing.lines import PricedLine
from ezscale.billing.paid_days import (
    PaidDays,
    as_house,
    call_off_ahead,
    paid_ahead,
    refuse_unpaid,
)
from ezscale.billing.payments import pay_small_ones, settle_free, settle_from_credit
from ezscale.billing.proration import ChangeRules, Point
from ezscale.billing.small_sums import smallest_charge, to_charge
from ezscale.billing.subscriptions import (
    items_of,
    pending_change_of,
    state_of,
    subscription_to_change,
    visible_subscriptions,
)
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.models.payment import AttemptTrigger
from ezscale.models.subscription import ChangeStatus, ItemKind, SubscriptionStatus

BATCH = 200
STALE = "This subscription has changed since the price was shown. Please look at it again."


class QuoteOver(BusinessError):
    """What was shown does not hold any more; nothing was changed."""


def visible_changes(work: Work) -> SelectOfScalar[SubscriptionChange]:
    """The changes of the subscriptions that the actor may see."""
    theirs = visible_subscriptions(work.actor).with_only_columns(col(Subscription.id))
    return select(SubscriptionChange).where(col(SubscriptionChange.subscription_id).in_(theirs))


def change(work: Work, change_id: UUID) -> SubscriptionChange:
    """A quote, or what became of it; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_changes(work).where(SubscriptionChange.id == change_id)).first()
    if found is None:
        raise NotFound("We could not find this quote.")
    return found


def accept_change(work: Work, change_id: UUID, shown_total_minor: int) -> SubscriptionChange:
    """Agree to a quote: exactly what it shows is charged, and it holds when it is paid, or with the next period.

    QuoteOver when it has expired, shows another total, or was made for what the subscription no longer is.
    """
    require_changing(work)
    quote = _to_change(work, change_id)
    subscription = subscription_to_change(work, quote.subscription_id)
    customer = work.session.get_one(Customer, subscription.customer_id)
    point = point_of(work, customer)
    paid = _refuse_stale(work, quote, subscription, point, shown_total_minor)
    quote.follow(call_off_ahead(work, subscription, point.day))
    work.emit(ChangeAgreed(quote.id, subscription.id, customer.id))
    if quote.effective_on > point.day:
        quote.schedule(work.now, work.actor.name[:120])
        work.session.add(quote)
        work.session.flush()
        return quote
    patience = timedelta(days=rules(work, ChangeRules).unpaid_days)
    period_over = midnight(subscription.bill_from or point.day + patience, point.zone)
    lasts_until = min(work.now + patience, period_over) if period_over > work.now else work.now + patience
    quote.accept(work.now, work.actor.name[:120], lasts_until)
    work.session.add(quote)
    _prepare(work, quote)
    lines = [from_plain(line) for line in quote.lines]
    if quote.total_minor < 0:
        lines = _give_back(work, quote, lines, paid)
    if not lines:
        _put_in_force(work, quote, subscription)
        return quote
    invoice = _bill(work, quote, lines, customer, point, subscription.bill_from)
    if invoice.status is InvoiceStatus.PAID or not to_charge(work, invoice):
        _put_in_force(work, quote, subscription)
    return quote


def withdraw_change(work: Work, change_id: UUID) -> SubscriptionChange:
    """Nobody wants it any more: what it asks for is voided. BusinessError for one that holds, or is being paid."""
    require_changing(work)
    pending = _to_change(work, change_id)
    subscription_to_change(work, pending.subscription_id)
    if not pending.is_pending:
        raise BusinessError("This change does not wait any more.")
    _withdraw(work, pending)
    return pending


def drop_pending_change(work: Work, subscription: Subscription) -> None:
    """What waits for a subscription that goes another way is withdrawn."""
    if (pending := pending_change_of(work, subscription.id)) is not None:
        _withdraw(work, pending)


def is_change_awaited(work: Work, invoice_id: UUID) -> bool:
    """Whether an invoice is for a change that is not in force."""
    return work.session.exec(_waiting_for(invoice_id)).first() is not None


def apply_paid_change(work: Work, invoice_id: UUID) -> None:
    """An invoice is paid: the change that it was for holds. Saying it twice changes nothing."""
    waiting = _waiting_for(invoice_id).with_for_update().execution_options(populate_existing=True)
    found = work.session.exec(waiting).first()
    if found is not None:
        _put_in_force(work, found, subscription_to_change(work, found.subscription_id))


def forget_voided_change(work: Work, invoice_id: UUID) -> None:
    """Staff have voided what a change asks for: it is dropped with it."""
    found = work.session.exec(_waiting_for(invoice_id).with_for_update()).first()
    if found is not None:
        found.withdraw(work.now)
        work.session.add(found)


def _waiting_for(invoice_id: UUID) -> SelectOfScalar[SubscriptionChange]:
    """The change that holds once this invoice is paid."""
    return select(SubscriptionChange).where(
        SubscriptionChange.invoice_id == invoice_id, SubscriptionChange.status == ChangeStatus.ACCEPTED
    )


def settle_changes(open_work: OpenWork) -> Tally:
    """Drop the changes that nobody paid, and put those in force whose day has come. Comes before the renewal run."""
    with reported(open_work, "changes") as tally:
        after: UUID | None = None
        while block := _waiting(open_work, after):
            for change_id in block:
                with tally.apart(str(change_id)), open_work() as work:
                    if done := settle_change(work, change_id):
                        tally.count(done)
            after = block[-1]
    return tally


def settle_change(work: Work, change_id: UUID) -> str:
    """What the day asks of one pending change: 'applied', 'expired', or nothing yet."""
    pending = _to_change(work, change_id)
    subscription = subscription_to_change(work, pending.subscription_id)
    if subscription.status is SubscriptionStatus.ENDED:
        _withdraw(work, pending)
        return "withdrawn"
    if pending.status is ChangeStatus.ACCEPTED and pending.expires_at <= work.now:
        invoice = work.session.get_one(Invoice, pending.invoice_id)
        if invoice.status is InvoiceStatus.PAID:
            _put_in_force(work, pending, subscription)
            return "applied"
        if live_attempt(work, invoice.id) is not None:
            return ""  # money may be on its way: its answer comes first
        pending.expire(work.now)
        work.session.add(pending)
        work.session.flush()
        if invoice.status in (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE):
            void_invoice(as_house(work), invoice.id)
        return "expired"
    customer = work.session.get_one(Customer, subscription.customer_id)
    if pending.status is ChangeStatus.SCHEDULED and pending.effective_on <= day_of(work, customer):
        _prepare(work, pending)
        _put_in_force(work, pending, subscription)
        return "applied"
    return ""


def _refuse_stale(
    work: Work, quote: SubscriptionChange, subscription: Subscription, point: Point, shown_total_minor: int
) -> list[PaidDays]:
    """What is paid for, while the quote still holds."""
    if quote.status is not ChangeStatus.QUOTED or quote.expires_at <= work.now:
        raise QuoteOver("This quote is no longer valid. Please ask for a new one.")
    if shown_total_minor != quote.total_minor:
        raise QuoteOver("This is not the price that was shown. Please look at it again.")
    refuse_unchangeable(work, subscription)
    items = items_of(work, subscription.id)
    refuse_unpaid(work, items, point.day)
    _lock_what_was_paid(work, quote)
    paid = paid_ahead(work, items, point.day)
    if state_of(subscription, items, [(days.line.id, days.rest.gross) for days in paid]) != quote.state:
        raise QuoteOver(STALE)
    return paid


def _lock_what_was_paid(work: Work, quote: SubscriptionChange) -> None:
    """Until this is over, nobody credits the invoices whose days are given back."""
    given = [line.position.item_id for line in map(from_plain, quote.lines) if _is_back(line)]
    paid_on = select(InvoiceLine.invoice_id).where(
        col(InvoiceLine.item_id).in_(given), InvoiceLine.kind == LineKind.PERIOD
    )
    if given and (invoice_ids := set(work.session.exec(paid_on))):
        theirs = select(Invoice).where(col(Invoice.id).in_(invoice_ids)).order_by(col(Invoice.id))
        work.session.exec(theirs.with_for_update().execution_options(populate_existing=True)).all()


def _give_back(
    work: Work, quote: SubscriptionChange, lines: Sequence[PricedLine], paid: Sequence[PaidDays]
) -> list[PricedLine]:
    """The rest that is worth more than what is asked for becomes credit by credit notes: no invoice is below nothing.

    Returns what is asked for, which that credit pays.
    """
    back = {(line.position.item_id, line.position.period_end): line for line in lines if _is_back(line)}
    given = [(days, back[key]) for days in paid if (key := (days.line.item_id, days.span.end)) in back]
    try:
        give_days_back(work, given, f"Unused days: {quote.summary}")
    except Invalid:  # less is left of a line than when the quote was made
        raise QuoteOver(STALE) from None
    return [line for line in lines if not _is_back(line)]


def _is_back(line: PricedLine) -> bool:
    return line.position.kind is LineKind.UNUSED


def _bill(
    work: Work,
    quote: SubscriptionChange,
    lines: Sequence[PricedLine],
    customer: Customer,
    point: Point,
    next_bill: date | None,
) -> Invoice:
    """Exactly these lines of the quote, due today: paid from credit and by the kept card where that is possible.

    What is too small to be charged waits for the next bill.
    """
    invoice = draft_invoice(work, customer, lines, quote.currency, lines[-1].decision, origin=InvoiceOrigin.CHANGE)
    quote.bill_on(invoice.id)
    work.session.add(quote)
    due_on = max(point.day, work.today)
    if 0 < quote.total_minor < smallest_charge(work, quote.currency).minor:
        due_on = max(due_on, next_bill or due_on)
    issue_invoice(work, invoice, due_on)
    if not invoice.total:
        settle_free(work, invoice)
        return invoice
    if quote.total_minor < 0:
        settle_from_credit(work, invoice)
        pay_small_ones(work, invoice)
    if invoice.status is not InvoiceStatus.PAID:
        request_charge(work, invoice.id, AttemptTrigger.DUE)
    return invoice


def _prepare(work: Work, quote: SubscriptionChange) -> None:
    """The agreements to come are written down, so that the invoice can name them; they do not hold yet."""
    for terms in quote.items:
        prepare_item(work, **_terms(terms), subscription_id=quote.subscription_id)


def _terms(plain: dict[str, Any]) -> dict[str, Any]:
    ids = ("id", "plan_id", "option_value_id", "add_on_id", "replaces_id")
    terms = {name: UUID(value) if name in ids and value else value for name, value in plain.items()}
    return {**terms, "kind": ItemKind(plain["kind"])}


def _put_in_force(work: Work, agreed: SubscriptionChange, subscription: Subscription) -> None:
    """From here on the subscription is what the change says."""
    if subscription.status is SubscriptionStatus.ENDED:
        facts = {"subscription": subscription.number, "change": agreed.summary}
        open_case(work, "change_of_ended", agreed.id.hex, subscription.customer_id, facts)
        agreed.withdraw(work.now)
        work.session.add(agreed)
        return
    cycles = (subscription.months, agreed.months)
    for terms in agreed.items:
        put_in_force(work, work.session.get_one(SubscriptionItem, UUID(terms["id"])), agreed.effective_on, cycles)
    for item_id in agreed.ends:
        end_item(work, work.session.get_one(SubscriptionItem, UUID(item_id)), agreed.effective_on, cycles[0])
    if agreed.months != subscription.months:
        begins = agreed.effective_on
        subscription.bill_every(agreed.months, agreed.paid_until or subscription.bill_from or begins, begins.day)
    agreed.apply(work.now)
    work.session.add_all([agreed, subscription])
    work.session.flush()
    work.emit(SubscriptionChanged(agreed.id, subscription.id, subscription.customer_id))


def _withdraw(work: Work, pending: SubscriptionChange) -> None:
    invoice = work.session.get(Invoice, pending.invoice_id) if pending.invoice_id else None
    if invoice is not None and live_attempt(work, invoice.id) is not None:
        raise BusinessError(f"Invoice {invoice.number} is being paid right now. Please try again in a while.")
    pending.withdraw(work.now)
    work.session.add(pending)
    work.session.flush()
    if invoice is not None and invoice.status in (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE):
        void_invoice(as_house(work), invoice.id)


def _to_change(work: Work, change_id: UUID) -> SubscriptionChange:
    locked = visible_changes(work).where(SubscriptionChange.id == change_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this quote.")
    return found


def _waiting(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        day_somewhere = work.today + timedelta(days=1)
        due = select(SubscriptionChange.id).where(
            or_(
                (col(SubscriptionChange.status) == ChangeStatus.ACCEPTED)
                & (col(SubscriptionChange.expires_at) <= work.now),
                (col(SubscriptionChange.status) == ChangeStatus.SCHEDULED)
                & (col(SubscriptionChange.effective_on) <= day_somewhere),
            )
        )
        if after is not None:
            due = due.where(col(SubscriptionChange.id) > after)
        return list(work.session.exec(due.order_by(col(SubscriptionChange.id)).limit(BATCH)))
