"""Credit that customers top up. The release before knows attempts on invoices alone, and sees no others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "top_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("live_for", sa.Uuid(), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.String(80), nullable=True),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("credit_entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_top_up_customer_id")),
        sa.ForeignKeyConstraint(["credit_entry_id"], ["credit_entry.id"], name=op.f("fk_top_up_credit_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up")),
        sa.UniqueConstraint("number", name=op.f("uq_top_up_number")),
        sa.UniqueConstraint("form_key", name=op.f("uq_top_up_form_key")),
        sa.UniqueConstraint("live_for", "is_automatic", name=op.f("uq_top_up_live_for_is_automatic")),
        sa.UniqueConstraint("credit_entry_id", name=op.f("uq_top_up_credit_entry_id")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_top_up_amount")),
    )
    op.create_index("ix_top_up_unpaid", "top_up", ["status", "asked_at"])
    op.create_index("ix_top_up_customer", "top_up", ["customer_id", "asked_at"])
    op.create_table(
        "auto_top_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("below_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("monthly_most_minor", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=False),
        sa.Column("agreed_by", sa.String(120), nullable=False),
        sa.Column("halted_at", MOMENT, nullable=True),
        sa.Column("halted_by", sa.String(120), nullable=False),
        sa.Column("halted_because", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_auto_top_up_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auto_top_up")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_auto_top_up_customer_id")),
        sa.CheckConstraint("amount_minor > 0 AND below_minor > 0", name=op.f("ck_auto_top_up_amount")),
        sa.CheckConstraint("monthly_most_minor >= amount_minor", name=op.f("ck_auto_top_up_monthly_most")),
    )
    op.create_index("ix_auto_top_up_status", "auto_top_up", ["status", "id"])
    with op.batch_alter_table("payment_attempt") as attempt:
        attempt.alter_column("invoice_id", existing_type=sa.Uuid(), nullable=True)
        attempt.add_column(sa.Column("top_up_id", sa.Uuid(), nullable=True))
        attempt.create_foreign_key(op.f("fk_payment_attempt_top_up_id"), "top_up", ["top_up_id"], ["id"])
        attempt.create_check_constraint(
            op.f("ck_payment_attempt_pays_one"), "(invoice_id IS NULL) <> (top_up_id IS NULL)"
        )
    op.create_index(op.f("ix_payment_attempt_top_up_id"), "payment_attempt", ["top_up_id"])
    with op.batch_alter_table("dispute") as dispute:
        dispute.add_column(sa.Column("held_minor", sa.BigInteger(), nullable=False, server_default="0"))
        dispute.create_check_constraint(op.f("ck_dispute_held"), "held_minor >= 0 AND held_minor <= amount_minor")


def downgrade() -> None:
    with op.batch_alter_table("dispute") as dispute:
        dispute.drop_constraint(op.f("ck_dispute_held"), type_="check")
        dispute.drop_column("held_minor")
    # The release before sees no attempt without an invoice. What came of them stays: payments, and credit.
    attempts, payments = (
        sa.table("payment_attempt", sa.column("id"), sa.column("invoice_id")),
        sa.table("payment", sa.column("attempt_id")),
    )
    without = sa.select(attempts.c.id).where(attempts.c.invoice_id.is_(None)).scalar_subquery()
    op.execute(payments.update().where(payments.c.attempt_id.in_(without)).values(attempt_id=None))
    op.execute(attempts.delete().where(attempts.c.invoice_id.is_(None)))
    with op.batch_alter_table("payment_attempt") as attempt:
        attempt.drop_constraint(op.f("ck_payment_attempt_pays_one"), type_="check")
        attempt.drop_constraint(op.f("fk_payment_attempt_top_up_id"), type_="foreignkey")
        attempt.drop_index(op.f("ix_payment_attempt_top_up_id"))
        attempt.drop_column("top_up_id")
        attempt.alter_column("invoice_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("auto_top_up")
    op.drop_table("top_up")
