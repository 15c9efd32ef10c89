"""Know a card by its fingerprint, so that the same card typed twice is one card."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_method", sa.Column("fingerprint", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("payment_method", "fingerprint")
