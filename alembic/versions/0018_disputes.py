"""Money that banks take back. The release before knows none: what its gateway account lacks then is nowhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=True),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("gateway_ref", sa.String(120), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("answer_by", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_dispute_customer_id")),
        sa.ForeignKeyConstraint(["method_id"], ["payment_method.id"], name=op.f("fk_dispute_method_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("gateway", "gateway_ref", name=op.f("uq_dispute_gateway_gateway_ref")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_dispute_amount")),
        sa.CheckConstraint("owed_minor >= 0 AND owed_minor <= amount_minor", name=op.f("ck_dispute_owed")),
    )
    op.create_index(op.f("ix_dispute_payment_id"), "dispute", ["payment_id"])
    op.create_index(op.f("ix_dispute_customer_id"), "dispute", ["customer_id"])
    op.create_index(op.f("ix_dispute_method_id"), "dispute", ["method_id"])
    op.create_index("ix_dispute_undecided", "dispute", ["status", "answer_by"])


def downgrade() -> None:
    op.drop_table("dispute")
