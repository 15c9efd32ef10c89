"""The customer's own link, and who came by it."""

from dataclasses import dataclass
from typing import Self

import reflex as rx

from ezscale.accounts.permissions import PLACE_ORDERS
from ezscale.billing.referral_rewards import OURSELVES
from ezscale.billing.referrals import (
    ReferralOverview,
    ReferralRules,
    earned_by_referring,
    initials,
    make_code,
    own_code,
    referrals,
)
from ezscale.company.rules import rules
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.models.referral import ReferralStatus
from ezscale.state.account.portal import PortalState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE, Turning


@dataclass
class SentRow:
    """Somebody who came by the link: nobody learns more of them than initials."""

    id: str
    who: str
    came: str
    status: str
    words: str

    @classmethod
    def of(cls, found: ReferralOverview, reader: Reader) -> Self:
        row = found.referral
        words = {
            ReferralStatus.CAME: "Has not bought anything yet",
            ReferralStatus.WAITING: f"Credited on {reader.day(row.credit_on)}",
            ReferralStatus.CREDITED: reader.money(row.reward) if row.reward else "",
            ReferralStatus.REFUSED: row.reason
            if row.decided_by == OURSELVES
            else "",  # what a colleague wrote stays here
        }
        return cls(
            str(row.id), initials(found.referred.name), reader.day(row.came_at), row.status.value, words[row.status]
        )


@dataclass
class LinkView:
    """The link, what it brings, and what it has brought."""

    address: str = ""
    reward: str = ""
    wait_days: str = ""
    earned: str = ""
    enabled: bool = False
    may_make: bool = False


class ReferralsState(Turning, PortalState):
    loaded: bool = False
    link: LinkView = LinkView()
    rows: list[SentRow] = []

    @rx.event
    async def load(self) -> None:
        """Show the link and who came by it."""
        await self.follow(ReferralsState.refresh)
        self._turned = []
        await self._show()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._show()

    @rx.event
    async def make(self) -> None:
        """Have a link from now on."""
        await self.perform(make_code)
        await self._show()

    async def _show(self) -> None:
        before, reader = self._before, self._reader

        def reading(work: Work) -> tuple[LinkView, list[SentRow]]:
            found = referrals(work, before=before, limit=PAGE + 1)
            return link_view(work, reader), [SentRow.of(each, reader) for each in found]

        self.link, rows = await self.read(reading)
        self.rows, self.loaded = self._cut(rows), True


def link_view(work: Work, reader: Reader) -> LinkView:
    """The customer's link in words."""
    decided, code = rules(work, ReferralRules), own_code(work)
    currency = work.session.get_one(Customer, work.actor.own_customer()).currency
    fixed = decided.reward(currency)
    reward = f"{decided.percent}% of their first invoice" if decided.percent else reader.money(fixed) if fixed else ""
    return LinkView(
        address=f"{settings().web_url.rstrip('/')}/?ref={code}" if code else "",
        reward=reward,
        wait_days=str(decided.wait_days),
        earned=" and ".join(reader.money(amount) for amount in earned_by_referring(work)),
        enabled=decided.enabled,
        may_make=work.actor.may(PLACE_ORDERS),
    )
