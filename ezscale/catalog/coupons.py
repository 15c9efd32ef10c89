"""Codes that lower a price: whether one counts, and counting it."""

from uuid import UUID

from sqlmodel import select

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
    coupon = _locked(work, coupon_id)
    if coupon.max_uses is not None and coupon.used >= coupon.max_uses:
        raise Invalid("This code has been used up.", field="coupon")
    coupon.used += 1
    work.session.add(CouponUse(coupon_id=coupon_id, order_id=order_id, used_at=work.now))


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


def _use_of(work: Work, order_id: UUID) -> CouponUse | None:
    return work.session.exec(select(CouponUse).where(CouponUse.order_id == order_id)).first()


def _locked(work: Work, coupon_id: UUID) -> Coupon:
    locked = select(Coupon).where(Coupon.id == coupon_id).with_for_update()
    return work.session.exec(locked.execution_options(populate_existing=True)).one()
