"""A service that is gone gives its machine back, and a plan tells its panel more than a package."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SERVICE = sa.table(
    "service",
    *(sa.column(name, sa.String) for name in ("status", "remote_id", "former_remote_id")),
    *(sa.column(name, sa.Uuid) for name in ("plan_id", "sized_as")),
)
IS_GONE = SERVICE.c.status == "terminated"


def upgrade() -> None:
    op.add_column("plan", sa.Column("panel_settings", sa.String(1000), nullable=False, server_default=""))
    op.add_column("service", sa.Column("former_remote_id", sa.String(60), nullable=True))
    op.add_column("service", sa.Column("sized_as", sa.Uuid(), nullable=True))
    op.add_column("service", sa.Column("keeps_more", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.update(SERVICE).where(SERVICE.c.remote_id.is_not(None)).values(sized_as=SERVICE.c.plan_id))
    op.add_column("service", sa.Column("port", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_service_former", "service", ["panel", "former_remote_id"])
    op.execute(sa.update(SERVICE).where(IS_GONE).values(former_remote_id=SERVICE.c.remote_id))
    op.execute(sa.update(SERVICE).where(IS_GONE).values(remote_id=None))


def downgrade() -> None:
    op.execute(sa.update(SERVICE).where(IS_GONE).values(remote_id=SERVICE.c.former_remote_id))
    op.drop_index("ix_service_former", "service")
    op.drop_column("service", "former_remote_id")
    op.drop_column("service", "port")
    op.drop_column("service", "keeps_more")
    op.drop_column("service", "sized_as")
    op.drop_column("plan", "panel_settings")
