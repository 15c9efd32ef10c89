"""Amounts as PayPal writes them."""

from collections.abc import Mapping

from ezscale.kit.errors import Rejected
from ezscale.kit.money import Money, digits

TAKEN = frozenset(
    {
        *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "JPY"),
        *("MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"),
    }
)  # HUF and TWD have decimals for us and none at PayPal
WHOLE = frozenset({"JPY"})


def paypal_amount(money: Money) -> dict[str, str]:
    """The amount in PayPal's writing; Rejected for a currency that it does not take, or counts differently from us."""
    if money.currency not in TAKEN or digits(money.currency) != (0 if money.currency in WHOLE else 2):
        raise Rejected(f"We do not take {money.currency} through PayPal.")
    if money.minor <= 0:
        raise Rejected(f"PayPal cannot take {money}.")
    return {"currency_code": money.currency, "value": str(money.major)}


def our_amount(amount: Mapping[str, str]) -> Money:
    """An amount of PayPal's in our terms."""
    return Money.of(amount["value"], amount["currency_code"])
