"""A whole company's book of subscriptions, written in bulk: for runs over thousands, in tests and in benchmarks."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select
from sqlmodel import SQLModel

from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.models import (
    CreditEntry,
    Customer,
    LedgerEntry,
    Location,
    Plan,
    Posting,
    Service,
    Subscription,
    SubscriptionItem,
    SystemImage,
)
from ezscale.models.plan import Family
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus

BLOCK = 5_000
BUYERS = (("IE", "", "EUR"), ("DE", "", "EUR"), ("DE", "DE136695976", "EUR"), ("US", "", "USD"), ("GB", "", "GBP"))
ADD_ON = 200
PRICES = (550, 1100, 2200, 4200, 8100)
BOOK: tuple[type[SQLModel], ...] = (Customer, Subscription, SubscriptionItem, LedgerEntry, Posting, CreditEntry)
Rows = dict[type[SQLModel], list[dict[str, Any]]]


def write_book(engine: Engine, count: int, now: datetime, bill_from: date | None = None, first: int = 1) -> None:
    """That many customers with a running subscription each, whose next period begins on a day.

    Every other one has an add-on, one in twenty a coupon, one in fifty some credit; countries and currencies vary. The
    same count gives the same book.
    """
    chance = random.Random(count)
    with engine.begin() as connection:
        plan_id = known_plan(connection)
        for rows in book(chance, range(first, first + count), plan_id, now, bill_from or now.date()):
            for table in BOOK:
                if rows[table]:
                    connection.execute(insert(table_of(table)), rows[table])


def write_services(engine: Engine, now: datetime) -> list[dict[str, Any]]:
    """A running service for each subscription of a book that has none; the rows. Ten customers share an account on the panel."""
    owned, items = table_of(Subscription), table_of(SubscriptionItem)
    sold = select(owned.c.customer_id, items.c.id, items.c.plan_id).join(owned, owned.c.id == items.c.subscription_id)
    with engine.begin() as connection:
        place, image = (
            connection.execute(select(table_of(kind).c.id).limit(1)).scalar_one() for kind in (Location, SystemImage)
        )
        bare = (items.c.price_minor != ADD_ON, items.c.id.not_in(select(table_of(Service).c.item_id)))
        found = connection.execute(sold.where(*bare).order_by(items.c.id)).all()
        rows = [
            Service(
                number=f"S-9{number:05}",
                customer_id=customer_id,
                item_id=item_id,
                plan_id=plan_id,
                location_id=place,
                image_id=image,
                panel="virtfusion",
                account_ref=str(90_000 + number // 10),
                remote_id=str(100_000 + number),
                hostname=f"host{number}.example.com",
                status=ServiceStatus.ACTIVE,
                created_at=now,
                active_since=now,
            ).model_dump()
            for number, (customer_id, item_id, plan_id) in enumerate(found)
        ]
        for start in range(0, len(rows), BLOCK):
            connection.execute(insert(table_of(Service)), rows[start : start + BLOCK])
    return rows


def book(chance: random.Random, numbers: range, plan_id: UUID, now: datetime, bill_from: date) -> Iterator[Rows]:
    """The rows of a book, block by block."""
    for start in range(numbers.start, numbers.stop, BLOCK):
        rows: Rows = {table: [] for table in BOOK}
        for number in range(start, min(start + BLOCK, numbers.stop)):
            add_customer(rows, chance, number, plan_id, now, bill_from)
        yield rows


def add_customer(rows: Rows, chance: random.Random, number: int, plan_id: UUID, now: datetime, bill_from: date) -> None:
    """One customer with a subscription, and now and then something out of the ordinary."""
    country, tax_id, currency = chance.choice(BUYERS)
    customer_id, subscription_id = new_id(), new_id()
    rows[Customer].append(
        {
            "id": customer_id,
            "number": f"C-{number:06}",
            "panel_ref": f"C-{number:06}",
            "name": f"Customer {number}",
            "company": "",
            "email": f"customer{number}@example.com",
            "address": f"{number} Harbour Street",
            "city": "Dublin",
            "postcode": "D02",
            "country": country,
            "tax_id": tax_id,
            "currency": currency,
            "language": "en",
            "gateway_ref": None,
            "created_at": now,
            "suspended_at": None,
        }
    )
    rows[Subscription].append(
        {
            "id": subscription_id,
            "number": f"SUB-{number:06}",
            "customer_id": customer_id,
            "order_id": None,
            "status": SubscriptionStatus.ACTIVE,
            "currency": currency,
            "months": chance.choice((1, 1, 1, 3, 12)),
            "anchor_day": bill_from.day,
            "started_on": bill_from - timedelta(days=31),
            "bill_from": bill_from,
            "ended_on": None,
            "created_at": now,
        }
    )
    coupon = {"discount_percent": 10, "discount_cycles": 3} if chance.random() < 0.05 else {}
    rows[SubscriptionItem].append(item(subscription_id, plan_id, currency, chance.choice(PRICES)) | coupon)
    if number % 2:
        rows[SubscriptionItem].append(item(subscription_id, plan_id, currency, ADD_ON))
    if chance.random() < 0.02:
        add_credit(rows, customer_id, currency, chance.choice((100, 100_000)), now)


def item(subscription_id: UUID, plan_id: UUID, currency: str, price_minor: int) -> dict[str, Any]:
    """Something within a subscription."""
    return {
        "id": new_id(),
        "subscription_id": subscription_id,
        "plan_id": plan_id,
        "description": "VPS 2, monthly",
        "currency": currency,
        "price_minor": price_minor,
        "discount_percent": 0,
        "discount_minor": 0,
        "discount_cycles": 0,
    }


def add_credit(rows: Rows, customer_id: UUID, currency: str, minor: int, now: datetime) -> None:
    """Money that a customer has with us, and its booking."""
    entry_id, once_key = new_id(), f"gift:{customer_id.hex}"
    credit = {
        "id": new_id(),
        "customer_id": customer_id,
        "currency": currency,
        "amount_minor": minor,
        "left_minor": minor,
    }
    rows[CreditEntry].append({**credit, "reason": "A gift", "once_key": once_key, "created_at": now})
    rows[LedgerEntry].append({"id": entry_id, "kind": "gift", "once_key": once_key, "booked_at": now})
    posting = {"entry_id": entry_id, "currency": currency}
    rows[Posting] += [
        {**posting, "id": new_id(), "account": "gifts", "amount_minor": minor},
        {**posting, "id": new_id(), "account": f"credit:{customer_id.hex}", "amount_minor": -minor},
    ]


def known_plan(connection: Connection) -> UUID:
    """A plan to sell, made when there is none."""
    plans = table_of(Plan)
    known = connection.execute(select(plans.c.id).limit(1)).scalar()
    if known is not None:
        return UUID(str(known))
    plan = Plan(slug="vps-2", family=Family.VPS, name="VPS 2", panel="virtfusion", package="2")
    connection.execute(insert(plans), [plan.model_dump()])
    return plan.id
