"""What a customer asked for, with the prices as shown."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class OrderStatus(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    PAID = "paid"
    EXPIRED = "expired"


class Order(Row, table=True):
    """A placed order: it becomes an invoice, a subscription and a service, all made with it."""

    __tablename__ = "customer_order"

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    placed_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    status: OrderStatus = Field(default=OrderStatus.PLACED, sa_type=word(OrderStatus), index=True)
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BigInteger)
    coupon_code: str = Field(default="", max_length=40)
    invoice_id: UUID = Field(foreign_key="invoice.id", unique=True)
    placed_at: datetime = moment()
    expires_at: datetime = moment()
    paid_at: datetime | None = maybe_moment()

    @property
    def total(self) -> Money:
        """What was shown and is charged, tax included."""
        return Money(self.total_minor, self.currency)

    def pay(self, now: datetime) -> None:
        """The money is here. An expired order can still be paid: money is never turned away silently."""
        require_status("order", self.status, OrderStatus.PLACED, OrderStatus.EXPIRED)
        self.status = OrderStatus.PAID
        self.paid_at = now

    def expire(self) -> None:
        """Nobody paid in time."""
        require_status("order", self.status, OrderStatus.PLACED)
        self.status = OrderStatus.EXPIRED
