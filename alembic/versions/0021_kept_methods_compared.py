"""When we last looked what a gateway keeps of a customer. The release before never looks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    with op.batch_alter_table("known_payer") as payer:
        payer.add_column(sa.Column("looked_at", MOMENT, nullable=True))
    op.create_index("ix_known_payer_looked_at", "known_payer", ["gateway", "looked_at"])


def downgrade() -> None:
    op.drop_index("ix_known_payer_looked_at", "known_payer")
    with op.batch_alter_table("known_payer") as payer:
        payer.drop_column("looked_at")
