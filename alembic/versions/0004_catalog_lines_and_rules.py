"""What a plan can be fitted with, lines that say what they are, and decisions about the house.

New columns have defaults, so that the release before can go on writing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "add_on",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("summary", sa.String(250), nullable=False),
        sa.Column("recurring", sa.Boolean(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("panel_field", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_add_on")),
        sa.UniqueConstraint("slug", name=op.f("uq_add_on_slug")),
    )
    op.create_table(
        "configurable_option",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("panel_field", sa.String(40), nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("largest", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configurable_option")),
        sa.UniqueConstraint("slug", name=op.f("uq_configurable_option_slug")),
    )
    op.create_table(
        "setting",
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_setting")),
    )
    op.create_table(
        "add_on_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("add_on_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("setup_minor", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["add_on_id"], ["add_on.id"], name=op.f("fk_add_on_price_add_on_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_add_on_price")),
    )
    op.create_index("ix_add_on_price_offer", "add_on_price", ["add_on_id", "currency", "months"])
    op.create_table(
        "option_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("adds", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["option_id"], ["configurable_option.id"], name=op.f("fk_option_value_option_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_value")),
        sa.UniqueConstraint("option_id", "slug", name=op.f("uq_option_value_option_id_slug")),
    )
    op.create_table(
        "add_on_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("add_on_id", sa.Uuid(), nullable=False),
        sa.Column("needs_value_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["add_on_id"], ["add_on.id"], name=op.f("fk_add_on_offer_add_on_id")),
        sa.ForeignKeyConstraint(["needs_value_id"], ["option_value.id"], name=op.f("fk_add_on_offer_needs_value_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_add_on_offer_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_add_on_offer")),
        sa.UniqueConstraint("plan_id", "add_on_id", name=op.f("uq_add_on_offer_plan_id_add_on_id")),
    )
    op.create_index("ix_add_on_offer_add_on_id", "add_on_offer", ["add_on_id"])
    op.create_index("ix_add_on_offer_needs_value_id", "add_on_offer", ["needs_value_id"])
    op.create_table(
        "option_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.Uuid(), nullable=False),
        sa.Column("standard_value_id", sa.Uuid(), nullable=True),
        sa.Column("needs_value_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["needs_value_id"], ["option_value.id"], name=op.f("fk_option_offer_needs_value_id")),
        sa.ForeignKeyConstraint(["option_id"], ["configurable_option.id"], name=op.f("fk_option_offer_option_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_option_offer_plan_id")),
        sa.ForeignKeyConstraint(
            ["standard_value_id"], ["option_value.id"], name=op.f("fk_option_offer_standard_value_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_offer")),
        sa.UniqueConstraint("plan_id", "option_id", name=op.f("uq_option_offer_plan_id_option_id")),
    )
    op.create_index("ix_option_offer_needs_value_id", "option_offer", ["needs_value_id"])
    op.create_index("ix_option_offer_option_id", "option_offer", ["option_id"])
    op.create_index("ix_option_offer_standard_value_id", "option_offer", ["standard_value_id"])
    op.create_table(
        "option_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("value_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("setup_minor", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["value_id"], ["option_value.id"], name=op.f("fk_option_price_value_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_price")),
    )
    op.create_index("ix_option_price_offer", "option_price", ["value_id", "currency", "months"])
    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(32), server_default="percent", nullable=False))
        batch_op.add_column(sa.Column("note", sa.String(200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("amounts", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("plans", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("months", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("new_customers_only", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("uses_each", sa.Integer(), nullable=True))

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.add_column(sa.Column("customer_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_coupon_use_customer", ["customer_id", "coupon_id"])
        batch_op.create_foreign_key(batch_op.f("fk_coupon_use_customer_id"), "customer", ["customer_id"], ["id"])

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("time_zone", sa.String(40), server_default="", nullable=False))

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credited_minor", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("origin", sa.String(32), server_default="renewal", nullable=False))
        batch_op.add_column(sa.Column("tax_inclusive", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("report_currency", sa.String(3), server_default="", nullable=False))
        batch_op.add_column(sa.Column("report_rate", sa.String(32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("memo", sa.String(1000), server_default="", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_invoice_credited"), "credited_minor >= 0 AND credited_minor <= total_minor"
        )

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(32), server_default="period", nullable=False))
        batch_op.add_column(sa.Column("taxes", sa.JSON(), nullable=True))
        batch_op.alter_column(
            "tax_name", existing_type=sa.VARCHAR(length=40), type_=sa.String(80), existing_nullable=False
        )
        # The new rule comes before the old one goes: on MySQL one of them carries the foreign key.
        batch_op.create_unique_constraint("uq_invoice_line_once", ["item_id", "period_start", "kind"])
        batch_op.drop_constraint(batch_op.f("uq_invoice_line_period"), type_="unique")

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("stock", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_plan_stock"), "stock IS NULL OR stock >= 0")

    with op.batch_alter_table("subscription_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(32), server_default="plan", nullable=False))
        batch_op.add_column(sa.Column("option_value_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("add_on_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("quantity", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("began_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ended_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_subscription_item_add_on_id"), ["add_on_id"])
        batch_op.create_index(batch_op.f("ix_subscription_item_option_value_id"), ["option_value_id"])
        batch_op.create_index(batch_op.f("ix_subscription_item_replaces_id"), ["replaces_id"])
        batch_op.create_foreign_key(batch_op.f("fk_subscription_item_add_on_id"), "add_on", ["add_on_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_subscription_item_replaces_id"), "subscription_item", ["replaces_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_subscription_item_option_value_id"), "option_value", ["option_value_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("subscription_item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_subscription_item_option_value_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_subscription_item_replaces_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_subscription_item_add_on_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_subscription_item_replaces_id"))
        batch_op.drop_index(batch_op.f("ix_subscription_item_option_value_id"))
        batch_op.drop_index(batch_op.f("ix_subscription_item_add_on_id"))
        batch_op.drop_column("ended_on")
        batch_op.drop_column("began_on")
        batch_op.drop_column("quantity")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("add_on_id")
        batch_op.drop_column("option_value_id")
        batch_op.drop_column("kind")

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_plan_stock"), type_="check")
        batch_op.drop_column("stock")
        batch_op.drop_column("needs_approval")
        batch_op.drop_column("hidden")

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_invoice_line_period"), ["item_id", "period_start"])
        batch_op.drop_constraint("uq_invoice_line_once", type_="unique")
        batch_op.alter_column(
            "tax_name", existing_type=sa.String(80), type_=sa.VARCHAR(length=40), existing_nullable=False
        )
        batch_op.drop_column("taxes")
        batch_op.drop_column("kind")

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_invoice_credited"), type_="check")
        batch_op.drop_column("memo")
        batch_op.drop_column("report_rate")
        batch_op.drop_column("report_currency")
        batch_op.drop_column("tax_inclusive")
        batch_op.drop_column("origin")
        batch_op.drop_column("credited_minor")

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_column("time_zone")
        batch_op.drop_column("region")

    with op.batch_alter_table("coupon_use", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_coupon_use_customer_id"), type_="foreignkey")
        batch_op.drop_index("ix_coupon_use_customer")
        batch_op.drop_column("customer_id")

    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.drop_column("uses_each")
        batch_op.drop_column("new_customers_only")
        batch_op.drop_column("months")
        batch_op.drop_column("plans")
        batch_op.drop_column("amounts")
        batch_op.drop_column("note")
        batch_op.drop_column("kind")

    op.drop_table("option_price")
    op.drop_table("option_offer")
    op.drop_table("add_on_offer")
    op.drop_table("option_value")
    op.drop_table("add_on_price")
    op.drop_table("setting")
    op.drop_table("configurable_option")
    op.drop_table("add_on")
