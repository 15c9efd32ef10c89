"""Deeds of the night that staff hold, and who has decided a topic of the house's rules. The release before knows neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("held_by", sa.String(120), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(120), nullable=False),
        sa.Column("live_key", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_hold_customer_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_hold_subscription_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_hold_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("live_key", name=op.f("uq_hold_live_key")),
        sa.CheckConstraint("(subscription_id IS NULL) <> (invoice_id IS NULL)", name=op.f("ck_hold_one_subject")),
    )
    op.create_index(op.f("ix_hold_customer_id"), "hold", ["customer_id"])
    op.create_index("ix_hold_subscription", "hold", ["subscription_id", "deed", "lifted_at"])
    op.create_index("ix_hold_invoice", "hold", ["invoice_id", "deed", "lifted_at"])
    with op.batch_alter_table("setting") as setting:
        setting.add_column(sa.Column("changed_by", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("setting") as setting:
        setting.drop_column("changed_by")
    op.drop_table("hold")
