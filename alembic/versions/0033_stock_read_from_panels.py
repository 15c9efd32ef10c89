"""Stock that is read from panels, machines that staff have chosen, and what options make more of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


# What staff had typed as the panel's own word, and what it is called on every panel.
FIELDS = {"storage": "disk_gb", "memory": "memory_mb", "cpuCores": "cpu_cores", "traffic": "traffic_gb"}
FITTINGS = ("configurable_option", "add_on")


def upgrade() -> None:
    _rename(FIELDS)
    op.create_table(
        "stock_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("for_sale", sa.Integer(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_stock_reading_plan_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_stock_reading_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reading")),
        sa.UniqueConstraint("plan_id", "location_id", name=op.f("uq_stock_reading_plan_id_location_id")),
    )
    op.create_index(op.f("ix_stock_reading_location_id"), "stock_reading", ["location_id"])
    with op.batch_alter_table("plan") as plan:
        plan.add_column(sa.Column("stock_from_panel", sa.Boolean(), nullable=False, server_default=sa.false()))
        plan.add_column(sa.Column("safety_margin", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("service") as service:
        service.add_column(sa.Column("machine_id", sa.String(60), nullable=True))
        service.create_unique_constraint(op.f("uq_service_machine_id_panel"), ["machine_id", "panel"])


def downgrade() -> None:
    _rename({ours: theirs for theirs, ours in FIELDS.items()})
    with op.batch_alter_table("service") as service:
        service.drop_constraint(op.f("uq_service_machine_id_panel"), type_="unique")
        service.drop_column("machine_id")
    with op.batch_alter_table("plan") as plan:
        plan.drop_column("safety_margin")
        plan.drop_column("stock_from_panel")
    op.drop_table("stock_reading")


def _rename(words: dict[str, str]) -> None:
    for name in FITTINGS:
        table = sa.table(name, sa.column("panel_field", sa.String))
        for before, after in words.items():
            op.execute(table.update().where(table.c.panel_field == before).values(panel_field=after))
