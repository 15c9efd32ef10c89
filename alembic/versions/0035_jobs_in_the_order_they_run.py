"""Jobs lie in the order in which they are taken up, so that a long queue is not sorted again with every look at it."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lie_by("run_at", "id")


def downgrade() -> None:
    _lie_by("run_at")


def _lie_by(*order: str) -> None:
    op.drop_index("ix_job_due", "job")
    op.create_index("ix_job_due", "job", ["status", *order])
    op.drop_index("ix_job_lane", "job")
    op.create_index("ix_job_lane", "job", ["status", "lane", *order])
