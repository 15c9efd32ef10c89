"""What is billed, again and again."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class SubscriptionStatus(StrEnum):
    """Where a subscription stands."""

    PENDING = "pending"
    EXPIRED = "expired"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    ENDED = "ended"


UNSTARTED = (SubscriptionStatus.PENDING, SubscriptionStatus.EXPIRED)


class Subscription(Row, table=True):
    """A promise to bill. `bill_from` is the first day that no invoice covers yet; `anchor_day` keeps the 31st."""

    __table_args__ = (Index("ix_subscription_due", "status", "bill_from", "id"),)
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        SubscriptionStatus.EXPIRED: "nobody has paid for it",
        SubscriptionStatus.ACTIVE: "it is billed in its time, which is checked",
        SubscriptionStatus.ENDED: "it is never billed again",
    }

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    order_id: UUID | None = Field(default=None, foreign_key="customer_order.id", index=True)
    status: SubscriptionStatus = Field(default=SubscriptionStatus.PENDING, sa_type=word(SubscriptionStatus))
    currency: str = Field(max_length=3)
    months: int
    anchor_day: int = 1
    started_on: date | None = None
    bill_from: date | None = None
    ended_on: date | None = None
    created_at: datetime = moment()

    def start(self, today: date, paid_until: date) -> None:
        """The first cycle is paid, in time or late; the next invoice covers the days from `paid_until` on."""
        require_status("subscription", self.status, *UNSTARTED)
        self.status = SubscriptionStatus.ACTIVE
        self.started_on = today
        self.anchor_day = today.day
        self.bill_from = paid_until

    def expire(self) -> None:
        """Its order was not paid in time; it starts all the same if the money comes after all."""
        require_status("subscription", self.status, SubscriptionStatus.PENDING)
        self.status = SubscriptionStatus.EXPIRED

    def fall_behind(self) -> None:
        """An invoice is overdue."""
        require_status("subscription", self.status, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
        self.status = SubscriptionStatus.PAST_DUE

    def catch_up(self) -> None:
        """Nothing is overdue any more."""
        require_status("subscription", self.status, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
        self.status = SubscriptionStatus.ACTIVE

    def pause(self) -> None:
        """It stands still and is not billed; only what is paid can."""
        require_status("subscription", self.status, SubscriptionStatus.ACTIVE)
        self.status = SubscriptionStatus.PAUSED

    def come_back(self, carried_days: int) -> None:
        """It goes on, and what was paid lasts as many days longer as it stood still."""
        require_status("subscription", self.status, SubscriptionStatus.PAUSED)
        self.status = SubscriptionStatus.ACTIVE
        self.last_longer(carried_days)

    def last_longer(self, days: int) -> None:
        """The next period begins so many days later, and those after it on the same day of their months."""
        if self.bill_from is not None and days:
            self.renew_on(self.bill_from + timedelta(days=days))

    def renew_on(self, day: date) -> None:
        """The next period begins on this day, and those after it on the same day of their months."""
        self.bill_from, self.anchor_day = day, day.day

    def bill_every(self, months: int, paid_until: date, anchor_day: int) -> None:
        """Another cycle from now on, whose first period is paid up to a day."""
        self.months, self.bill_from, self.anchor_day = months, paid_until, anchor_day

    def bill_again_from(self, day: date) -> None:
        """An invoice for days to come was called off: they are still to be billed."""
        if self.bill_from is not None:
            self.bill_from = min(self.bill_from, day)

    def end(self, today: date) -> None:
        """Never billed again."""
        self.status = SubscriptionStatus.ENDED
        self.ended_on = self.ended_on or today


class ItemKind(StrEnum):
    """What an item of a subscription is."""

    PLAN = "plan"
    OPTION = "option"
    ADD_ON = "add_on"


class SubscriptionItem(Row, table=True):
    """One thing within a subscription, at its own price: what was agreed, not what the catalog says today.

    `price_minor` is for one of `quantity` and for one cycle. A discount holds for `discount_cycles` more cycles, for
    ever when that is empty. What is agreed anew is a new item, which `replaces_id` ties to the one that ended for it.
    """

    __tablename__ = "subscription_item"

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    kind: ItemKind = Field(default=ItemKind.PLAN, sa_type=word(ItemKind), sa_column_kwargs={"server_default": "plan"})
    option_value_id: UUID | None = Field(default=None, foreign_key="option_value.id", index=True)
    add_on_id: UUID | None = Field(default=None, foreign_key="add_on.id", index=True)
    replaces_id: UUID | None = Field(default=None, foreign_key="subscription_item.id", index=True)
    description: str = Field(max_length=200)
    quantity: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    currency: str = Field(max_length=3)
    price_minor: int = Field(sa_type=BigInteger)
    discount_percent: int = 0
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    discount_cycles: int | None = None
    began_on: date | None = None
    ended_on: date | None = None

    @property
    def price(self) -> Money:
        """For one, for one cycle, before discount and tax."""
        return Money(self.price_minor, self.currency)

    def begin(self, today: date) -> None:
        """It is part of the subscription from this day on."""
        self.began_on, self.ended_on = today, None

    def end(self, today: date) -> None:
        """It is not part of the subscription from this day on."""
        self.ended_on = self.ended_on or today


class LeavingReason(StrEnum):
    """Why customers go, as the survey offers it."""

    PRICE = "price"
    NO_LONGER_NEEDED = "no_longer_needed"
    MISSING_FEATURE = "missing_feature"
    TROUBLE = "trouble"
    SUPPORT = "support"
    ANOTHER_PROVIDER = "another_provider"
    OTHER = "other"
    UNSAID = "unsaid"


class Cancellation(Row, table=True):
    """A customer's wish to stop at a day; withdrawn when they change their mind. `at_once` ones cannot be."""

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    requested_at: datetime = moment()
    requested_by: str = Field(max_length=120)
    effective_on: date = Field(index=True)
    reason: str = Field(default="", max_length=500)
    reason_code: LeavingReason = Field(
        default=LeavingReason.UNSAID, sa_type=word(LeavingReason), sa_column_kwargs={"server_default": "unsaid"}
    )
    at_once: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    withdrawn_at: datetime | None = maybe_moment()

    def happen_now(self, day: date) -> None:
        """They do not wait for the end of what is paid."""
        self.effective_on, self.at_once = day, True

    def withdraw(self, now: datetime) -> None:
        """They stay."""
        self.withdrawn_at = self.withdrawn_at or now


