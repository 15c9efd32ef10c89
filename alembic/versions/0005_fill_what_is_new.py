"""What the release before wrote, as the new columns say it: coupons' sums by currency, kinds of lines, days of items."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

coupon = sa.table("coupon", *map(sa.column, ("id", "kind", "amounts", "amount_minor", "currency")))
use = sa.table("coupon_use", *map(sa.column, ("order_id", "customer_id")))
order = sa.table("customer_order", *map(sa.column, ("id", "customer_id")))
line = sa.table("invoice_line", *map(sa.column, ("kind", "period_start", "item_id")))
item = sa.table("subscription_item", *map(sa.column, ("subscription_id", "began_on")))
subscription = sa.table("subscription", *map(sa.column, ("id", "started_on")))


def upgrade() -> None:
    connection = op.get_bind()
    fixed = sa.select(coupon.c.id, coupon.c.currency, coupon.c.amount_minor).where(coupon.c.amount_minor > 0)
    for coupon_id, currency, minor in connection.execute(fixed).all():
        sums = sa.cast(sa.literal(json.dumps({currency: minor}), sa.Text()), sa.JSON())
        written = {"kind": "fixed", "amounts": sums if connection.dialect.name == "postgresql" else sums.clause}
        connection.execute(sa.update(coupon).where(coupon.c.id == coupon_id).values(written))
    ordered_by = sa.select(order.c.customer_id).where(order.c.id == use.c.order_id).scalar_subquery()
    connection.execute(sa.update(use).values(customer_id=ordered_by))
    connection.execute(sa.update(line).where(line.c.period_start.is_(None)).values(kind="setup"))
    began = sa.select(subscription.c.started_on).where(subscription.c.id == item.c.subscription_id).scalar_subquery()
    connection.execute(sa.update(item).values(began_on=began))


def downgrade() -> None:
    """Nothing to take back: the columns go with the step before."""
