"""The order page: what Ada types on it, and how a story reads what came of it."""

from typing import Any

from sqlmodel import col, select

from ezscale.models import Order
from tests.company import Company


def typed(hostname: str) -> dict[str, Any]:
    """Everything that is asked on the way to paying for a server of this name."""
    return {
        "hostname": hostname,
        "coupon": "",
        "consent": True,
        "name": "Ada Moreno",
        "company": "",
        "address": "Lange Gasse 12",
        "city": "Berlin",
        "postcode": "10115",
    }


def orders_of(at: Company) -> list[Order]:
    """Every order, oldest first."""
    with at.robot() as work:
        return list(work.session.exec(select(Order).order_by(col(Order.id))))


def euros(text: str) -> str:
    """A sum as it is shown, with a space that can be typed."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
