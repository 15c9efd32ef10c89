"""What billing needs from whoever keeps cards and moves money."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ezscale.billing.payout_ports import MoneyHolder
from ezscale.kit.money import Money


class ChargeState(StrEnum):
    """What became of a charge. APPROVED: the customer has agreed on a page, and nothing moves until we take it.

    Where the charge only reserves, their bank keeps the sum for us meanwhile.
    """

    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    FAILED = "failed"
    NEEDS_CUSTOMER = "needs_customer"
    OPEN = "open"
    APPROVED = "approved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as the gateway should know them. `gateway_ref` is its own name for them, empty while it has none."""

    customer_id: UUID
    name: str
    email: str
    country: str
    gateway_ref: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to move money for one invoice. The same `key` is the same charge, however often it is sent.

    For a top-up of credit, `invoice_id` is that top-up's own id. `keeps_card` says that who pays it on a page lets us keep
    the card for renewals. One that `reserves` moves nothing on its page: only for gateways that can.
    """

    key: str
    attempt_id: UUID
    invoice_id: UUID
    amount: Money
    payer_ref: str
    description: str
    card_ref: str = ""
    keeps_card: bool = False
    reserves: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A card, or a wallet, as the gateway keeps it for us. `fingerprint` is the same for the same one, whenever it is left.

    A wallet has no number and no date, but an `account`: whose it is, less most of its letters. `payer_ref` is the
    gateway's name for the customer whose it is, where that comes only with what they leave.
    """

    ref: str
    brand: str
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    country: str = ""
    fingerprint: str = ""
    account: str = ""
    payer_ref: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """A hosted page where the customer pays: send their browser to `url`."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the gateway says about one attempt, right now.

    `payment_ref` names the moved money (one name, one movement); `fee` is what the gateway kept, when known.
    `attempt_id` and `invoice_id` come from our own metadata and are None for money that is not ours.
    `hard` marks a decline after which the same card must not be tried again. `reserved_until` is how long a bank keeps for
    us what is approved.
    """

    state: ChargeState
    payment_ref: str
    amount: Money
    attempt_id: UUID | None = None
    invoice_id: UUID | None = None
    payer_ref: str = ""
    card: Card | None = None
    fee: Money | None = None
    decline_code: str = ""
    hard: bool = False
    reserved_until: datetime | None = None


class RefundState(StrEnum):
    """What became of money that goes back."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WantedRefund:
    """Part of a payment that shall go back. The same `key` is the same refund, however often it is sent."""

    key: str
    refund_id: UUID
    payment_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """What the gateway says about one refund, right now. `refund_id` is our name for it, None where it was not ours.

    `ref` is empty where the gateway refused to make it; `failure` says why.
    """

    state: RefundState
    ref: str
    payment_ref: str
    amount: Money
    refund_id: UUID | None = None
    failure: str = ""


class DisputeState(StrEnum):
    """Where a dispute stands. WARNING: the bank only asks. OPEN: it has the money. WON: the money is with us."""

    WARNING = "warning"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DisputeReceipt:
    """What the gateway says about one dispute, right now: what the bank took, or asks about.

    `fee` is what the gateway keeps for its work on it, beside that; `answer_by` is until when evidence is heard, and
    `card_ref` the card that had paid.
    """

    state: DisputeState
    ref: str
    payment_ref: str
    amount: Money
    fee: Money
    reason: str = ""
    answer_by: datetime | None = None
    card_ref: str = ""


@dataclass(frozen=True, slots=True)
class OldSubscription:
    """What an earlier system has left at a gateway, which bills by itself. `payer` is the fingerprint of a wallet."""

    ref: str
    bills: bool
    payer: str = ""
    email: str = ""


class About(StrEnum):
    """What a message of a gateway is about, and which question follows from it."""

    PAGE = "page"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    CARD = "card"
    OLD_SUBSCRIPTION = "old_subscription"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified message from the gateway: something happened to `subject_ref`; ask again what.

    `kind` is the gateway's own word for it, `about` is ours.
    """

    event_id: str
    kind: str
    about: About
    subject_ref: str
    live: bool


class BadNotice(Exception):
    """A message that the gateway did not sign, or signed too long ago."""


