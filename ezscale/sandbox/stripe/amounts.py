"""Which sums of money Stripe moves, and what it keeps of them."""

from fractions import Fraction

from ezscale.kit.money import digits, half_up
from ezscale.sandbox.stripe.errors import StripeError

LARGEST = 99_999_999
SMALLEST = 50
FEE_RATE = Fraction(15, 1000)
FEE_FIXED = 25


def checked_currency(currency: str) -> str:
    """The currency, lower case as Stripe wants it; its error for an unknown one."""
    try:
        digits(currency.upper())
    except ValueError:
        raise StripeError(f"Invalid currency: {currency}.", param="currency") from None
    return currency.lower()


def checked_amount(amount: int, param: str = "amount") -> int:
    """The amount in the smallest unit; Stripe's error when it is too small or too large."""
    if amount < SMALLEST:
        message = f"Amount must be at least {SMALLEST} in the smallest unit of the currency."
        raise StripeError(message, code="amount_too_small", param=param)
    if amount > LARGEST:
        raise StripeError(f"Amount must be no more than {LARGEST}.", code="amount_too_large", param=param)
    return amount


def fee_of(amount: int) -> int:
    """What Stripe keeps of a charge: 1.5 % and 25 of the smallest unit."""
    return half_up(amount * FEE_RATE) + FEE_FIXED
