"""Placing an order: it keeps the price it showed."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.customers import own_customer
from ezscale.accounts.permissions import PLACE_ORDERS, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.invoicing import draft_invoice
from ezscale.billing.payments import settle_free
from ezscale.catalog.coupons import use_coupon
from ezscale.catalog.plans import Choice, locations, system_images
from ezscale.kit.actor import Actor
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.numbering import take_number
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, Order, Service, Subscription, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.ordering.events import OrderPlaced
from ezscale.ordering.quoting import Quote, Wish, describe, priced_for_item, quote

ORDER_LASTS = timedelta(days=2)
HOSTNAME = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
PAGE = 25


class PriceChanged(BusinessError):
    """The price is another now than the one that was shown; nothing was ordered."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer orders. `shown_total_minor` is the total they saw, tax included, in minor units."""

    plan: str
    months: int
    currency: str
    location: str
    image: str
    hostname: str
    shown_total_minor: int
    coupon: str = ""


def place_order(work: Work, wanted: OrderRequest) -> Order:
    """An order with its draft invoice, pending subscription and waiting service. Invalid or PriceChanged otherwise."""
    work.actor.require(PLACE_ORDERS)
    customer = own_customer(work)
    wish = Wish(wanted.plan, wanted.months, wanted.currency, customer.country, wanted.coupon, customer.tax_id)
    offer = quote(work, wish)
    panel = offer.plan.panel
    location = _chosen(locations(work, panel), wanted.location, "location")
    image = _chosen(system_images(work, panel), wanted.image, "image")
    hostname = clean_hostname(wanted.hostname)
    if offer.sums.total.minor != wanted.shown_total_minor:
        raise PriceChanged(f"The price has changed to {offer.sums.total.format()}. Please look at it again.")
    item, subscription = _new_subscription(work, customer, offer)
    lines = [priced_for_item(line, item.id) if place == 0 else line for place, line in enumerate(offer.lines)]
    invoice = draft_invoice(work, customer, lines, wanted.currency, offer.tax)
    order = Order(
        number=f"O-{take_number(work.session, 'order'):06}",
        customer_id=customer.id,
        placed_by=work.actor.user_id,
        currency=wanted.currency,
        total_minor=offer.sums.total.minor,
        coupon_code=offer.coupon.code if offer.coupon else "",
        invoice_id=invoice.id,
        placed_at=work.now,
        expires_at=work.now + ORDER_LASTS,
    )
    work.session.add(order)
    work.session.flush()
    subscription.order_id = order.id
    if offer.coupon is not None:
        use_coupon(work, offer.coupon.id, order.id)
    work.session.add(
        Service(
            number=f"S-{take_number(work.session, 'service'):06}",
            customer_id=customer.id,
            item_id=item.id,
            plan_id=offer.plan.plan_id,
            location_id=location.id,
            image_id=image.id,
            panel=panel,
            hostname=hostname,
            created_at=work.now,
        )
    )
    work.emit(OrderPlaced(order.id, customer.id))
    if not invoice.total:
        work.session.flush()
        settle_free(work, invoice)
    return order


def clean_hostname(typed: str) -> str:
    """A full host name in lower case. Invalid when it is none."""
    name = typed.strip().lower().rstrip(".")
    if not HOSTNAME.fullmatch(name):
        raise Invalid("Please give a full host name, such as web1.example.com.", field="hostname")
    return name


def visible_orders(actor: Actor) -> SelectOfScalar[Order]:
    """A customer's own, or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(Order)
    if not (actor.may(SEE_BILLING) or actor.may(PLACE_ORDERS)) or actor.customer_id is None:
        return select(Order).where(false())
    return select(Order).where(Order.customer_id == actor.customer_id)


def orders(
    work: Work, *, status: str = "", before: UUID | None = None, limit: int = PAGE, descending: bool = True
) -> list[tuple[Order, Customer]]:
    """Newest first, with who ordered; `before` is the last id of a page."""
    found = visible_orders(work.actor)
    if status in list(OrderStatus):
        found = found.where(Order.status == OrderStatus(status))
    page = page_of(found, col(Order.id), before=before, limit=limit, descending=descending)
    with_customer = page.join(Customer, col(Customer.id) == Order.customer_id).add_columns(Customer)
    return [(order, customer) for order, customer in work.session.execute(with_customer)]


def order(work: Work, order_id: UUID) -> Order:
    """One order; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_orders(work.actor).where(Order.id == order_id)).first()
    if found is None:
        raise NotFound("We could not find this order.")
    return found


def service_of_order(work: Work, order_id: UUID) -> Service:
    """What an order asks for."""
    asked = (
        select(Service)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(Subscription.order_id == order(work, order_id).id)
    )
    return work.session.exec(asked).one()


def is_payable(work: Work, placed: Order) -> bool:
    """Whether an order still waits for its money."""
    return (
        placed.status is OrderStatus.PLACED
        and work.session.get_one(Invoice, placed.invoice_id).status is InvoiceStatus.DRAFT
    )


def _new_subscription(work: Work, customer: Customer, offer: Quote) -> tuple[SubscriptionItem, Subscription]:
    subscription = Subscription(
        number=f"SUB-{take_number(work.session, 'subscription'):06}",
        customer_id=customer.id,
        currency=offer.price.amount.currency,
        months=offer.price.months,
        created_at=work.now,
    )
    work.session.add(subscription)
    work.session.flush()
    coupon = offer.coupon
    item = SubscriptionItem(
        subscription_id=subscription.id,
        plan_id=offer.plan.plan_id,
        description=describe(offer.plan, offer.price.months),
        currency=offer.price.amount.currency,
        price_minor=offer.price.amount.minor,
        discount_percent=coupon.percent if coupon else 0,
        discount_minor=coupon.amount_minor if coupon else 0,
        discount_cycles=(None if coupon.cycles is None else coupon.cycles - 1) if coupon else 0,
    )
    work.session.add(item)
    work.session.flush()
    return item, subscription


def _chosen(choices: list[Choice], slug: str, field: str) -> Choice:
    chosen = next((choice for choice in choices if choice.slug == slug), None)
    if chosen is None:
        raise Invalid("Please choose one from the list.", field=field)
    return chosen