class PaymentGateway(MoneyHolder, Protocol):
    """Whoever keeps cards and moves money.

    Calls raise TemporaryFailure when surely nothing happened, UnknownOutcome when the answer was lost, and Rejected
    when the request itself was wrong. A decline is no exception: it is a Receipt with the state FAILED or
    NEEDS_CUSTOMER.
    """

    name: str
    pages_take: bool  # whether its pages take the money by themselves; else nothing moves before `take_checkout`
    can_reserve: bool  # whether its pages can reserve money that is taken, or let go, days later
    key_lives: timedelta  # for so long, surely, the same key is the same charge or refund; afterwards it is looked up

    def register(self, payer: Payer) -> str:
        """The gateway's name for this customer, the same ever after; empty where it has none before they leave something."""
        ...

    def open_checkout(self, charge: Charge, success_url: str, cancel_url: str) -> CheckoutPage:
        """A hosted page that takes exactly this charge, and keeps the card for renewals.

        Without a payer it shows nothing of any customer and keeps no card.
        """
        ...

    def read_checkout(self, checkout_ref: str) -> Receipt:
        """What became of a hosted page: OPEN, APPROVED, EXPIRED, or the outcome of its payment."""
        ...

    def take_checkout(self, checkout_ref: str) -> Receipt:
        """Take what was approved on a page, once, however often it is asked. Where pages take by themselves, this reads.

        A decline is the end of the page. Only for an attempt that is written down as being taken.
        """
        ...

    def take_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Take all of what a bank keeps for us, once, however often it is asked; a refusal is a receipt that says FAILED.

        Rejected where the gateway reserves nothing.
        """
        ...

    def release_reserved(self, payment_ref: str, key: str) -> Receipt:
        """Let go what a bank keeps for us: FAILED says that nothing was taken, nor will be. No error when that is so already."""
        ...

    def close_checkout(self, checkout_ref: str) -> None:
        """Nobody can pay on this page any more (no error when that is so already). Nothing where only we take."""
        ...

    def charge(self, charge: Charge) -> Receipt:
        """Take the money from the kept card, without the customer being there."""
        ...

    def read_payment(self, payment_ref: str) -> Receipt:
        """The current truth about a movement of money."""
        ...

    def find_payment(self, payer_ref: str, attempt_id: UUID, sent_at: datetime) -> Receipt | None:
        """Look up the money of an attempt whose answer was lost, by our own name for it.

        None: there surely is none. TemporaryFailure while the gateway cannot know of what was sent at that moment.
        """
        ...

    def refund(self, wanted: WantedRefund) -> RefundReceipt:
        """Send part of a payment back to where it came from; a refusal is a receipt that says FAILED."""
        ...

    def read_refund(self, refund_ref: str) -> RefundReceipt:
        """The current truth about money that goes back."""
        ...

    def find_refund(self, wanted: WantedRefund) -> RefundReceipt | None:
        """Look up a refund whose answer was lost, by our own name for it. None: it surely was not made."""
        ...

    def payments_since(self, moment: datetime) -> Iterator[Receipt]:
        """All money that was taken for payments begun since a moment, in no order."""
        ...

    def read_dispute(self, dispute_ref: str) -> DisputeReceipt:
        """The current truth about money that a customer's bank has taken back, or asks about."""
        ...

    def open_card_page(
        self, payer_ref: str, key: str, success_url: str, cancel_url: str, currency: str
    ) -> CheckoutPage:
        """A hosted page that keeps a new card and charges nothing."""
        ...

    def read_card_page(self, page_ref: str, payer_ref: str) -> Card | None:
        """The card that a payer left on a card page, kept from now on. None while nobody finished it, or when it is not theirs.

        `payer_ref` may be empty for somebody whom the gateway does not know yet.
        """
        ...

    def read_card(self, card_ref: str) -> Card | None:
        """A card as the gateway keeps it today. None when it keeps it no longer, or does not let us charge it."""
        ...

    def kept_of(self, payer_ref: str) -> Iterator[Card]:
        """What the gateway keeps of a payer, as it is today; nothing of somebody whom it does not know."""
        ...

    def forget_card(self, card_ref: str) -> None:
        """The gateway no longer keeps this card (no error when it did not)."""
        ...

    def forget_payer(self, payer: Payer) -> None:
        """The gateway no longer knows this customer, nor their cards (no error when it did not).

        By `gateway_ref` and by our own id alike: a registration's answer may have been lost. The name does not matter,
        and the e-mail address, when it is known, only makes looking faster.
        """
        ...

    def old_subscriptions_since(self, moment: datetime) -> Iterator[str]:
        """What bills by itself at the gateway and is not of our making: the names of those that took money since a moment."""
        ...

    def read_old_subscription(self, ref: str) -> OldSubscription | None:
        """One of those as it is today; None when there is none of this name."""
        ...

    def end_old_subscription(self, ref: str) -> None:
        """It bills nobody any more (no error when it did not)."""
        ...

    def notices_since(self, moment: datetime) -> Iterator[tuple[Notice, str]]:
        """The messages since a moment that nothing but a webhook would tell us of, each with its body; some may be known."""
        ...

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify a webhook's raw body by what came with it; BadNotice when it is not from the gateway."""
        ...
