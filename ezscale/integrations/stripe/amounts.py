"""Amounts as Stripe counts them."""

from ezscale.kit.errors import Rejected
from ezscale.kit.money import Money, digits

WHOLE = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THOUSANDTHS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
NOT_OFFERED = frozenset({"HUF", "ISK", "TWD", "UGX"})  # Stripe counts them in ways of its own
LARGEST = 99_999_999


def stripe_amount(money: Money) -> int:
    """The amount in Stripe's smallest unit; Rejected when Stripe counts that currency differently from us."""
    places = 0 if money.currency in WHOLE else 3 if money.currency in THOUSANDTHS else 2
    if money.currency in NOT_OFFERED or digits(money.currency) != places:
        raise Rejected(f"We do not take {money.currency} through Stripe.")
    if not 0 < money.minor <= LARGEST:
        raise Rejected(f"Stripe cannot take {money} at once.")
    return money.minor


def our_amount(amount: int | None, currency: str | None) -> Money:
    """An amount of Stripe's in our terms."""
    return Money(amount or 0, (currency or "").upper())
