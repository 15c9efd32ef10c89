"""Codes that lower a price: whether one counts, and counting it."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Coupon, CouponUse

UNKNOWN = "We do not know this code, or it is no longer valid."


def coupon_for(work: Work, code: str, currency: str) -> Coupon:
    """A coupon that may be used now, for a price in this currency. Invalid, on the field `coupon`, otherwise."""
    known = select(Coupon).where(Coupon.code == code.strip().upper()[:40])
    coupon = work.session.exec(known).first()
    if coupon is None or coupon.since > work.now or (coupon.until is not None and coupon.until <= work.now):
        raise Invalid(UNKNOWN, field="coupon")
    if coupon.amount_minor and coupon.currency != currency:
        raise Invalid(f"This code is for prices in {coupon.currency}.", field="coupon")
    if coupon.max_uses is not None and coupon.used >= coupon.max_uses:
        raise Invalid("This code has been used up.", field="coupon")
    return coupon


def use_coupon(work: Work, coupon_id: UUID, order_id: UUID) -> None:
    """Count a use under a lock, so that the last one is used once."""
    coupon = work.session.exec(select(Coupon).where(Coupon.id == coupon_id).with_for_update()).one()
    work.session.refresh(coupon)
    if coupon.max_uses is not None and coupon.used >= coupon.max_uses:
        raise Invalid("This code has been used up.", field="coupon")
    coupon.used += 1
    work.session.add(CouponUse(coupon_id=coupon_id, order_id=order_id, used_at=work.now))


def release_coupon(work: Work, order_id: UUID) -> None:
    """The order was never paid: its use no longer counts."""
    use = work.session.exec(
        select(CouponUse).where(CouponUse.order_id == order_id, col(CouponUse.released_at).is_(None))
    ).first()
    if use is None:
        return
    use.released_at = work.now
    coupon = work.session.exec(select(Coupon).where(Coupon.id == use.coupon_id).with_for_update()).one()
    coupon.used -= 1
