"""What the shop sells that has changed since the public pages were built: whoever comes sees it at once."""

from typing import ClassVar

import reflex as rx

from ezscale.kit.work import Work
from ezscale.state.arguments import sent_text
from ezscale.state.marketing.catalog import PlanCard, ShopWindow, mark_of, window_of
from ezscale.state.session import Face, SessionState


class PricesState(SessionState):
    """The currencies and prices of today, the prices by `price_key`, and what is sold out.

    Nothing while they are those of the page itself.
    """

    currencies: list[str] = []
    per_month: dict[str, str] = {}
    notes: dict[str, str] = {}
    sold_out: dict[str, bool] = {}

    _face: ClassVar[Face] = "public"

    @rx.event
    async def look(self, built_of: str) -> None:
        """Bring a page up to date that was built of another shop window than that of today."""
        mark = sent_text(built_of, 64)
        window = await self.read(lambda work: newer_window(work, mark))
        tags = (
            [(price_key(plan, tag.currency, tag.months), tag) for plan in window.plans for tag in plan.prices]
            if window
            else []
        )
        self.currencies = list(window.currencies) if window else []
        self.per_month = {key: tag.per_month for key, tag in tags}
        self.notes = {key: tag.note for key, tag in tags}
        self.sold_out = {plan.slug: plan.sold_out for plan in window.plans} if window else {}


def newer_window(work: Work, mark: str) -> ShopWindow | None:
    """What stands in the window now, if that is something else."""
    return None if mark_of(work) == mark else window_of(work)


def price_key(plan: PlanCard, currency: str, months: int) -> str:
    """By which a price is found again: its plan, currency and cycle."""
    return f"{plan.slug} {currency} {months}"