class Pause(Row, table=True):
    """Days on which a subscription stands still. `live_for` is the subscription while it does: one pause at a time.

    `carried_days` are the days by which what was paid lasts longer for it.
    """

    __table_args__ = (CheckConstraint("carried_days >= 0", name="carried"),)

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    live_for: UUID | None = Field(default=None, unique=True)
    began_on: date
    returns_on: date = Field(index=True)
    came_back_on: date | None = None
    carried_days: int = 0
    asked_at: datetime = moment()
    asked_by: str = Field(max_length=120)

    def end(self, day: date) -> None:
        """It is over, on the day or before it."""
        self.came_back_on, self.live_for = day, None
        self.carried_days = max((day - self.began_on).days, 0)


class Extension(Row, table=True):
    """Days that staff gave to a customer, and why."""

    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    days: int
    until: date
    reason: str = Field(max_length=300)
    given_at: datetime = moment()
    given_by: str = Field(max_length=120)


class ChangeStatus(StrEnum):
    """Where a change of a subscription stands."""

    QUOTED = "quoted"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


PENDING_CHANGES = (ChangeStatus.ACCEPTED, ChangeStatus.SCHEDULED)


class SubscriptionChange(Row, table=True):
    """Something else agreed for a subscription: first a quote, then (paid for, or in its time) what holds.

    `lines` are the lines as they were shown and will be charged, `items` the agreements that come, `ends` those that go.
    `live_for` is the subscription while the change waits for its money or its day: one at a time. `state` is what the
    subscription looked like when the quote was made.
    """

    __tablename__ = "subscription_change"
    __table_args__ = (Index("ix_subscription_change_status", "status", "expires_at"),)
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        ChangeStatus.QUOTED: "nobody has agreed to it: its day passes, and nothing follows",
        ChangeStatus.APPLIED: "it holds",
        ChangeStatus.WITHDRAWN: "nobody wants it",
        ChangeStatus.EXPIRED: "nobody has paid for it",
    }

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    live_for: UUID | None = Field(default=None, unique=True)
    status: ChangeStatus = Field(default=ChangeStatus.QUOTED, sa_type=word(ChangeStatus))
    summary: str = Field(max_length=300)
    currency: str = Field(max_length=3)
    months: int
    total_minor: int = Field(sa_type=BigInteger)
    renewal_minor: int = Field(sa_type=BigInteger)
    effective_on: date
    paid_until: date | None = None
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    items: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    ends: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str = Field(max_length=64)
    quoted_at: datetime = moment()
    quoted_by: str = Field(max_length=120)
    expires_at: datetime = moment()
    accepted_at: datetime | None = maybe_moment()
    accepted_by: str = Field(default="", max_length=120)
    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id", index=True)
    finished_at: datetime | None = maybe_moment()

    @property
    def total(self) -> Money:
        """What it costs now, tax included; below zero when it gives back."""
        return Money(self.total_minor, self.currency)

    @property
    def renewal(self) -> Money:
        """What each cycle costs after it, tax included."""
        return Money(self.renewal_minor, self.currency)

    @property
    def is_pending(self) -> bool:
        """It waits for its money or its day."""
        return self.status in PENDING_CHANGES

    def follow(self, agreed_anew: dict[UUID, UUID]) -> None:
        """What it was to replace or end has been agreed anew in the same words meanwhile."""
        names = {str(old): str(new) for old, new in agreed_anew.items()}
        self.ends = [names.get(item_id, item_id) for item_id in self.ends]
        self.items = [
            {**terms, "replaces_id": names.get(terms["replaces_id"], terms["replaces_id"])} for terms in self.items
        ]

    def accept(self, now: datetime, by: str, expires_at: datetime) -> None:
        """The customer wants it so; it waits for the money."""
        self._agree(ChangeStatus.ACCEPTED, now, by)
        self.expires_at = expires_at

    def schedule(self, now: datetime, by: str) -> None:
        """The customer wants it so, when the next period begins."""
        self._agree(ChangeStatus.SCHEDULED, now, by)

    def bill_on(self, invoice_id: UUID) -> None:
        """What it costs is asked for."""
        require_status("change", self.status, ChangeStatus.ACCEPTED)
        self.invoice_id = invoice_id

    def apply(self, now: datetime) -> None:
        """It holds."""
        require_status("change", self.status, *PENDING_CHANGES)
        self._finish(ChangeStatus.APPLIED, now)

    def withdraw(self, now: datetime) -> None:
        """Nobody wants it any more."""
        require_status("change", self.status, *PENDING_CHANGES)
        self._finish(ChangeStatus.WITHDRAWN, now)

    def expire(self, now: datetime) -> None:
        """It was not paid in time."""
        require_status("change", self.status, ChangeStatus.ACCEPTED)
        self._finish(ChangeStatus.EXPIRED, now)

    def _agree(self, status: ChangeStatus, now: datetime, by: str) -> None:
        require_status("change", self.status, ChangeStatus.QUOTED)
        self.status, self.live_for = status, self.subscription_id
        self.accepted_at, self.accepted_by = now, by

    def _finish(self, status: ChangeStatus, now: datetime) -> None:
        self.status, self.live_for, self.finished_at = status, None, now
