"""The list of coupons."""

from dataclasses import dataclass
from typing import Self

from ezscale.catalog.redemptions import coupons, standing
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon
from ezscale.models.coupon import CouponKind
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


@dataclass
class CouponRow:
    """A coupon on one line."""

    id: str = ""
    code: str = ""
    gives: str = ""
    lasts: str = ""
    used: str = ""
    until: str = ""
    note: str = ""
    status: str = ""

    @classmethod
    def of(cls, coupon: Coupon, status: str, reader: Reader) -> Self:
        """A coupon in words."""
        most = f" of {coupon.max_uses}" if coupon.max_uses is not None else ""
        return cls(
            id=str(coupon.id),
            code=coupon.code,
            gives=gives(coupon, reader),
            lasts=lasts(coupon),
            used=f"{coupon.used}{most}",
            until=reader.moment(coupon.until),
            note=coupon.note,
            status=status,
        )


class CouponsState(Listing, StaffState):
    """Every code there is or was."""

    rows: list[CouponRow] = []

    _address = "/admin/coupons/"

    async def _show(self) -> None:
        status, words, before, descending = self.status, self.words, self._before, self.descending
        reader = self._reader()

        def reading(work: Work) -> list[CouponRow]:
            found = coupons(work, status=status, words=words, before=before, limit=PAGE + 1, descending=descending)
            return [CouponRow.of(coupon, standing(work, coupon), reader) for coupon in found]

        self.rows = self._cut(await self.read(reading))


def gives(coupon: Coupon, reader: Reader) -> str:
    """What a coupon does to a price."""
    sums = " or ".join(reader.money(Money(minor, code)) for code, minor in sorted((coupon.amounts or {}).items()))
    match coupon.kind:
        case CouponKind.PERCENT:
            return f"{coupon.percent}% off"
        case CouponKind.FIXED:
            return f"{sums} off"
        case CouponKind.OVERRIDE:
            return f"{sums} instead"
        case CouponKind.FREE_SETUP:
            return "No setup fee"


def lasts(coupon: Coupon) -> str:
    """For how long it does that."""
    if coupon.kind == CouponKind.FREE_SETUP or coupon.cycles == 1:
        return "Once"
    return "For ever" if coupon.cycles is None else f"{coupon.cycles} cycles"
