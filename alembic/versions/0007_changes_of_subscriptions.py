"""Quotes and changes of subscriptions, pauses, days given, why customers go, and invoices that give back.

New columns have defaults, so that the release before can go on writing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

RULES = {
    "settled": (
        "(total_minor >= 0 AND settled_minor >= 0 AND settled_minor <= total_minor)"
        " OR (total_minor < 0 AND (settled_minor = 0 OR settled_minor = total_minor))"
    ),
    "credited": "credited_minor >= 0 AND (credited_minor <= total_minor OR total_minor < 0)",
}


def upgrade() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by", sa.String(120), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_extension_days")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_extension_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index("ix_extension_subscription_id", "extension", ["subscription_id"])
    op.create_table(
        "pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("live_for", sa.Uuid(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("returns_on", sa.Date(), nullable=False),
        sa.Column("came_back_on", sa.Date(), nullable=True),
        sa.Column("carried_days", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.CheckConstraint("carried_days >= 0", name=op.f("ck_pause_carried")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_pause_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sa.UniqueConstraint("live_for", name=op.f("uq_pause_live_for")),
    )
    op.create_index("ix_pause_returns_on", "pause", ["returns_on"])
    op.create_index("ix_pause_subscription_id", "pause", ["subscription_id"])
    op.create_table(
        "subscription_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("live_for", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("summary", sa.String(300), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("renewal_minor", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("paid_until", sa.Date(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("ends", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("quoted_at", MOMENT, nullable=False),
        sa.Column("quoted_by", sa.String(120), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by", sa.String(120), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_subscription_change_invoice_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_subscription_change_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_change")),
        sa.UniqueConstraint("live_for", name=op.f("uq_subscription_change_live_for")),
    )
    op.create_index("ix_subscription_change_invoice_id", "subscription_change", ["invoice_id"])
    op.create_index("ix_subscription_change_status", "subscription_change", ["status", "expires_at"])
    op.create_index("ix_subscription_change_subscription_id", "subscription_change", ["subscription_id"])
    with op.batch_alter_table("cancellation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_code", sa.String(32), server_default="unsaid", nullable=False))
        batch_op.add_column(sa.Column("at_once", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("share", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("share_of", sa.Integer(), nullable=True))

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        for name, rule in RULES.items():
            batch_op.drop_constraint(batch_op.f(f"ck_invoice_{name}"), type_="check")
            batch_op.create_check_constraint(batch_op.f(f"ck_invoice_{name}"), rule)


def downgrade() -> None:
    # The wider rules for an invoice's sums stay: those that give back are documents, and do not go with the release.
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_column("share_of")
        batch_op.drop_column("share")

    with op.batch_alter_table("cancellation", schema=None) as batch_op:
        batch_op.drop_column("at_once")
        batch_op.drop_column("reason_code")

    op.drop_table("subscription_change")
    op.drop_table("pause")
    op.drop_table("extension")
