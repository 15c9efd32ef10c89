"""What a coupon takes off the positions of an order, and off the same things later.

It lowers what is billed again and again: the plan, its options and recurring add-ons. Another price is one for the plan
alone, which is the first position of an item of the basket; free setup takes setup fees away. What is paid once (an
add-on without a period) keeps its price. Tax is taken from what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ezscale.billing.lines import Position, discount_on
from ezscale.kit.money import Money, total
from ezscale.models import Coupon
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import LineKind


@dataclass(frozen=True, slots=True)
class BasketItem:
    """One thing in a basket: the positions of a plan with all that it is fitted with, the plan itself first."""

    positions: Sequence[Position]
    plan: str = ""
    months: int = 0


class RecurringDiscount(NamedTuple):
    """What an item of a subscription goes on taking off, as it stores it: for so many more cycles, or for ever."""

    percent: int
    minor: int
    cycles: int | None


NONE = RecurringDiscount(0, 0, 0)


def discounted_basket(items: Sequence[BasketItem], coupon: Coupon | None) -> list[list[Position]]:
    """The positions of each item of a basket, with what the coupon takes off. No position goes below nothing.

    A fixed sum comes off once: it is spread over all that the coupon covers.
    """
    baskets = [list(item.positions) for item in items]
    if coupon is None:
        return baskets
    places = [
        (row, place)
        for row, item in enumerate(items)
        if coupon.covers(item.plan, item.months)
        for place in range(len(item.positions))
    ]
    for (row, place), off in _taken_off(coupon, baskets, places).items():
        baskets[row][place] = replace(baskets[row][place], discount=off)
    return baskets


def recurring_discounts(coupon: Coupon | None, items: Sequence[BasketItem]) -> list[list[RecurringDiscount]]:
    """What the item behind each position is to store, so that it pays the same again.

    The cycles are those that come after the first.
    """
    if coupon is None:
        return [[NONE] * len(item.positions) for item in items]
    left = None if coupon.cycles is None else max(coupon.cycles - 1, 0)
    return [[_recurring(coupon, position, left) for position in basket] for basket in discounted_basket(items, coupon)]


def next_cycle(items: Sequence[BasketItem], stored: Sequence[Sequence[RecurringDiscount]]) -> list[list[Position]]:
    """What the next cycle will ask for, where this is what each position goes on taking off."""
    return [
        [
            replace(position, discount=_off_again(position, again))
            for position, again in zip(item.positions, kept, strict=True)
            if position.kind is LineKind.PERIOD
        ]
        for item, kept in zip(items, stored, strict=True)
    ]


def _taken_off(
    coupon: Coupon, baskets: Sequence[Sequence[Position]], places: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Money]:
    """What comes off at each place."""
    full = {at: _full(baskets[at[0]][at[1]]) for at in places}
    kinds = {at: baskets[at[0]][at[1]].kind for at in places}
    periods = {at: full[at] for at in places if kinds[at] is LineKind.PERIOD}
    match coupon.kind:
        case CouponKind.PERCENT:
            return {at: discount_on(price, coupon.percent, 0) for at, price in periods.items()}
        case CouponKind.FIXED:
            return _spread(coupon, periods)
        case CouponKind.OVERRIDE:
            return _to_another_price(coupon, baskets, [at for at in periods if at == _first_period(baskets, at[0])])
        case CouponKind.FREE_SETUP:
            return {at: full[at] for at in places if kinds[at] is LineKind.SETUP}


def _spread(coupon: Coupon, periods: dict[tuple[int, int], Money]) -> dict[tuple[int, int], Money]:
    """A sum over positions, in proportion to their prices and by largest remainder; never more than they cost."""
    if not periods:
        return {}
    currency = next(iter(periods.values())).currency
    whole, amount = total(periods.values(), currency), coupon.amount(currency)
    if amount is None or not whole:
        return {}
    off = min(amount, whole, key=lambda money: money.minor)
    parts = off.split([price.minor for price in periods.values()])
    return dict(zip(periods, parts, strict=True))


def _to_another_price(
    coupon: Coupon, baskets: Sequence[Sequence[Position]], plans: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Money]:
    """What makes a plan cost the other price: nothing where it costs less already."""
    off = {}
    for row, place in plans:
        position = baskets[row][place]
        price = coupon.amount(position.price.currency)
        if price is not None and price < position.price:
            off[row, place] = (position.price - price) * position.quantity
    return off


def _first_period(baskets: Sequence[Sequence[Position]], row: int) -> tuple[int, int]:
    return row, next(place for place, position in enumerate(baskets[row]) if position.kind is LineKind.PERIOD)


def _recurring(coupon: Coupon, position: Position, left: int | None) -> RecurringDiscount:
    if left == 0 or position.kind is not LineKind.PERIOD or not position.discount:
        return NONE
    if coupon.kind == CouponKind.PERCENT:
        return RecurringDiscount(coupon.percent, 0, left)
    return RecurringDiscount(0, position.discount.minor, left)


def _off_again(position: Position, stored: RecurringDiscount) -> Money:
    if stored.cycles == 0:
        return Money.zero(position.price.currency)
    return discount_on(_full(position), stored.percent, stored.minor)


def _full(position: Position) -> Money:
    return position.price * position.quantity
