"""What gateways have paid out, and what they still hold."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.balances import gateway_balances
from ezscale.billing.payouts import payouts
from ezscale.kit.work import Work
from ezscale.models import GatewayBalance, Payout
from ezscale.models.payment_method import BRANDS
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


@dataclass
class PayoutRow:
    """A payout on one line. `came_back` is when its gateway had it again."""

    id: str
    day: str
    gateway: str
    reference: str
    status: str
    came_back: str
    amount: str

    @classmethod
    def of(cls, payout: Payout, reader: Reader) -> Self:
        """A payout as it stands."""
        return cls(
            id=str(payout.id),
            day=reader.day(payout.arrives_on),
            gateway=BRANDS.get(payout.gateway, payout.gateway.title()),
            reference=payout.gateway_ref,
            status=payout.status.value,
            came_back=reader.moment(payout.came_back_at),
            amount=reader.money(payout.amount),
        )


@dataclass
class HeldRow:
    """What a gateway held when it was last asked. `held` is empty where it does not say, `difference` where there is none."""

    id: str
    gateway: str
    held: str
    booked: str
    difference: str
    looked: str

    @classmethod
    def of(cls, seen: GatewayBalance, reader: Reader) -> Self:
        """A balance beside what should be there."""
        return cls(
            id=str(seen.id),
            gateway=BRANDS.get(seen.gateway, seen.gateway.title()),
            held="" if seen.held is None else reader.money(seen.held),
            booked=reader.money(seen.booked),
            difference=reader.money(seen.difference) if seen.difference else "",
            looked=reader.moment(seen.looked_at),
        )


class PayoutsState(Listing, StaffState):
    """Payouts, the latest to arrive first, of one status where it is chosen; and what is still held."""

    rows: list[PayoutRow] = []
    held: list[HeldRow] = []

    _address = "/admin/payouts/"

    async def _show(self) -> None:
        status, before, reader = self.status, self._before, self._reader()

        def reading(work: Work) -> tuple[list[PayoutRow], list[HeldRow]]:
            found = payouts(work, status=status, before=before, limit=PAGE + 1)
            held = [HeldRow.of(seen, reader) for seen in gateway_balances(work)]
            return [PayoutRow.of(each, reader) for each in found], held

        rows, self.held = await self.read(reading)
        self.rows = self._cut(rows)
