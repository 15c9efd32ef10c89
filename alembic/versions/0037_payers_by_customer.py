"""What a gateway calls a customer is found by both: by the gateway alone, SQLite went through everybody it knows."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_known_payer_customer", "known_payer", ["customer_id", "gateway", "id"])
    op.drop_index("ix_known_payer_customer_id", "known_payer")


def downgrade() -> None:
    op.create_index("ix_known_payer_customer_id", "known_payer", ["customer_id"])
    op.drop_index("ix_known_payer_customer", "known_payer")
