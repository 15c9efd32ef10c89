"""A bank behind the port for payments, in memory: for stories of thousands of steps, in which HTTP would cost most."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ezscale.billing.payout_ports import KeptFee, PayoutReceipt, PayoutState
from ezscale.billing.ports import (
    Card,
    Charge,
    ChargeState,
    CheckoutPage,
    DisputeReceipt,
    DisputeState,
    Notice,
    OldSubscription,
    Payer,
    Receipt,
    RefundReceipt,
    RefundState,
    WantedRefund,
)
from ezscale.kit.errors import UnknownOutcome
from ezscale.kit.money import Money


class Mood(StrEnum):
    """What becomes of the next charges of kept cards."""

    PAYS = "pays"
    DECLINES = "declines"
    REFUSES = "refuses for good"
    ASKS = "asks the customer"
    LOSES = "pays, and the answer is lost"


TAKEN = (DisputeState.OPEN, DisputeState.LOST)
DECLINED = {
    Mood.DECLINES: (ChargeState.FAILED, False),
    Mood.REFUSES: (ChargeState.FAILED, True),
    Mood.ASKS: (ChargeState.NEEDS_CUSTOMER, False),
}


@dataclass
class Bank:
    """Keeps cards and moves money. `told` is what it has let us know of, by the name of each movement."""

    name: str = "stripe"
    pages_take: bool = True
    can_reserve: bool = True
    key_lives: timedelta = timedelta(hours=23)
    mood: Mood = Mood.PAYS
    pages: dict[str, Charge] = field(default_factory=dict)
    paid: dict[str, Receipt] = field(default_factory=dict)
    charged: dict[str, Receipt] = field(default_factory=dict)
    told: dict[str, Receipt] = field(default_factory=dict)
    refunds: dict[str, RefundReceipt] = field(default_factory=dict)
    refunds_told: dict[str, RefundReceipt] = field(default_factory=dict)
    disputes: dict[str, DisputeReceipt] = field(default_factory=dict)
    disputes_told: dict[str, DisputeReceipt] = field(default_factory=dict)
    payouts: dict[str, PayoutReceipt] = field(default_factory=dict)
    payouts_told: dict[str, PayoutReceipt] = field(default_factory=dict)

    def holds(self) -> Counter[str]:
        """What it has for us, less its fees, by currency: of all it has let us know of."""
        sums: Counter[str] = Counter()
        for receipt in self.told.values():
            sums[receipt.amount.currency] += receipt.amount.minor - (receipt.fee.minor if receipt.fee else 0)
        for refund in self.refunds_told.values():
            if refund.state is RefundState.SUCCEEDED:
                sums[refund.amount.currency] -= refund.amount.minor
        for dispute in self.disputes_told.values():
            taken = dispute.amount.minor if dispute.state in TAKEN else 0
            sums[dispute.amount.currency] -= taken + dispute.fee.minor
        for payout in self.payouts_told.values():
            if payout.state in (PayoutState.UNDER_WAY, PayoutState.PAID):
                sums[payout.amount.currency] -= payout.amount.minor
        return sums

    def approves(self, page: str) -> None:
        """Somebody agrees on a page; where it takes by itself, they have paid."""
        charge = self.pages[page]
        self.paid[page] = self.takes(charge)
        if not self.pages_take:
            self.paid[page] = replace(self.paid[page], state=ChargeState.APPROVED)

    def takes(self, charge: Charge, amount: Money | None = None, again: int = 0) -> Receipt:
        """Money moves for a charge: the sum that was asked for, unless it is said which."""
        sum_moved = amount or charge.amount
        fee = Money(min(sum_moved.minor // 50, 25), sum_moved.currency)
        payer = charge.payer_ref or charge.invoice_id.hex
        card = Card(f"pm_{payer}", "visa", "4242", 12, 2034, fingerprint=payer, payer_ref=payer)
        ref = f"pi_{charge.key}_{again}"
        return Receipt(
            ChargeState.SUCCEEDED,
            ref,
            sum_moved,
            charge.attempt_id,
            charge.invoice_id,
            charge.payer_ref,
            card,
            fee if fee.minor else None,
        )

    def tells(self, receipt: Receipt) -> Receipt:
        """It lets us know."""
        if receipt.state is ChargeState.SUCCEEDED:
            self.told[receipt.payment_ref] = receipt
        return receipt

    def register(self, payer: Payer) -> str:
        """The same name ever after."""
        return f"cus_{payer.customer_id.hex}" if self.pages_take else payer.gateway_ref

    def open_checkout(self, charge: Charge, success_url: str, cancel_url: str) -> CheckoutPage:
        """The same key is the same page."""
        ref = f"cs_{self.name}_{charge.key}"
        self.pages[ref] = charge
        return CheckoutPage(ref, f"{success_url}#{ref}")

    def read_checkout(self, checkout_ref: str) -> Receipt:
        """Open until somebody has paid on it or closed it."""
        charge = self.pages[checkout_ref]
        still_open = Receipt(ChargeState.OPEN, "", charge.amount, charge.attempt_id, charge.invoice_id)
        return self.tells(self.paid.get(checkout_ref, still_open))

    def reserves(self, charge: Charge, now: datetime) -> Receipt:
        """It keeps for us exactly what was asked for, for a week."""
        approved = replace(self.takes(charge), state=ChargeState.APPROVED, fee=None)
        return replace(approved, reserved_until=now + timedelta(days=7))

    def lets_go_what_is_old(self, now: datetime) -> None:
        """What was reserved a week ago is the customer's again."""
        for page, receipt in self.paid.items():
            if receipt.reserved_until is not None and receipt.reserved_until <= now:
                self._lets_go(page, "expired")

    def take_reserved(self, payment_ref: str, key: str) -> Receipt:
        """It takes what it keeps for us, once; in a mood, it does not, or nobody hears of it."""
        page, receipt = self._kept_as(payment_ref)
        if receipt.state is ChargeState.APPROVED:
            if self.mood in DECLINED:
                return self._lets_go(page, "no")
            charge = self.pages[page]
            self.paid[page] = self.takes(charge)
            if self.mood is Mood.LOSES:
                raise UnknownOutcome("The bank did not answer.")
        return self.tells(self.paid[page])

    def release_reserved(self, payment_ref: str, key: str) -> Receipt:
        """It lets go what it keeps for us, unless it has been taken; in a mood, nobody hears of it."""
        page, receipt = self._kept_as(payment_ref)
        if receipt.state is ChargeState.APPROVED:
            self._lets_go(page, "canceled")
            if self.mood is Mood.LOSES:
                raise UnknownOutcome("The bank did not answer.")
        return self.tells(self.paid[page])

    def _lets_go(self, page: str, why: str) -> Receipt:
        over = replace(self.paid[page], state=ChargeState.FAILED, decline_code=why, reserved_until=None)
        self.paid[page] = over
        return over

    def _kept_as(self, payment_ref: str) -> tuple[str, Receipt]:
        return next((page, each) for page, each in self.paid.items() if each.payment_ref == payment_ref)

    def take_checkout(self, checkout_ref: str) -> Receipt:
        """What was approved there is paid now; in a mood, it is declined, or nobody hears of it."""
        receipt = self.paid[checkout_ref]
        if receipt.state is ChargeState.APPROVED:
            if self.mood in DECLINED:
                return replace(receipt, state=ChargeState.FAILED, payment_ref="", decline_code="no", fee=None)
            self.paid[checkout_ref] = replace(receipt, state=ChargeState.SUCCEEDED)
            if self.mood is Mood.LOSES:
                raise UnknownOutcome("The bank did not answer.")
        return self.read_checkout(checkout_ref)

    def close_checkout(self, checkout_ref: str) -> None:
        """Nobody pays there any more."""
        still_open = replace(self.read_checkout(checkout_ref), state=ChargeState.EXPIRED)
        if self.pages_take:
            self.paid.setdefault(checkout_ref, still_open)

    def charge(self, charge: Charge) -> Receipt:
        """The same key is the same charge."""
        if charge.key in self.charged:
            return self.tells(self.charged[charge.key])
        if self.mood in DECLINED:
            state, hard = DECLINED[self.mood]
            receipt = Receipt(
                state, "", charge.amount, charge.attempt_id, charge.invoice_id, decline_code="no", hard=hard
            )
        else:
            receipt = replace(self.takes(charge), card=None)
        self.charged[charge.key] = receipt
        if self.mood is Mood.LOSES:
            raise UnknownOutcome("The bank did not answer.")
        return self.tells(receipt)

    def read_payment(self, payment_ref: str) -> Receipt:
        """What moved under a name."""
        known = [*self.paid.values(), *self.charged.values()]
        return self.tells(next(each for each in known if each.payment_ref == payment_ref))

    def find_payment(self, payer_ref: str, attempt_id: UUID, sent_at: datetime) -> Receipt | None:
        """What moved for an attempt."""
        found = next((each for each in self._moved() if each.attempt_id == attempt_id), None)
        return self.tells(found) if found else None

    def refund(self, wanted: WantedRefund) -> RefundReceipt:
        """The same key is the same refund."""
        ref = f"re_{wanted.key}"
        if ref in self.refunds:
            return self.tells_refund(ref)
        too_much = wanted.amount.minor > self.left_of(wanted.payment_ref).minor
        if self.mood is Mood.REFUSES or too_much or self.is_disputed(wanted.payment_ref):
            return RefundReceipt(RefundState.FAILED, "", wanted.payment_ref, wanted.amount, wanted.refund_id)
        state = RefundState.PENDING if self.mood is Mood.DECLINES else RefundState.SUCCEEDED
        self.gives_back(ref, wanted.payment_ref, wanted.amount, state, wanted.refund_id)
        if self.mood is Mood.LOSES:
            raise UnknownOutcome("The bank did not answer.")
        return self.tells_refund(ref)

    def gives_back(
        self, ref: str, payment_ref: str, amount: Money, state: RefundState, refund_id: UUID | None = None
    ) -> None:
        """Money goes back, asked for by us or by somebody in its dashboard; never more than is left."""
        assert amount.minor <= self.left_of(payment_ref).minor
        assert not self.is_disputed(payment_ref)
        self.refunds[ref] = RefundReceipt(state, ref, payment_ref, amount, refund_id)

    def is_disputed(self, payment_ref: str) -> bool:
        """Whether nothing of a payment can be refunded, because it has taken some and has not decided."""
        mine = [each for each in self.disputes.values() if each.payment_ref == payment_ref]
        return any(each.state is DisputeState.OPEN for each in mine)

    def left_of(self, payment_ref: str) -> Money:
        """What has not gone back of a payment that we know of."""
        paid = self.told[payment_ref]
        back = [each for each in self.refunds.values() if each.payment_ref == payment_ref]
        taken = [each for each in self.disputes.values() if each.payment_ref == payment_ref and each.state in TAKEN]
        gone = sum(each.amount.minor for each in back if each.state is not RefundState.FAILED)
        return paid.amount - Money(gone + sum(each.amount.minor for each in taken), paid.amount.currency)

    def takes_back(self, payment_ref: str, amount: Money, *, asks: bool) -> str:
        """Its customer wants the money back; it takes it, with a fee, or only asks: the name of the dispute."""
        assert amount.minor <= self.left_of(payment_ref).minor
        ref, fee = f"du_{len(self.disputes)}", Money(0 if asks else 15, amount.currency)
        state = DisputeState.WARNING if asks else DisputeState.OPEN
        self.disputes[ref] = DisputeReceipt(state, ref, payment_ref, amount, fee, "fraudulent")
        return ref

    def decides(self, ref: str, state: DisputeState) -> None:
        """It takes what it has asked about, or keeps, or gives back what it has taken, for a fee or without one."""
        known = self.disputes[ref]
        if known.state in (DisputeState.WON, DisputeState.LOST):
            return
        if known.state is DisputeState.WARNING and state is not DisputeState.WON:
            known = replace(known, amount=min(known.amount, self.left_of(known.payment_ref)))
            if not known.amount:
                return
        fee = 0 if state is DisputeState.WON and len(ref) % 2 else 15
        self.disputes[ref] = replace(known, state=state, fee=Money(fee, known.fee.currency))

    def read_dispute(self, dispute_ref: str) -> DisputeReceipt:
        """Where it stands; from then on we know."""
        self.disputes_told[dispute_ref] = self.disputes[dispute_ref]
        return self.disputes[dispute_ref]

    def settles(self) -> None:
        """What was on its way back has arrived, and nobody was told."""
        for ref, refund in self.refunds.items():
            if refund.state is RefundState.PENDING:
                self.refunds[ref] = replace(refund, state=RefundState.SUCCEEDED)

    def tells_refund(self, ref: str) -> RefundReceipt:
        """It lets us know."""
        self.refunds_told[ref] = self.refunds[ref]
        return self.refunds[ref]

    def read_refund(self, refund_ref: str) -> RefundReceipt:
        """What became of it."""
        return self.tells_refund(refund_ref)

    def find_refund(self, wanted: WantedRefund) -> RefundReceipt | None:
        """What went back under our own name for it."""
        ref = f"re_{wanted.key}"
        return self.tells_refund(ref) if ref in self.refunds else None

    def payments_since(self, moment: datetime) -> Iterator[Receipt]:
        """All that has moved and that we know of."""
        return iter(self.told.values())

    def pays_out(self, amount: Money, day: date) -> str:
        """It sends us a sum; the name of the payout."""
        ref = f"po_{len(self.payouts)}"
        self.payouts[ref] = PayoutReceipt(ref, amount, day, PayoutState.UNDER_WAY)
        return ref

    def ends_payout(self, ref: str, state: PayoutState) -> None:
        """It arrives, or comes back; what has come back stays so."""
        if self.payouts[ref].state in (PayoutState.UNDER_WAY, PayoutState.PAID):
            self.payouts[ref] = replace(self.payouts[ref], state=state)

    def payouts_since(self, moment: datetime) -> Iterator[PayoutReceipt]:
        """All that it has sent us."""
        self.payouts_told |= self.payouts
        return iter(self.payouts.values())

    def fees_since(self, moment: datetime) -> Iterator[KeptFee]:
        """None but those of payments and disputes."""
        return iter(())

    def balances(self) -> Mapping[str, Money]:
        """What it has for us. What it is sending back has left it already."""
        sums = self.holds()
        for refund in self.refunds_told.values():
            if refund.state is RefundState.PENDING:
                sums[refund.amount.currency] -= refund.amount.minor
        return {currency: Money(minor, currency) for currency, minor in sums.items()}

    def open_card_page(
        self, payer_ref: str, key: str, success_url: str, cancel_url: str, currency: str
    ) -> CheckoutPage:
        """Cards come with payments here."""
        raise NotImplementedError

    def read_card_page(self, page_ref: str, payer_ref: str) -> Card | None:
        """Cards come with payments here."""
        raise NotImplementedError

    def read_card(self, card_ref: str) -> Card | None:
        """Kept for ever, as it came."""
        raise NotImplementedError

    def kept_of(self, payer_ref: str) -> Iterator[Card]:
        """Cards come with payments here, and are forgotten by nobody."""
        return iter(())

    def forget_card(self, card_ref: str) -> None:
        """It is forgotten."""

    def forget_payer(self, payer: Payer) -> None:
        """They are forgotten."""

    def old_subscriptions_since(self, moment: datetime) -> Iterator[str]:
        """None: nobody was here before us."""
        return iter(())

    def read_old_subscription(self, ref: str) -> OldSubscription | None:
        """There is none."""
        return None

    def end_old_subscription(self, ref: str) -> None:
        """There is none."""

    def notices_since(self, moment: datetime) -> Iterator[tuple[Notice, str]]:
        """It sends none."""
        return iter(())

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """It sends none."""
        raise NotImplementedError

    def _moved(self) -> Sequence[Receipt]:
        known = [*self.paid.values(), *self.charged.values()]
        return [each for each in known if each.state is ChargeState.SUCCEEDED]
