"""What a subscription earns a month: what its next renewal asks, net of tax, with the discounts that still run."""

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Row

from ezscale.billing.due import DueItem
from ezscale.billing.lines import discount_on
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import SubscriptionItem

NEW, DISCOUNT_OVER, ENDED = "new", "discount_over", "ended"


class Discounted(Protocol):
    """What a discount is worked out from: an item, or what it is billed at."""

    @property
    def price_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def discount_percent(self) -> int: ...
    @property
    def discount_minor(self) -> int: ...
    @property
    def discount_cycles(self) -> int | None: ...


def discount_of(item: Discounted | Row[Any]) -> Money:
    """What the next renewal of an item takes off its price."""
    price = Money(item.price_minor, item.currency) * item.quantity
    if item.discount_cycles is None or item.discount_cycles > 0:
        return discount_on(price, item.discount_percent, item.discount_minor)
    return Money.zero(item.currency)


def monthly_net(item: SubscriptionItem | DueItem | Row[Any], months: int) -> Money:
    """What the next renewal of an item is worth a month, for comparing; never charged."""
    return _monthly(Money(item.price_minor, item.currency) * item.quantity - discount_of(item), months)


def lost_to_discount(item: SubscriptionItem | DueItem | Row[Any], months: int) -> Money:
    """How much more an item will be worth a month once its discount is over."""
    return _monthly(Money(item.price_minor, item.currency) * item.quantity, months) - monthly_net(item, months)


def movement(
    kind: str, item: SubscriptionItem | DueItem | Row[Any], subscription_id: UUID, day: date, monthly: Money
) -> dict[str, Any]:
    """The row of a change of recurring revenue, for writing many at once. Each kind happens once to an item."""
    return {
        "id": new_id(),
        "once_key": f"{kind}:{item.id.hex}",
        "day": day,
        "kind": kind,
        "subscription_id": subscription_id,
        "plan_id": item.plan_id,
        "currency": monthly.currency,
        "monthly_minor": monthly.minor,
    }


def _monthly(price: Money, months: int) -> Money:
    return price.split([1] * months)[0]
