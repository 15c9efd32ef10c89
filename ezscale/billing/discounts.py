"""What a coupon takes off the positions of an order."""

from collections.abc import Sequence
from dataclasses import replace

from ezscale.billing.lines import Position, discount_on
from ezscale.models import Coupon
from ezscale.models.invoice import LineKind


def discounted(positions: Sequence[Position], coupon: Coupon | None) -> list[Position]:
    """The positions of one item of a basket, with what the coupon takes off each. No position goes below nothing."""
    if coupon is None:
        return list(positions)
    return [
        replace(position, discount=discount_on(position.price * position.quantity, coupon.percent, coupon.amount_minor))
        if position.kind is LineKind.PERIOD
        else position
        for position in positions
    ]
