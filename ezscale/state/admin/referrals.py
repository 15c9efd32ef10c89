"""Whom customers sent, what they were credited, and why not."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale.billing.referral_rewards import refuse_referral
from ezscale.billing.referrals import ReferralOverview, referrals
from ezscale.kit.work import Work
from ezscale.models.referral import ReferralStatus
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

OPEN = (ReferralStatus.CAME, ReferralStatus.WAITING)


@dataclass
class ReferralRow:
    """A referral on one line."""

    id: str
    referrer: str
    referrer_id: str
    referred: str
    referred_id: str
    came: str
    status: str
    words: str
    reward: str
    may_refuse: bool

    @classmethod
    def of(cls, found: ReferralOverview, reader: Reader) -> Self:
        """Who sent whom, and how it stands."""
        row = found.referral
        return cls(
            id=str(row.id),
            referrer=found.referrer.company or found.referrer.name,
            referrer_id=str(row.referrer_id),
            referred=found.referred.company or found.referred.name,
            referred_id=str(row.referred_id),
            came=reader.day(row.came_at),
            status=row.status.value,
            words=_words(found, reader),
            reward=reader.money(row.reward) if row.reward else "",
            may_refuse=row.status in OPEN,
        )


class ReferralsState(Listing, StaffState):
    """Every referral, and the question why one is refused."""

    rows: list[ReferralRow] = []
    refusing: str = ""
    about: str = ""

    _address = "/admin/referrals/"

    @rx.event
    async def ask(self, referral_id: str) -> None:
        """Open the question about one of those on the screen."""
        asked = sent_text(referral_id, 40)
        row = next((row for row in self.rows if row.id == asked), None)
        self.refusing, self.about, self.errors = (row.id, row.referred, {}) if row else ("", "", {})

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.refusing, self.errors = "", {}

    @rx.event
    async def turn_down(self, form: dict[str, Any]) -> None:
        """Credit nothing for it, for the reason that was given."""
        row_id, reason = sent_id(self.refusing), sent_fields(form, "reason", longest=300)["reason"]
        await self.perform(lambda work: refuse_referral(work, row_id, reason))
        self.refusing = ""
        await self._show()
        self.say("Refused. Nothing is credited for it.")

    async def _show(self) -> None:
        status, before, descending, reader = self.status, self._before, self.descending, self._reader()

        def reading(work: Work) -> list[ReferralRow]:
            found = referrals(work, status=status, before=before, limit=PAGE + 1, descending=descending)
            return [ReferralRow.of(each, reader) for each in found]

        self.rows = self._cut(await self.read(reading))


def _words(found: ReferralOverview, reader: Reader) -> str:
    row = found.referral
    match row.status:
        case ReferralStatus.CAME:
            return "Has not paid yet"
        case ReferralStatus.WAITING:
            return f"Credited on {reader.day(row.credit_on)}"
        case ReferralStatus.CREDITED:
            return reader.day(row.decided_at)
        case ReferralStatus.REFUSED:
            return f"{row.reason} ({row.decided_by})"
