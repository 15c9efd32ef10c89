"""Why staff reinstall a server, how far an installation is, and which servers do not have their options yet."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reinstall_wish", sa.Column("reason", sa.String(300), nullable=False, server_default=""))
    op.add_column("provisioning_job", sa.Column("percent", sa.Integer(), nullable=True))
    op.add_column("service", sa.Column("lacks_options", sa.Boolean(), nullable=False, server_default=sa.false()))
    # One task does now what two did: what waits for the one that is gone is done by the other, which may be told twice.
    job = sa.table("job", sa.column("task", sa.String), sa.column("lane", sa.String), sa.column("status", sa.String))
    waiting = (job.c.task == "billing.ask_for_resize", job.c.status == "ready")
    op.execute(job.update().where(*waiting).values(task="provisioning.follow_plan", lane="vendors"))


def downgrade() -> None:
    op.drop_column("service", "lacks_options")
    op.drop_column("provisioning_job", "percent")
    op.drop_column("reinstall_wish", "reason")
