"""Let expired orders go: their services no longer wait, and their subscriptions are no longer about to start."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERVICES = sa.text(
    "UPDATE service SET status = 'expired' WHERE status = 'waiting' AND item_id IN"
    " (SELECT item.id FROM subscription_item item JOIN subscription ON subscription.id = item.subscription_id"
    " JOIN customer_order ON customer_order.id = subscription.order_id"
    " WHERE subscription.status = 'pending' AND customer_order.status = 'expired')"
)
SUBSCRIPTIONS = sa.text(
    "UPDATE subscription SET status = 'expired' WHERE status = 'pending' AND order_id IN"
    " (SELECT id FROM customer_order WHERE status = 'expired')"
)


def upgrade() -> None:
    op.execute(SERVICES)
    op.execute(SUBSCRIPTIONS)


def downgrade() -> None:
    op.execute(sa.text("UPDATE service SET status = 'waiting' WHERE status = 'expired'"))
    op.execute(sa.text("UPDATE subscription SET status = 'pending' WHERE status = 'expired'"))
