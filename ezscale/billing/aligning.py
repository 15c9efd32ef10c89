"""Aligning: the subscriptions of a customer renew on one day of the month, each with a bill for the days up to it."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.change_quotes import point_of, refuse_unchangeable, require_changing
from ezscale.billing.invoicing import draft_invoice, issue_invoice
from ezscale.billing.lines import Position, PricedLine, add_up
from ezscale.billing.paid_days import as_if_called_off, call_off_ahead, refuse_unpaid
from ezscale.billing.payments import settle_free, settle_from_credit
from ezscale.billing.periods import add_months, next_on_day
from ezscale.billing.pricing import taxes_of
from ezscale.billing.proration import Part, Span, cycle_price, part_of
from ezscale.billing.recurring import discount_of
from ezscale.billing.subscriptions import items_of, subscription_to_change, visible_subscriptions
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, Subscription
from ezscale.models.invoice import InvoiceOrigin
from ezscale.models.subscription import SubscriptionStatus

LAST_DAY = 28  # every month has it


@dataclass(frozen=True, slots=True)
class Stub:
    """The days of a subscription up to the common day, and what they cost with tax."""

    subscription: Subscription
    days: Span
    lines: tuple[PricedLine, ...]
    amount: Money


@dataclass(frozen=True, slots=True)
class Alignment:
    """What would be billed so that all renew on one day, and in words which subscriptions cannot join."""

    stubs: tuple[Stub, ...]
    left_out: tuple[str, ...]

    def totals(self) -> dict[str, int]:
        """What it costs, by currency, in minor units."""
        currencies = sorted({stub.amount.currency for stub in self.stubs})
        return {
            currency: total((s.amount for s in self.stubs if s.amount.currency == currency), currency).minor
            for currency in currencies
        }


def alignment(work: Work, customer_id: UUID, day_of_month: int) -> Alignment:
    """What aligning would cost; nothing changes. Invalid, on `day`, for a day that not every month has."""
    require_changing(work)
    if not 1 <= day_of_month <= LAST_DAY:
        raise Invalid(f"A day from 1 to {LAST_DAY}, which every month has.", field="day")
    stubs, left_out = [], []
    for subscription in _running(work, customer_id):
        try:
            stub = _stub(work, subscription, day_of_month)
        except BusinessError as refusal:
            left_out.append(f"{subscription.number}: {refusal.message}")
            continue
        if stub is not None:
            stubs.append(stub)
    return Alignment(tuple(stubs), tuple(left_out))


def align_renewals(work: Work, customer_id: UUID, day_of_month: int, shown: dict[str, int]) -> list[Invoice]:
    """Bill the days up to the common day, and renew on it from then on. BusinessError when it costs something else now."""
    found = alignment(work, customer_id, day_of_month)
    if found.totals() != shown:
        raise BusinessError("This costs something else now than what was shown. Please look at it again.")
    if not found.stubs:
        raise BusinessError("There is nothing to align.")
    return [_align(work, stub) for stub in found.stubs]


def _align(work: Work, stub: Stub) -> Invoice:
    subscription = subscription_to_change(work, stub.subscription.id)
    customer = work.session.get_one(Customer, subscription.customer_id)
    fresh = call_off_ahead(work, subscription, point_of(work, customer).day)
    lines = [
        line.of_item(fresh.get(line.position.item_id, line.position.item_id))
        for line in stub.lines
        if line.position.item_id
    ]
    subscription.renew_on(stub.days.end)
    work.session.add(subscription)
    invoice = draft_invoice(work, customer, lines, subscription.currency, lines[0].decision, InvoiceOrigin.RENEWAL)
    issue_invoice(work, invoice, max(stub.days.start, work.today))
    if invoice.total:
        settle_from_credit(work, invoice)
    else:
        settle_free(work, invoice)
    return invoice


def _running(work: Work, customer_id: UUID) -> list[Subscription]:
    own = visible_subscriptions(work.actor).where(
        Subscription.customer_id == customer_id, Subscription.status == SubscriptionStatus.ACTIVE
    )
    found = list(work.session.exec(own.order_by(col(Subscription.id)).with_for_update()))
    if not found and work.session.exec(select(Customer.id).where(Customer.id == customer_id)).first() is None:
        raise NotFound("We could not find this customer.")
    return found


def _stub(work: Work, subscription: Subscription, day_of_month: int) -> Stub | None:
    """The days to bill; None for one that renews on that day already, be the days before it paid or not."""
    refuse_unchangeable(work, subscription)
    customer = work.session.get_one(Customer, subscription.customer_id)
    today, items = point_of(work, customer).day, items_of(work, subscription.id)
    ahead = refuse_unpaid(work, items, today)
    items = as_if_called_off(work, items, today)
    start = min(filter(None, (subscription.bill_from, ahead)), default=None)
    renews_on = subscription.bill_from
    if start is None or (renews_on and renews_on.day == day_of_month and subscription.anchor_day == day_of_month):
        return None
    end = next_on_day(start, day_of_month)
    whole = (add_months(start, subscription.months, subscription.anchor_day) - start).days
    part = Part((end - start).days, whole)
    positions, taxes = [], taxes_of(work, [customer])
    for item in items:
        asked = Position(
            *(item.description, item.price, discount_of(item), item.id, start, end),
            category=taxes.category(item.plan_id),
        )
        positions.append(part_of(asked, part, cycle_price(item), discount_of(item)))
    lines = taxes.price(customer, positions)
    return Stub(subscription, Span(start, end), tuple(lines), add_up(lines, subscription.currency).total)
