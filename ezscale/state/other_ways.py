"""The ways to pay beside the first, at which a card is typed."""

from dataclasses import dataclass

from ezscale import wiring
from ezscale.models.payment_method import BRANDS


@dataclass
class Way:
    """A gateway that somebody may choose: its name, and what people call it."""

    name: str
    words: str


def other_ways() -> list[Way]:
    """Those that are connected, in their order."""
    return [Way(name, BRANDS.get(name, name.title())) for name in list(wiring.gateways())[1:]]
