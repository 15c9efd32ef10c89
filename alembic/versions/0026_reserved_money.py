"""Money that is only reserved until a person has looked at the order it is for.

New columns have defaults, so that the release before can go on writing; it reserves nothing. The word `reserved` for orders
and attempts needs no change. On the way down no money may be reserved: decide about those orders first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("payment_attempt", sa.Column("reserves", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("payment_attempt", sa.Column("reserved_at", MOMENT, nullable=True))
    op.add_column("payment_attempt", sa.Column("reserved_until", MOMENT, nullable=True))
    op.add_column("payment_attempt", sa.Column("releasing_at", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("payment_attempt", "releasing_at")
    op.drop_column("payment_attempt", "reserved_until")
    op.drop_column("payment_attempt", "reserved_at")
    op.drop_column("payment_attempt", "reserves")
