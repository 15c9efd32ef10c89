"""Subscriptions whose next period is to be billed, and what is read of them: objects, or only the columns that count.

A run over thousands reads columns, because putting objects together would take longer than all the rest.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Uuid, type_coerce

from ezscale.kit.database import table_of
from ezscale.models import Customer, Subscription, SubscriptionItem


class DueSubscription(NamedTuple):
    """What counts of a subscription."""

    id: UUID
    number: str
    customer_id: UUID
    currency: str
    months: int
    anchor_day: int
    bill_from: date | None


class DueCustomer(NamedTuple):
    """What counts of its customer."""

    id: UUID
    number: str
    name: str
    company: str
    email: str
    address: str
    city: str
    postcode: str
    region: str
    country: str
    tax_id: str


class DueItem(NamedTuple):
    """What counts of something within it."""

    id: UUID
    subscription_id: UUID
    plan_id: UUID
    description: str
    quantity: int
    currency: str
    price_minor: int
    discount_percent: int
    discount_minor: int
    discount_cycles: int | None


class Due(NamedTuple):
    """A subscription with everything its next invoice needs."""

    subscription: Subscription | DueSubscription
    customer: Customer | DueCustomer
    items: Sequence[SubscriptionItem | DueItem]


class Known(Uuid[UUID]):
    """An id that most databases hand out as text, and that many rows have in common: each is read once, not every time."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, _kind: object) -> Callable[[str | None], UUID | None] | None:
        """How a value of the driver's becomes ours."""
        return None if dialect.supports_native_uuid else _id_of


@lru_cache(maxsize=5_000)  # what one block of a run names
def _id_of(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def columns_of(model: type[Any], row: type[NamedTuple]) -> list[ColumnElement[Any]]:
    """The columns of a table that make up such a row."""
    columns = [table_of(model).c[name] for name in row._fields]
    return [type_coerce(each, Known()) if isinstance(each.type, Uuid) else each for each in columns]


SUBSCRIPTION = columns_of(Subscription, DueSubscription)
CUSTOMER = columns_of(Customer, DueCustomer)
ITEM = columns_of(SubscriptionItem, DueItem)
