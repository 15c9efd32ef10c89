"""Take the discounts that still run off recurring revenue, from the day on which their subscriptions began."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SUBSCRIPTION = sa.table(
    "subscription", sa.column("id", sa.Uuid()), sa.column("status", sa.String()), sa.column("months", sa.Integer())
)
ITEM = sa.table(
    "subscription_item",
    sa.column("id", sa.Uuid()),
    sa.column("subscription_id", sa.Uuid()),
    sa.column("plan_id", sa.Uuid()),
    sa.column("currency", sa.String()),
    sa.column("price_minor", sa.BigInteger()),
    sa.column("discount_percent", sa.Integer()),
    sa.column("discount_minor", sa.BigInteger()),
    sa.column("discount_cycles", sa.Integer()),
)
MOVEMENT = sa.table(
    "revenue_movement",
    sa.column("id", sa.Uuid()),
    sa.column("once_key", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("kind", sa.String()),
    sa.column("subscription_id", sa.Uuid()),
    sa.column("plan_id", sa.Uuid()),
    sa.column("currency", sa.String()),
    sa.column("monthly_minor", sa.BigInteger()),
)
BEGAN = MOVEMENT.alias("began")
DISCOUNTED = (
    sa.select(ITEM, SUBSCRIPTION.c.months, BEGAN.c.once_key, BEGAN.c.day)
    .join(SUBSCRIPTION, SUBSCRIPTION.c.id == ITEM.c.subscription_id)
    .join(BEGAN, BEGAN.c.subscription_id == SUBSCRIPTION.c.id)
    .where(
        SUBSCRIPTION.c.status.in_(("active", "past_due")),
        BEGAN.c.kind == "new",
        sa.or_(ITEM.c.discount_percent > 0, ITEM.c.discount_minor > 0),
        sa.or_(ITEM.c.discount_cycles.is_(None), ITEM.c.discount_cycles > 0),
    )
)


def upgrade() -> None:
    connection = op.get_bind()
    rows = [row for row in connection.execute(DISCOUNTED) if row.once_key == f"new:{row.id.hex}"]
    corrections = [
        {
            "id": uuid4(),
            "once_key": f"discount:{row.id.hex}",
            "day": row.day,
            "kind": "discount",
            "subscription_id": row.subscription_id,
            "plan_id": row.plan_id,
            "currency": row.currency,
            "monthly_minor": monthly(row.price_minor - discount(row), row.months)
            - monthly(row.price_minor, row.months),
        }
        for row in rows
    ]
    if corrections:
        connection.execute(MOVEMENT.insert(), corrections)


def downgrade() -> None:
    # The release before takes the whole price off again when a subscription ends, and knows no other movements.
    op.execute(MOVEMENT.delete().where(MOVEMENT.c.kind.in_(("discount", "discount_over"))))


def discount(row: sa.Row) -> int:
    """A share, rounded half up, and a sum: never more than the price."""
    share = (row.price_minor * row.discount_percent * 2 + 100) // 200
    return min(share + row.discount_minor, row.price_minor)


def monthly(minor: int, months: int) -> int:
    """The first of that many parts that add up."""
    return -(-minor // months)
