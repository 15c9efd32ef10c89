"""What an order will cost, line by line, exactly as it will be charged."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ezscale.billing.lines import Position, PricedLine, Sums, add_up, discount_on, price_line
from ezscale.billing.periods import add_months
from ezscale.billing.seller import seller
from ezscale.billing.tax import TaxDecision, decide_tax
from ezscale.catalog.coupons import coupon_for
from ezscale.catalog.plans import PlanOffer, PriceOffer, plan_on_sale
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor would like to buy, and where they live (which decides the tax)."""

    plan: str
    months: int
    currency: str
    country: str
    coupon: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that can be shown and charged. `renewal` is what the next cycle will ask for, tax included."""

    plan: PlanOffer
    price: PriceOffer
    coupon: Coupon | None
    lines: tuple[PricedLine, ...]
    sums: Sums
    tax: TaxDecision
    renewal: Money
    first_day: date
    next_day: date


def quote(work: Work, wish: Wish) -> Quote:
    """The price of a wish today. Invalid, naming the field, when it cannot be ordered."""
    plan = plan_on_sale(work, wish.plan)
    price = plan.price(wish.currency, wish.months)
    if price is None:
        raise Invalid("This plan is not offered for that currency and period.", field="months")
    coupon = coupon_for(work, wish.coupon, wish.currency) if wish.coupon.strip() else None
    tax = decide_tax(seller().country, wish.country, wish.tax_id)
    next_day = add_months(work.today, wish.months, work.today.day)
    lines = _lines(plan, price, coupon, tax)
    sums = add_up(lines, wish.currency)
    later = _with_discount(price.amount, coupon if coupon and coupon.cycles != 1 else None)
    renewal = price_line(Position(plan.name, price.amount, price.amount - later), tax).gross
    return Quote(plan, price, coupon, tuple(lines), sums, tax, renewal, work.today, next_day)


def priced_for_item(line: PricedLine, item_id: UUID) -> PricedLine:
    """The same line, tied to what it pays for."""
    position = line.position
    tied = Position(position.description, position.price, position.discount, item_id)
    return PricedLine(tied, line.net, line.tax, line.decision)


def describe(plan: PlanOffer, months: int) -> str:
    """A plan and its cycle, as printed on invoices."""
    cycle = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}.get(months, f"every {months} months")
    return f"{plan.name}, {cycle}"


def _lines(plan: PlanOffer, price: PriceOffer, coupon: Coupon | None, tax: TaxDecision) -> list[PricedLine]:
    off = price.amount - _with_discount(price.amount, coupon)
    lines = [price_line(Position(describe(plan, price.months), price.amount, off), tax)]
    if price.setup:
        zero = Money.zero(price.setup.currency)
        lines.append(price_line(Position(f"{plan.name}, setup", price.setup, zero), tax))
    return lines


def _with_discount(amount: Money, coupon: Coupon | None) -> Money:
    return amount - discount_on(amount, coupon.percent, coupon.amount_minor) if coupon else amount
