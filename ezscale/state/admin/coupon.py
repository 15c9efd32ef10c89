"""One coupon: what it gives, to whom, and what came of it."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import reflex as rx

from ezscale.catalog.coupon_making import end_coupon
from ezscale.catalog.redemptions import ENDED, Redemption, coupon, earned, redemptions, standing
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import Coupon
from ezscale.state.admin.coupons import CouponRow
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.marketing.catalog import cycle_name
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE, Turning


@dataclass
class SumRow:
    """What came of a coupon in one currency."""

    currency: str
    discount: str
    revenue: str


@dataclass
class CouponView:
    """A coupon in words."""

    row: CouponRow = field(default_factory=CouponRow)
    since: str = ""
    plans: str = ""
    months: str = ""
    who: str = ""
    each: str = ""
    may_end: bool = False

    @classmethod
    def of(cls, found: Coupon, status: str, reader: Reader) -> Self:
        """A coupon with all its limits."""
        only = (("New customers", found.new_customers_only), ("Those who came by a link", found.referred_only))
        return cls(
            row=CouponRow.of(found, status, reader),
            since=reader.moment(found.since),
            plans=", ".join(found.plans or ["All plans"]),
            months=", ".join(cycle_name(months) for months in found.months or []) or "All billing cycles",
            who=", ".join(words for words, holds in only if holds) or "Everybody",
            each=str(found.uses_each) if found.uses_each is not None else "No limit",
            may_end=status != ENDED,
        )


@dataclass
class RedemptionRow:
    """One order with the coupon."""

    id: str
    order: str
    invoice_id: str
    customer: str
    customer_id: str
    at: str
    discount: str
    revenue: str
    status: str

    @classmethod
    def of(cls, found: Redemption, reader: Reader) -> Self:
        """A use; one that was given back counts no more."""
        return cls(
            id=str(found.use.id),
            order=found.order.number,
            invoice_id=str(found.order.invoice_id),
            customer=found.customer.company or found.customer.name,
            customer_id=str(found.customer.id),
            at=reader.moment(found.use.used_at),
            discount=reader.money(found.discount),
            revenue=reader.money(found.revenue),
            status="released" if found.use.released_at else found.order.status.value,
        )


class CouponState(Record, StaffState):
    """The file of one coupon."""

    coupon: CouponView = CouponView()
    sums: list[SumRow] = []

    @rx.event
    async def end(self) -> None:
        """Nobody can use it any more."""
        coupon_id = sent_id(self._id)
        await self.perform(lambda work: end_coupon(work, coupon_id))
        await self._look()
        self.say("The code has ended. Whoever used it keeps what it gave.")

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()

        def reading(work: Work) -> tuple[CouponView, list[SumRow]]:
            found = coupon(work, row_id)
            sums = [
                SumRow(currency, reader.money(off), reader.money(came))
                for currency, (off, came) in sorted(earned(work, row_id).items())
            ]
            return CouponView.of(found, standing(work, found), reader), sums

        self.coupon, self.sums = await self.read(reading)


class RedemptionsState(Turning, StaffState):
    """Who used the coupon that the address names."""

    rows: list[RedemptionRow] = []
    loading: bool = True

    _of: str = ""

    @rx.event
    async def load(self) -> None:
        """Show who used it last."""
        asked = self._asked("id", 40)
        if asked != self._of:
            self._of, self.rows, self._turned = asked, [], []
        await self._show()

    async def _show(self) -> None:
        before, reader = self._before, self._reader()
        try:
            coupon_id = sent_id(self._of)
        except NotFound:
            self.rows, self.loading = [], False
            return

        def reading(work: Work) -> list[RedemptionRow]:
            found = redemptions(work, coupon_id, before=before, limit=PAGE + 1)
            return [RedemptionRow.of(each, reader) for each in found]

        self.rows, self.loading = self._cut(await self.read(reading)), False
