"""Looking through coupons, and at who has used one and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, true
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_COUPONS
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Coupon, CouponUse, Customer, Invoice, InvoiceLine, Order, Subscription, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus

ACTIVE, PLANNED, ENDED, USED_UP = "active", "planned", "ended", "used_up"
STATUSES = (ACTIVE, PLANNED, ENDED, USED_UP)
PAGE = 25


@dataclass(frozen=True, slots=True)
class Redemption:
    """One order with a coupon: what it has taken off what was paid so far, and what came in all the same, net of tax."""

    use: CouponUse
    order: Order
    customer: Customer
    discount: Money
    revenue: Money


def coupons(
    work: Work,
    *,
    status: str = "",
    words: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    descending: bool = True,
) -> list[Coupon]:
    """Newest first. `words` are looked for at the beginning of codes and within notes; `before` is the last id of a page."""
    work.actor.require(MANAGE_COUPONS)
    found = select(Coupon).where(_of_status(work, status))
    if text := words.strip():
        found = found.where(
            or_(
                col(Coupon.code).startswith(text.upper(), autoescape=True),
                func.lower(col(Coupon.note)).contains(text.lower(), autoescape=True),
            )
        )
    return list(work.session.exec(page_of(found, col(Coupon.id), before=before, limit=limit, descending=descending)))


def coupon(work: Work, coupon_id: UUID) -> Coupon:
    """One coupon; NotFound when there is none."""
    work.actor.require(MANAGE_COUPONS)
    found = work.session.get(Coupon, coupon_id)
    if found is None:
        raise NotFound("We could not find this coupon.")
    return found


def standing(work: Work, of: Coupon) -> str:
    """Where a coupon stands now."""
    if of.until is not None and of.until <= work.now:
        return ENDED
    if of.is_used_up():
        return USED_UP
    return PLANNED if of.since > work.now else ACTIVE


def redemptions(
    work: Work, coupon_id: UUID, *, before: UUID | None = None, limit: int = PAGE, descending: bool = True
) -> list[Redemption]:
    """Who used a coupon, newest first; `before` is the last id of a page. Two queries."""
    work.actor.require(MANAGE_COUPONS)
    uses = select(CouponUse).where(CouponUse.coupon_id == coupon_id)
    page = page_of(uses, col(CouponUse.id), before=before, limit=limit, descending=descending)
    rows = work.session.execute(
        page.join(Order, col(Order.id) == CouponUse.order_id)
        .join(Customer, col(Customer.id) == Order.customer_id)
        .add_columns(Order, Customer)
    ).all()
    sums = _sums(work, [order.id for _, order, _ in rows])
    return [Redemption(use, order, customer, *_money(sums, order)) for use, order, customer in rows]


def earned(work: Work, coupon_id: UUID) -> dict[str, tuple[Money, Money]]:
    """What a coupon has taken off in all, and what came in all the same, by currency."""
    work.actor.require(MANAGE_COUPONS)
    orders = select(CouponUse.order_id).where(CouponUse.coupon_id == coupon_id)
    sums: dict[str, tuple[Money, Money]] = {}
    for (_, currency), (discount, revenue) in _sums(work, orders).items():
        off, came = sums.get(currency, (Money.zero(currency), Money.zero(currency)))
        sums[currency] = off + Money(discount, currency), came + Money(revenue, currency)
    return sums


def _of_status(work: Work, status: str) -> ColumnElement[bool]:
    until, since, most = col(Coupon.until), col(Coupon.since), col(Coupon.max_uses)
    running = until.is_(None) | (until > work.now)
    used_up = most.is_not(None) & (col(Coupon.used) >= most)
    match status:
        case "active":
            return running & ~used_up & (since <= work.now)
        case "planned":
            return running & ~used_up & (since > work.now)
        case "ended":
            return until <= work.now
        case "used_up":
            return running & used_up
    return true()


def _sums(work: Work, order_ids: Sequence[UUID] | SelectOfScalar[UUID]) -> dict[tuple[UUID, str], tuple[int, int]]:
    """Discount and net by order and currency: of the first invoice, and of every later one for the same things."""
    paid = Invoice.status == InvoiceStatus.PAID
    sums = (func.sum(InvoiceLine.discount_minor), func.sum(InvoiceLine.net_minor))
    first = (
        select(Order.id, InvoiceLine.currency, *sums)
        .join(Invoice, col(Invoice.id) == Order.invoice_id)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(col(Order.id).in_(order_ids), paid)
        .group_by(col(Order.id), col(InvoiceLine.currency))
    )
    later = (
        select(Order.id, InvoiceLine.currency, *sums)
        .join(Subscription, col(Subscription.order_id) == Order.id)
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .join(InvoiceLine, col(InvoiceLine.item_id) == SubscriptionItem.id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(col(Order.id).in_(order_ids), paid, col(Invoice.id) != Order.invoice_id)
        .group_by(col(Order.id), col(InvoiceLine.currency))
    )
    found: dict[tuple[UUID, str], tuple[int, int]] = {}
    for order_id, currency, discount, net in [*work.session.execute(first), *work.session.execute(later)]:
        before = found.get((order_id, currency), (0, 0))
        found[order_id, currency] = (before[0] + int(discount), before[1] + int(net))
    return found


def _money(sums: dict[tuple[UUID, str], tuple[int, int]], order: Order) -> tuple[Money, Money]:
    discount, revenue = sums.get((order.id, order.currency), (0, 0))
    return Money(discount, order.currency), Money(revenue, order.currency)
