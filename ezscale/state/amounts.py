"""Sums, numbers and days as people type them into forms."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.state.arguments import sent_text

SUM = re.compile(r"-?\d{1,12}([.,]\d{1,4})?")


def typed_money(typed: Any, currency: str, field: str) -> Money:
    """A sum in a currency: 12, 12.50 or 12,50; nothing typed is no money. Invalid beside its field."""
    text = sent_text(typed, 20)
    if not text:
        return Money.zero(currency)
    if not SUM.fullmatch(text):
        raise Invalid("Write a sum, as in 12.50.", field=field)
    try:
        return Money.of(Decimal(text.replace(",", ".")), currency)
    except ValueError:
        raise Invalid(f"{currency} has fewer decimals.", field=field) from None


def typed_count(typed: Any, field: str) -> int:
    """A whole number. Invalid beside its field."""
    text = sent_text(typed, 10)
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Write a number.", field=field)
    return int(text)


def typed_day(typed: Any, field: str) -> date | None:
    """A day, or None when nothing was typed. Invalid beside its field."""
    text = sent_text(typed, 10)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Please write a day.", field=field) from None


def plain_sum(amount: Money) -> str:
    """A sum as a form shows it to be changed."""
    return f"{amount.major:f}" if amount else ""
