"""What somebody new can choose from, as far as staff decide it."""

from typing import ClassVar

import reflex as rx

from ezscale.company.currencies import CurrencyRules, offered_currencies
from ezscale.state.currency_choices import currency_choices
from ezscale.state.ordering.choices import Option
from ezscale.state.session import Face, SessionState


class RegisterState(SessionState):
    """The currencies of the sign-up form. Until they have come, the page shows those that hold by default."""

    currencies: list[Option] = currency_choices(CurrencyRules().offered)
    offered: str = ""

    _face: ClassVar[Face] = "public"

    @rx.event
    async def load(self) -> None:
        """Offer what is offered today."""
        codes = await self.read(offered_currencies)
        self.currencies, self.offered = currency_choices(codes), " ".join(codes)
