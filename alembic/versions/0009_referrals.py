"""Who sent whom to us, and coupons that are for those who came so."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "referral_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_referral_code_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_code")),
        sa.UniqueConstraint("code", name=op.f("uq_referral_code_code")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_referral_code_customer_id")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referrer_id", sa.Uuid(), nullable=False),
        sa.Column("referred_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("paid_at", MOMENT, nullable=True),
        sa.Column("credit_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reward_minor", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.CheckConstraint("referrer_id <> referred_id", name=op.f("ck_referral_oneself")),
        sa.CheckConstraint("reward_minor >= 0", name=op.f("ck_referral_reward")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_referral_invoice_id")),
        sa.ForeignKeyConstraint(["referred_id"], ["customer.id"], name=op.f("fk_referral_referred_id")),
        sa.ForeignKeyConstraint(["referrer_id"], ["customer.id"], name=op.f("fk_referral_referrer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_referral_invoice_id")),
        sa.UniqueConstraint("referred_id", name=op.f("uq_referral_referred_id")),
    )
    op.create_index("ix_referral_due", "referral", ["status", "credit_on", "id"])
    op.create_index("ix_referral_referrer", "referral", ["referrer_id", "id"])
    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.add_column(sa.Column("referred_only", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.drop_column("referred_only")

    op.drop_table("referral")
    op.drop_table("referral_code")
