"""Payments that staff record by hand, and take back. The release before makes none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "recorded_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.String(80), nullable=False),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(120), nullable=False),
        sa.Column("taken_back_by", sa.String(120), nullable=False),
        sa.Column("taken_back_because", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_recorded_payment_payment_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_recorded_payment_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_payment")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_recorded_payment_payment_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_recorded_payment_form_key")),
    )
    op.create_index(op.f("ix_recorded_payment_customer_id"), "recorded_payment", ["customer_id"])
    with op.batch_alter_table("payment") as payment:
        payment.add_column(sa.Column("taken_back_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payment") as payment:
        payment.drop_column("taken_back_at")
    op.drop_table("recorded_payment")
