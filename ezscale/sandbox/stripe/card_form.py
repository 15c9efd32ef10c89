"""What a person types into the payment page, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ezscale.sandbox.stripe.cards import BY_NUMBER

FIELDS = ("number", "expiry", "cvc", "name")
EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*[/-]?\s*(?:20)?(\d{2})")


@dataclass(frozen=True, slots=True)
class CardForm:
    """The four fields as typed, and a message for each that cannot be used."""

    number: str = ""
    expiry: str = ""
    cvc: str = ""
    name: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def digits(self) -> str:
        """The number without the spaces that people type."""
        return re.sub(r"[\s-]", "", self.number)

    @property
    def month_and_year(self) -> tuple[int, int]:
        """The expiry, once it has been found good."""
        match = EXPIRY.fullmatch(self.expiry.strip())
        if match is None:
            raise ValueError(f"{self.expiry!r} is no expiry date")
        return int(match[1]), 2000 + int(match[2])


def read_card(typed: Mapping[str, object], now: datetime) -> CardForm:
    """The form as typed, with what is wrong beside it."""
    number, expiry, cvc, name = (str(typed.get(field, ""))[:100].strip() for field in FIELDS)
    form = CardForm(number, expiry, cvc, name)
    problems = {
        "number": _number_problem(form.digits),
        "expiry": _expiry_problem(form, now),
        "cvc": "" if re.fullmatch(r"\d{3,4}", form.cvc) else "Enter the security code of 3 digits.",
        "name": "" if form.name else "Enter the name on the card.",
    }
    return replace(form, errors={field: problem for field, problem in problems.items() if problem})


def _number_problem(digits: str) -> str:
    if not digits:
        return "Enter the card number."
    if not re.fullmatch(r"\d{13,19}", digits) or not _passes_luhn(digits):
        return "Your card number is invalid."
    if digits not in BY_NUMBER:
        return "Your card was declined: this page takes only the test cards listed below."
    return ""


def _expiry_problem(form: CardForm, now: datetime) -> str:
    try:
        month, year = form.month_and_year
    except ValueError:
        return "Enter the expiry date as MM / YY."
    return "Your card's expiration date is in the past." if (year, month) < (now.year, now.month) else ""


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
