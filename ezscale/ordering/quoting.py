"""What an order will cost, line by line, exactly as it will be charged."""

from dataclasses import dataclass
from datetime import date

from ezscale.billing.discounts import BasketItem, discounted_basket, next_cycle
from ezscale.billing.lines import Position, PricedLine, Sums, add_up, price_lines
from ezscale.billing.periods import add_months
from ezscale.billing.seller import seller
from ezscale.billing.tax import TaxDecision, decide_tax
from ezscale.catalog.coupons import coupon_for
from ezscale.catalog.plans import PlanOffer, PriceOffer, plan_on_sale
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon
from ezscale.models.invoice import LineKind


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
    coupon = _coupon(work, wish)
    tax = decide_tax(seller().country, wish.country, wish.tax_id)
    next_day = add_months(work.today, wish.months, work.today.day)
    item = basket_item(plan, price)
    lines = price_lines(discounted_basket([item], coupon)[0], tax)
    sums = add_up(lines, wish.currency)
    renewal = add_up(price_lines(next_cycle([item], coupon)[0], tax), wish.currency).total
    return Quote(plan, price, coupon, tuple(lines), sums, tax, renewal, work.today, next_day)


def describe(plan: PlanOffer, months: int) -> str:
    """A plan and its cycle, as printed on invoices."""
    cycle = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}.get(months, f"every {months} months")
    return f"{plan.name}, {cycle}"


def _coupon(work: Work, wish: Wish) -> Coupon | None:
    if not wish.coupon.strip():
        return None
    who = work.actor.customer_id
    return coupon_for(work, wish.coupon, wish.currency, plan=wish.plan, months=wish.months, customer_id=who)


def basket_item(plan: PlanOffer, price: PriceOffer) -> BasketItem:
    """What a plan asks for, before any discount: its first cycle, and its setup fee."""
    zero = Money.zero(price.amount.currency)
    positions = [Position(describe(plan, price.months), price.amount, zero)]
    if price.setup:
        positions.append(Position(f"{plan.name}, setup", price.setup, zero, kind=LineKind.SETUP))
    return BasketItem(positions, plan.slug, price.months)
