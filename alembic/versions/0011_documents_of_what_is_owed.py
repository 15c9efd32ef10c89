"""Credit notes, proformas, late fees, and credit that lapses.

What is left of each sum of credit is worked out from the movements so far: what was spent came from the oldest.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


entry = sa.table("credit_entry", *map(sa.column, ("id", "customer_id", "currency", "amount_minor", "left_minor")))


def upgrade() -> None:
    op.create_table(
        "credit_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("kept_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("tax_note", sa.String(200), nullable=False),
        sa.Column("billed_to", sa.JSON(), nullable=False),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.CheckConstraint("kept_minor >= 0 AND kept_minor <= total_minor", name=op.f("ck_credit_note_kept")),
        sa.CheckConstraint(
            "total_minor > 0 AND net_minor + tax_minor = total_minor", name=op.f("ck_credit_note_total")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_credit_note_customer_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_credit_note_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_note_number")),
    )
    op.create_index("ix_credit_note_customer", "credit_note", ["customer_id", "id"])
    op.create_index("ix_credit_note_invoice_id", "credit_note", ["invoice_id"])
    op.create_table(
        "credit_note_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(250), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_name", sa.String(80), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_note.id"], name=op.f("fk_credit_note_line_credit_note_id")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"], ["invoice_line.id"], name=op.f("fk_credit_note_line_invoice_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note_line")),
    )
    op.create_index("ix_credit_note_line_credit_note_id", "credit_note_line", ["credit_note_id"])
    op.create_index("ix_credit_note_line_invoice_line_id", "credit_note_line", ["invoice_line_id"])
    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_minor", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("expires_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("warned_at", MOMENT, nullable=True))
        batch_op.create_index("ix_credit_entry_expiry", ["expires_on"])
        batch_op.create_check_constraint(
            batch_op.f("ck_credit_entry_left"),
            "left_minor >= 0 AND (left_minor = 0 OR left_minor <= amount_minor)",
        )

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proforma_number", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("fee_for_id", sa.Uuid(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_invoice_fee_for_id"), ["fee_for_id"])
        batch_op.create_unique_constraint(batch_op.f("uq_invoice_proforma_number"), ["proforma_number"])
        batch_op.create_foreign_key(batch_op.f("fk_invoice_fee_for_id"), "invoice", ["fee_for_id"], ["id"])

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("untaxed", sa.Boolean(), server_default=sa.false(), nullable=False))

    tell_what_is_left(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_column("untaxed")

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invoice_fee_for_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_invoice_proforma_number"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_invoice_fee_for_id"), type_="unique")
        batch_op.drop_column("fee_for_id")
        batch_op.drop_column("proforma_number")

    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_credit_entry_left"), type_="check")
        batch_op.drop_index("ix_credit_entry_expiry")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("expires_on")
        batch_op.drop_column("left_minor")

    op.drop_table("credit_note_line")
    op.drop_table("credit_note")


def tell_what_is_left(connection: sa.Connection) -> None:
    owner = (entry.c.customer_id, entry.c.currency)
    sums = sa.select(*owner, sa.func.sum(entry.c.amount_minor)).group_by(*owner)
    for customer_id, currency, balance in connection.execute(sums).all():
        came = sa.select(entry.c.id, entry.c.amount_minor).where(
            entry.c.customer_id == customer_id, entry.c.currency == currency, entry.c.amount_minor > 0
        )
        there = int(balance)
        for entry_id, amount in connection.execute(came.order_by(entry.c.id.desc())).all():
            left = max(min(there, amount), 0)
            connection.execute(sa.update(entry).where(entry.c.id == entry_id).values(left_minor=left))
            there -= left
