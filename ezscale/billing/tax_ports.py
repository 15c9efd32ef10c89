"""What billing needs from whoever knows tax ids and the taxes of places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TaxIdAnswer:
    """What a register says of a tax id. `request_id` is its proof that it was asked; `name` may stay its secret."""

    is_valid: bool
    name: str = ""
    request_id: str = ""


class TaxIdRegister(Protocol):
    """Whoever knows which tax ids are registered."""

    name: str

    def look_up(self, number: str, asked_by: str = "") -> TaxIdAnswer:
        """Whether a number is registered; TemporaryFailure while nobody can say. Not knowing is never a no."""
        ...


@dataclass(frozen=True, slots=True)
class CalculatedTax:
    """What a service says that a place takes, in parts of a million; nothing where we need not collect."""

    rate: int
    collects: bool


class TaxCalculator(Protocol):
    """Whoever works out the tax of a place for us."""

    name: str

    def rate_of(self, country: str, region: str, postcode: str, nexus: Sequence[str]) -> CalculatedTax:
        """The tax on a digital service sold there. `nexus` are the regions in which we must collect.

        TemporaryFailure while it cannot say; Rejected when there is no such place.
        """
        ...
