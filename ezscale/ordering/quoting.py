"""What an order will cost, line by line, exactly as it will be charged."""

from dataclasses import dataclass
from datetime import date

from ezscale.billing.lines import Position, PricedLine, Sums, add_up, discount_on, price_line, price_lines
from ezscale.billing.periods import add_months
from ezscale.billing.pricing import tax_for, tax_for_place
from ezscale.billing.tax import TaxDecision
from ezscale.billing.tax_rules import TaxRules
from ezscale.catalog.coupons import coupon_for
from ezscale.catalog.plans import PlanOffer, PriceOffer, plan_on_sale
from ezscale.company.rules import rules
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon, Customer
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
    coupon = coupon_for(work, wish.coupon, wish.currency) if wish.coupon.strip() else None
    tax = _tax(work, wish, plan)
    next_day = add_months(work.today, wish.months, work.today.day)
    lines = price_lines(_positions(plan, price, coupon), tax, rules(work, TaxRules).rounding)
    sums = add_up(lines, wish.currency)
    later = _with_discount(price.amount, coupon if coupon and coupon.cycles != 1 else None)
    renewal = price_line(Position(plan.name, price.amount, price.amount - later), tax).gross
    return Quote(plan, price, coupon, tuple(lines), sums, tax, renewal, work.today, next_day)


def _tax(work: Work, wish: Wish, plan: PlanOffer) -> TaxDecision:
    """A customer's own tax, with all that we know of them; that of a place for everybody else."""
    category = plan.family.value
    own = work.session.get(Customer, work.actor.customer_id) if work.actor.customer_id else None
    if own is not None and (own.country, own.tax_id) == (wish.country, wish.tax_id):
        return tax_for(work, own, category)
    return tax_for_place(work, wish.country, tax_id=wish.tax_id, category=category)


def describe(plan: PlanOffer, months: int) -> str:
    """A plan and its cycle, as printed on invoices."""
    cycle = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}.get(months, f"every {months} months")
    return f"{plan.name}, {cycle}"


def _positions(plan: PlanOffer, price: PriceOffer, coupon: Coupon | None) -> list[Position]:
    off = price.amount - _with_discount(price.amount, coupon)
    positions = [Position(describe(plan, price.months), price.amount, off)]
    if price.setup:
        zero = Money.zero(price.setup.currency)
        positions.append(Position(f"{plan.name}, setup", price.setup, zero, kind=LineKind.SETUP))
    return positions


def _with_discount(amount: Money, coupon: Coupon | None) -> Money:
    return amount - discount_on(amount, coupon.percent, coupon.amount_minor) if coupon else amount
