"""Customers, pages, wallets and messages of several gateways.

New columns have defaults, so that the release before can go on writing; it knows no wallets. What customers are called at
Stripe is copied, and stays where that release reads it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
STRIPES_WORDS = (
    ("checkout.session.%", "page"),
    ("payment_intent.%", "payment"),
    ("refund.%", "refund"),
    ("charge.dispute.%", "dispute"),
)

customer = sa.table("customer", *map(sa.column, ("id", "gateway_ref")))
payer = sa.table("known_payer", *map(sa.column, ("id", "customer_id", "gateway", "ref")))
method = sa.table(
    "payment_method",
    *map(sa.column, ("exp_month", "exp_year", "removed_at", "added_at")),
    sa.column("is_default", sa.Boolean()),
    sa.column("is_backup", sa.Boolean()),
)
notice = sa.table("inbound_notice", *map(sa.column, ("vendor", "kind", "about")))
erasure = sa.table("vendor_erasure", sa.column("vendor"), sa.column("ref", sa.String(250)))


def upgrade() -> None:
    op.create_table(
        "known_payer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_known_payer_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_payer")),
        sa.UniqueConstraint("gateway", "ref", name=op.f("uq_known_payer_gateway_ref")),
    )
    op.create_index(op.f("ix_known_payer_customer_id"), "known_payer", ["customer_id"])
    op.create_table(
        "card_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("payer_ref", sa.String(80), nullable=False),
        sa.Column("page_ref", sa.String(120), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_card_page_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_page")),
        sa.UniqueConstraint("key", name=op.f("uq_card_page_key")),
    )
    op.create_index(op.f("ix_card_page_customer_id"), "card_page", ["customer_id"])
    op.add_column("payment_attempt", sa.Column("taking_at", MOMENT, nullable=True))
    op.add_column("inbound_notice", sa.Column("about", sa.String(20), server_default="", nullable=False))
    with op.batch_alter_table("payment_method") as kept:
        kept.add_column(sa.Column("account", sa.String(190), server_default="", nullable=False))
        kept.alter_column("exp_month", existing_type=sa.Integer(), nullable=True)
        kept.alter_column("exp_year", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("vendor_erasure") as asked:
        asked.alter_column("ref", existing_type=sa.String(80), type_=sa.String(250), existing_nullable=False)
    known = sa.select(customer.c.id, customer.c.id, sa.literal("stripe", sa.String(20)), customer.c.gateway_ref)
    names = ["id", "customer_id", "gateway", "ref"]
    op.execute(sa.insert(payer).from_select(names, known.where(customer.c.gateway_ref.is_not(None))))
    for kind, about in STRIPES_WORDS:
        mine = (notice.c.vendor == "stripe") & notice.c.kind.like(kind)
        op.execute(sa.update(notice).where(mine).values(about=about))
    waiting = (erasure.c.vendor == "gateway") & (erasure.c.ref != "")
    op.execute(sa.update(erasure).where(waiting).values(ref=sa.literal("stripe:") + erasure.c.ref))


def downgrade() -> None:
    named = erasure.c.ref.like("stripe:%")
    op.execute(sa.update(erasure).where(named).values(ref=sa.func.substr(erasure.c.ref, len("stripe:") + 1)))
    gone: dict[str, object] = {
        "exp_month": 1,
        "exp_year": 2000,
        "is_default": False,
        "is_backup": False,
    }  # the release before knows no wallets
    gone["removed_at"] = sa.func.coalesce(method.c.removed_at, method.c.added_at)
    op.execute(sa.update(method).where(method.c.exp_year.is_(None)).values(gone))
    with op.batch_alter_table("vendor_erasure") as asked:
        asked.alter_column("ref", existing_type=sa.String(250), type_=sa.String(80), existing_nullable=False)
    with op.batch_alter_table("payment_method") as kept:
        kept.alter_column("exp_year", existing_type=sa.Integer(), nullable=False)
        kept.alter_column("exp_month", existing_type=sa.Integer(), nullable=False)
        kept.drop_column("account")
    op.drop_column("inbound_notice", "about")
    op.drop_column("payment_attempt", "taking_at")
    op.drop_table("card_page")
    op.drop_table("known_payer")
