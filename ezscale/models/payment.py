"""Attempts to charge cards, and the money that came."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.kit.columns import LongText, word
from ezscale.kit.money import Money
from ezscale.models.base import Row, WrongState, maybe_moment, moment, require_status


class AttemptTrigger(StrEnum):
    """Why we asked for money."""

    CHECKOUT = "checkout"
    DUE = "due"
    RETRY = "retry"
    NEW_CARD = "new_card"
    BACKUP = "backup"
    PAY_LINK = "pay_link"
    TOP_UP = "top_up"
    AUTO_TOP_UP = "auto_top_up"


ON_A_PAGE = (AttemptTrigger.CHECKOUT, AttemptTrigger.PAY_LINK)  # of the gateway's, where somebody types a card


class AttemptStatus(StrEnum):
    """Where an attempt stands."""

    CREATED = "created"
    SENT = "sent"
    RESERVED = "reserved"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_CUSTOMER = "needs_customer"


MOVING = (AttemptStatus.CREATED, AttemptStatus.SENT, AttemptStatus.UNKNOWN)
LIVE = (*MOVING, AttemptStatus.RESERVED)


class PaymentAttempt(Row, table=True):
    """Written before the gateway is asked. It pays an invoice or a top-up, never both.

    `live_for` is that invoice or top-up while the attempt lives: one live attempt for each. `key` goes with every request
    about it, so that one attempt is one charge. `taking_at` is since when we take the money that was approved on a page:
    from then on nobody may close it.

    One that `reserves` moves nothing by itself: until `reserved_until` the bank keeps the sum for us, and it is either taken
    (`taking_at`) or let go (`releasing_at`), never both.
    """

    __tablename__ = "payment_attempt"
    __table_args__ = (
        Index("ix_payment_attempt_unsettled", "status", "created_at"),
        Index("ix_payment_attempt_method", "method_id", "created_at"),
        CheckConstraint("(invoice_id IS NULL) <> (top_up_id IS NULL)", name="pays_one"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        AttemptStatus.SUCCEEDED: "its payment is booked, which is checked",
        AttemptStatus.FAILED: "the next try is another attempt",
        AttemptStatus.NEEDS_CUSTOMER: "the invoice asks on, and the next try is another attempt",
    }

    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id", index=True)
    top_up_id: UUID | None = Field(default=None, foreign_key="top_up.id", index=True)
    live_for: UUID | None = Field(default=None, unique=True)
    method_id: UUID | None = Field(default=None, foreign_key="payment_method.id")
    trigger: AttemptTrigger = Field(sa_type=word(AttemptTrigger))
    gateway: str = Field(max_length=20)
    key: str = Field(max_length=120, unique=True)
    status: AttemptStatus = Field(default=AttemptStatus.CREATED, sa_type=word(AttemptStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    checkout_ref: str = Field(default="", max_length=120, index=True)
    checkout_url: str = Field(default="", max_length=500)
    payment_ref: str = Field(default="", max_length=120, index=True)
    decline_code: str = Field(default="", max_length=60)
    created_at: datetime = moment()
    sent_at: datetime | None = maybe_moment()
    taking_at: datetime | None = maybe_moment()
    reserves: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reserved_at: datetime | None = maybe_moment()
    reserved_until: datetime | None = maybe_moment()
    releasing_at: datetime | None = maybe_moment()
    finished_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What is asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_live(self) -> bool:
        """Money may still move."""
        return self.status in LIVE

    def send(self, now: datetime) -> None:
        """From here on the gateway may have acted."""
        require_status("payment attempt", self.status, *LIVE)
        self.status = AttemptStatus.SENT
        self.sent_at = self.sent_at or now

    def stay_unsent(self) -> None:
        """The gateway surely has not acted: as if it had never been asked. One that somebody may have sent stays so."""
        if self.status is AttemptStatus.SENT:
            self.status, self.sent_at = AttemptStatus.CREATED, None

    @property
    def is_being_taken(self) -> bool:
        """What was approved on its page may be with us already."""
        return self.is_live and self.taking_at is not None

    @property
    def is_reserved(self) -> bool:
        """A bank keeps the sum for us, whatever was decided about it."""
        return self.is_live and self.reserved_until is not None

    @property
    def is_undecided(self) -> bool:
        """It is reserved, and neither taken nor let go."""
        return self.is_reserved and self.taking_at is None and self.releasing_at is None

    def reserve(self, payment_ref: str, until: datetime, now: datetime) -> None:
        """A bank keeps the sum for us until then; nothing has moved."""
        require_status("payment attempt", self.status, *MOVING)
        self.status = AttemptStatus.RESERVED
        self.payment_ref, self.reserved_at, self.reserved_until = payment_ref, now, until

    def release(self, now: datetime) -> None:
        """From here on we may have let go what was reserved. Refused once we may have taken it."""
        if self.taking_at is not None:
            raise WrongState("The money of this payment is being taken.")
        self.send(now)
        self.releasing_at = self.releasing_at or now

    def take(self, now: datetime) -> None:
        """From here on we may have taken what was approved on its page. Refused once we may have let it go."""
        if self.releasing_at is not None:
            raise WrongState("The money of this payment is being let go.")
        self.send(now)
        self.taking_at = self.taking_at or now

    def close_page(self, now: datetime) -> None:
        """Nothing that is approved on its page is taken any more. Refused once we may have taken it, or it is reserved."""
        require_status("payment attempt", self.status, *MOVING)
        if self.taking_at is not None:
            raise WrongState("The payment on this page is being taken.")
        self.fail("closed", now)

    def lose_sight(self) -> None:
        """The answer was lost: only the gateway knows."""
        require_status("payment attempt", self.status, *LIVE)
        self.status = AttemptStatus.UNKNOWN

    def succeed(self, payment_ref: str, now: datetime) -> None:
        """The money moved. Even an attempt given up before can turn out so: money wins over opinion."""
        self._finish(AttemptStatus.SUCCEEDED, now)
        self.payment_ref = payment_ref

    def fail(self, decline_code: str, now: datetime) -> None:
        """No money moved, and with this attempt none will."""
        require_status("payment attempt", self.status, *LIVE)
        self._finish(AttemptStatus.FAILED, now)
        self.decline_code = decline_code

    def ask_customer(self, decline_code: str, now: datetime) -> None:
        """The bank wants to see the customer."""
        require_status("payment attempt", self.status, *LIVE)
        self._finish(AttemptStatus.NEEDS_CUSTOMER, now)
        self.decline_code = decline_code

    def _finish(self, status: AttemptStatus, now: datetime) -> None:
        self.status, self.live_for = status, None
        self.finished_at = self.finished_at or now


class Payment(Row, table=True):
    """Money that came. `gateway_ref` is unique: the same movement is booked once.

    `gateway` is the way it came by: where staff recorded it, one of `PaidBy`, and `gateway_ref` is the reference.
    """

    __table_args__ = (UniqueConstraint("gateway", "gateway_ref"),)

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id", index=True)
    attempt_id: UUID | None = Field(default=None, foreign_key="payment_attempt.id")
    gateway: str = Field(max_length=20)
    gateway_ref: str = Field(max_length=120)
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    fee_minor: int = Field(default=0, sa_type=BigInteger)
    received_at: datetime = moment()
    taken_back_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What the customer paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        """What the gateway kept of it."""
        return Money(self.fee_minor, self.currency)

    def take_back(self, now: datetime) -> None:
        """It was recorded by mistake, and its reference is free for the payment that it belongs to."""
        if self.taken_back_at is not None:
            raise WrongState("This payment was taken back already.")
        self.taken_back_at, self.gateway_ref = now, f"taken-back:{self.id.hex}"


class CreditEntry(Row, table=True):
    """A movement of a customer's account credit: in when positive, spent or lapsed when negative.

    `left_minor` is what is still there of a sum that came in; `expires_on` the last day on which it can be spent, for
    ever without one. `warned_at` is when the customer was told that it will lapse.
    """

    __tablename__ = "credit_entry"
    __table_args__ = (
        Index("ix_credit_entry_customer", "customer_id", "currency"),
        Index("ix_credit_entry_expiry", "expires_on"),
        CheckConstraint("left_minor >= 0 AND (left_minor = 0 OR left_minor <= amount_minor)", name="left"),
    )

    customer_id: UUID = Field(foreign_key="customer.id")
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=200)
    once_key: str = Field(max_length=120, unique=True)
    created_at: datetime = moment()
    left_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    expires_on: date | None = None
    warned_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What came in, or went out."""
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What is still there of it."""
        return Money(self.left_minor, self.currency)


class DunningStep(Row, table=True):
    """One step taken for one overdue invoice; unique, so that it is taken once.

    `names_day` is the day that its letter names: of a reminder, when services stand still, of a warning, when they are
    deleted. Neither happens before it, whatever the rules say by then.
    """

    __tablename__ = "dunning_step"
    __table_args__ = (UniqueConstraint("invoice_id", "step"),)

    invoice_id: UUID = Field(foreign_key="invoice.id")
    step: str = Field(max_length=30)
    taken_at: datetime = moment()
    names_day: date | None = None


class InboundNotice(Row, table=True):
    """A verified message from a vendor, stored once by the vendor's own id for it.

    `kind` is the vendor's word for what has happened, `about` ours for what to ask about.
    """

    __tablename__ = "inbound_notice"
    __unaudited__: ClassVar[str] = "it is kept as it came; what follows from it is told"
    __table_args__ = (UniqueConstraint("vendor", "event_id"),)

    vendor: str = Field(max_length=20)
    event_id: str = Field(max_length=120)
    kind: str = Field(max_length=80)
    about: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    subject_ref: str = Field(default="", max_length=120)
    live: bool = False
    payload: str = Field(default="", sa_column=Column(LongText, nullable=False))
    received_at: datetime = moment()
    handled_at: datetime | None = maybe_moment()


class BillingCase(Row, table=True):
    """Something about money that a person must look at; closed with a word on what was done."""

    __tablename__ = "billing_case"

    kind: str = Field(max_length=40)
    once_key: str = Field(max_length=160, unique=True)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    opened_at: datetime = moment()
    closed_at: datetime | None = maybe_moment()

    def close(self, done: str, now: datetime) -> None:
        """Somebody has seen to it; what they did stands among the facts."""
        self.facts, self.closed_at = ({**self.facts, "done": done}, now)
