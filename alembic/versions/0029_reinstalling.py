"""Public SSH keys, and what shall be installed in place of what is on a server."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "ssh_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("line", sa.String(4000), nullable=False),
        sa.Column("fingerprint", sa.String(60), nullable=False),
        sa.Column("added_by", sa.String(120), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ssh_key_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ssh_key")),
        sa.UniqueConstraint("customer_id", "fingerprint", name=op.f("uq_ssh_key_customer_id_fingerprint")),
    )
    op.create_index(op.f("ix_ssh_key_customer_id"), "ssh_key", ["customer_id"])
    op.create_table(
        "reinstall_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("image", sa.String(60), nullable=False),
        sa.Column("image_name", sa.String(120), nullable=False),
        sa.Column("hostname", sa.String(190), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("was", sa.String(120), nullable=False),
        sa.Column("idle_until", MOMENT, nullable=True),
        sa.Column("secret", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["provisioning_job.id"], name=op.f("fk_reinstall_wish_job_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_reinstall_wish_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reinstall_wish")),
        sa.UniqueConstraint("job_id", name=op.f("uq_reinstall_wish_job_id")),
    )
    op.create_index(op.f("ix_reinstall_wish_service_id"), "reinstall_wish", ["service_id"])
    op.add_column("service", sa.Column("installed", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("service", "installed")
    op.drop_table("reinstall_wish")
    op.drop_table("ssh_key")
