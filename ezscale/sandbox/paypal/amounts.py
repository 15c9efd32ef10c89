"""Which sums of money PayPal moves, how it writes them, and what it keeps of them."""

import re
from decimal import Decimal
from fractions import Fraction

from ezscale.kit.money import half_up
from ezscale.sandbox.paypal.errors import PayPalError, unprocessable
from ezscale.sandbox.store import Document

CURRENCIES = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "ILS",
        "JPY",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
    ]
)
WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
VALUE = re.compile(r"-?\d{1,10}(\.\d+)?")
FEE_RATE = Fraction(249, 10_000)
FEE_FIXED = 35


def minor(amount: Document, field: str) -> int:
    """An amount that was sent, in the smallest unit; PayPal's error when it cannot be moved."""
    currency, value = amount["currency_code"], amount["value"]
    if currency not in CURRENCIES:
        raise unprocessable("CURRENCY_NOT_SUPPORTED", field=f"{field}/currency_code")
    if not VALUE.fullmatch(value):
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field=f"{field}/value")
    decimals = value.partition(".")[2]
    if currency in WITHOUT_DECIMALS and decimals:
        raise unprocessable("DECIMALS_NOT_SUPPORTED", field=f"{field}/value")
    if len(decimals) > 2:
        raise unprocessable("DECIMAL_PRECISION", field=f"{field}/value")
    cents = int(Decimal(value).scaleb(places(currency)))
    if cents <= 0:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{field}/value")
    return cents


def places(currency: str) -> int:
    """How many decimals PayPal writes."""
    return 0 if currency in WITHOUT_DECIMALS else 2


def written(cents: int, currency: str) -> Document:
    """An amount as PayPal writes it."""
    return {"currency_code": currency, "value": str(Decimal(cents).scaleb(-places(currency)))}


def fee_of(cents: int) -> int:
    """What PayPal keeps of a payment: 2.49 % and 35 of the smallest unit, never more than the payment."""
    return min(half_up(cents * FEE_RATE) + FEE_FIXED, cents)
