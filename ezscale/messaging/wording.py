"""What all letters say in the same way."""

from datetime import date

from babel.dates import format_date

from ezscale.kit.settings import settings
from ezscale.models import Customer


def day_for(day: date | None, customer: Customer) -> str:
    """A day as the customer writes it; nothing for none."""
    return format_date(day, "long", locale=customer.language) if day else ""


def address_of(path: str) -> str:
    """Where a link to one of our pages leads."""
    return settings().web_url + path
