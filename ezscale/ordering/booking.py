"""Writing an order down: its invoice, and a subscription with a service for each of its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ezscale.billing.invoicing import draft_invoice
from ezscale.billing.payments import settle_free
from ezscale.catalog.coupons import use_coupon
from ezscale.catalog.stock import keep_for_order
from ezscale.kit.numbering import take_number, take_numbers
from ezscale.kit.work import Work
from ezscale.models import Customer, Order, OrderHold, Service, Subscription, SubscriptionItem
from ezscale.ordering.events import OrderPlaced
from ezscale.ordering.quoting import PricedItem, Quote

ORDER_LASTS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a server is to stand, what is installed on it, and what it is called."""

    location_id: UUID
    image_id: UUID
    hostname: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes with an order beside its prices: what was taken from stock, and why a person must look at it."""

    taken: Mapping[UUID, int]
    held_because: Sequence[str] = ()
    offer_id: UUID | None = None


def book_order(work: Work, customer: Customer, offer: Quote, homes: Sequence[Home], terms: Terms) -> Order:
    """An order with everything that it will become, exactly as it was quoted. One that is free is paid at once."""
    made = _new_subscriptions(work, customer, offer)
    lines = [
        line.of_item(rows[place].id)
        for item, (_, rows) in zip(offer.items, made, strict=True)
        for line, place in zip(item.lines, item.belongs_to, strict=True)
    ]
    invoice = draft_invoice(work, customer, lines, offer.sums.total.currency, offer.tax)
    order = Order(
        number=f"O-{take_number(work.session, 'order'):06}",
        customer_id=customer.id,
        placed_by=work.actor.user_id,
        offer_id=terms.offer_id,
        currency=offer.sums.total.currency,
        total_minor=offer.sums.total.minor,
        coupon_code=offer.coupon.code if offer.coupon else "",
        address=work.actor.address,
        invoice_id=invoice.id,
        placed_at=work.now,
        expires_at=work.now + ORDER_LASTS,
    )
    work.session.add(order)
    work.session.flush()
    for subscription, _ in made:
        subscription.order_id = order.id
    _add_services(work, customer, offer, homes, [rows[0] for _, rows in made])
    keep_for_order(work, order.id, terms.taken)
    for reason in terms.held_because:
        work.session.add(OrderHold(order_id=order.id, reason=reason, held_by="the house rules", held_at=work.now))
    if offer.coupon is not None:
        use_coupon(work, offer.coupon.id, order.id)
    work.emit(OrderPlaced(order.id, customer.id))
    if not invoice.total:
        work.session.flush()
        settle_free(work, invoice)
    return order


def _new_subscriptions(
    work: Work, customer: Customer, offer: Quote
) -> list[tuple[Subscription, list[SubscriptionItem]]]:
    numbers = take_numbers(work.session, "subscription", len(offer.items))
    return [_new_subscription(work, customer, item, number) for item, number in zip(offer.items, numbers, strict=True)]


def _new_subscription(
    work: Work, customer: Customer, item: PricedItem, number: int
) -> tuple[Subscription, list[SubscriptionItem]]:
    subscription = Subscription(
        number=f"SUB-{number:06}",
        customer_id=customer.id,
        currency=item.renewal.currency,
        months=item.months,
        created_at=work.now,
    )
    work.session.add(subscription)
    work.session.flush()
    rows = [
        SubscriptionItem(
            subscription_id=subscription.id,
            plan_id=item.plan_id,
            kind=agreed.kind,
            option_value_id=agreed.option_value_id,
            add_on_id=agreed.add_on_id,
            description=agreed.description,
            quantity=agreed.quantity,
            currency=agreed.price.currency,
            price_minor=agreed.price.minor,
            discount_percent=agreed.again.percent,
            discount_minor=agreed.again.minor,
            discount_cycles=agreed.again.cycles,
        )
        for agreed in item.agreed
    ]
    work.session.add_all(rows)
    work.session.flush()
    return subscription, rows


def _add_services(
    work: Work, customer: Customer, offer: Quote, homes: Sequence[Home], rows: Sequence[SubscriptionItem]
) -> None:
    numbers = take_numbers(work.session, "service", len(rows))
    for item, home, row, number in zip(offer.items, homes, rows, numbers, strict=True):
        work.session.add(
            Service(
                number=f"S-{number:06}",
                customer_id=customer.id,
                item_id=row.id,
                plan_id=item.plan_id,
                location_id=home.location_id,
                image_id=home.image_id,
                panel=item.panel,
                hostname=home.hostname,
                created_at=work.now,
            )
        )
