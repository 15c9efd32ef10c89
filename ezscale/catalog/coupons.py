"""Codes that lower a price: whether one counts, and counting it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, exists, select

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Coupon, CouponUse, Customer, Invoice, Order, Payment, Referral
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus

UNKNOWN = "We do not know this code, or it is no longer valid."
USED_UP = "This code has been used up."
IN_MONEY = (CouponKind.FIXED, CouponKind.OVERRIDE)


def coupon_for(
    work: Work,
    code: str,
    currency: str,
    *,
    plan: str = "",
    months: int = 0,
    customer_id: UUID | None = None,
    basket: Collection[tuple[str, int]] = (),
) -> Coupon:
    """A coupon that may be used now, for a price in this currency. Invalid, on the field `coupon`, otherwise.

    `plan` and `months` are what it is wanted for; of a whole `basket` of them, one that it covers is enough. What
    depends on who orders is looked at as soon as somebody is known, and once more when their order is counted.
    """
    known = select(Coupon).where(Coupon.code == code.strip().upper()[:40])
    coupon = work.session.exec(known).first()
    if coupon is None or coupon.since > work.now or (coupon.until is not None and coupon.until <= work.now):
        raise Invalid(UNKNOWN, field="coupon")
    if coupon.kind in IN_MONEY and coupon.amount(currency) is None:
        raise Invalid(f"This code is for prices in {', '.join(sorted(coupon.amounts or {}))}.", field="coupon")
    _require_covered(coupon, [*basket, (plan, months)] if plan or months or not basket else basket)
    if coupon.is_used_up():
        raise Invalid(USED_UP, field="coupon")
    if customer_id is not None:
        _require_allowed(work, coupon, customer_id)
    return coupon


def use_coupon(work: Work, coupon_id: UUID, order_id: UUID) -> None:
    """Count a use by whoever ordered, under a lock: the last one is used once, and nobody uses it more often than they may.

    Invalid, on the field `coupon`, for the one who comes too late.
    """
    work.session.flush()
    customer_id = work.session.exec(select(Order.customer_id).where(Order.id == order_id)).one()
    if work.session.get_one(Coupon, coupon_id).new_customers_only:
        _lock_customer(work, customer_id)  # somebody is new once, however many such codes there are
    coupon = _locked(work, coupon_id)
    if coupon.is_used_up():
        raise Invalid(USED_UP, field="coupon")
    _require_allowed(work, coupon, customer_id, order_id)
    coupon.used += 1
    use = CouponUse(coupon_id=coupon_id, order_id=order_id, customer_id=customer_id, used_at=work.now)
    work.session.add(use)


def release_coupon(work: Work, order_id: UUID) -> None:
    """The order was not paid in time: its use no longer counts."""
    use = _use_of(work, order_id)
    if use is not None and use.released_at is None:
        use.released_at = work.now
        _locked(work, use.coupon_id).used -= 1


def count_again(work: Work, order_id: UUID) -> None:
    """The order was paid after all, at the price that was promised: its use counts, even beyond the limit."""
    use = _use_of(work, order_id)
    if use is not None and use.released_at is not None:
        use.released_at = None
        _locked(work, use.coupon_id).used += 1


def _require_covered(coupon: Coupon, wanted: Collection[tuple[str, int]]) -> None:
    if any(coupon.covers(plan, months) for plan, months in wanted):
        return
    if not any(coupon.covers(plan, 0) for plan, _ in wanted):
        raise Invalid("This code is not for this plan.", field="coupon")
    raise Invalid("This code is not for this billing cycle.", field="coupon")


def _require_allowed(work: Work, coupon: Coupon, customer_id: UUID, order_id: UUID | None = None) -> None:
    """What depends on who orders; `order_id` is the order that is just being placed."""
    if coupon.uses_each is not None and _uses_by(work, coupon.id, customer_id) >= coupon.uses_each:
        raise Invalid("You have used this code already.", field="coupon")
    if coupon.new_customers_only and not _is_new(work, customer_id, order_id):
        raise Invalid("This code is for new customers.", field="coupon")
    if coupon.referred_only and not _was_sent(work, customer_id):
        raise Invalid("This code is for those who come by a customer's link.", field="coupon")


def _uses_by(work: Work, coupon_id: UUID, customer_id: UUID) -> int:
    counted = select(func.count()).where(
        CouponUse.coupon_id == coupon_id, CouponUse.customer_id == customer_id, col(CouponUse.released_at).is_(None)
    )
    return work.session.exec(counted).one()


def _is_new(work: Work, customer_id: UUID, order_id: UUID | None) -> bool:
    """Nothing ever ordered or paid. An order that nobody paid in time, or that we refused, was none."""
    came_to_nothing = (OrderStatus.EXPIRED, OrderStatus.REJECTED)
    ordered = select(Order.id).where(Order.customer_id == customer_id, col(Order.status).not_in(came_to_nothing))
    if order_id is not None:
        ordered = ordered.where(Order.id != order_id)
    paid = select(Invoice.id).where(Invoice.customer_id == customer_id, Invoice.status == InvoiceStatus.PAID)
    money = select(Payment.id).where(Payment.customer_id == customer_id, col(Payment.taken_back_at).is_(None))
    return not any(work.session.exec(found.limit(1)).first() for found in (ordered, paid, money))


def _was_sent(work: Work, customer_id: UUID) -> bool:
    return bool(work.session.exec(select(exists().where(col(Referral.referred_id) == customer_id))).one())


def _use_of(work: Work, order_id: UUID) -> CouponUse | None:
    return work.session.exec(select(CouponUse).where(CouponUse.order_id == order_id)).first()


def _locked(work: Work, coupon_id: UUID) -> Coupon:
    locked = select(Coupon).where(Coupon.id == coupon_id).with_for_update()
    return work.session.exec(locked.execution_options(populate_existing=True)).one()


def _lock_customer(work: Work, customer_id: UUID) -> None:
    # Not against those who merely refer to the row, as a new order of the same customer does.
    work.session.exec(select(Customer.id).where(Customer.id == customer_id).with_for_update(key_share=True)).one()
