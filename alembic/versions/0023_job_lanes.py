"""Jobs in lanes, by whom they wait for. What the release before enters waits for nobody, as far as it says."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("lane", sa.String(32), nullable=False, server_default="house"))
    op.create_index("ix_job_lane", "job", ["status", "lane", "run_at"])


def downgrade() -> None:
    op.drop_index("ix_job_lane", "job")
    op.drop_column("job", "lane")
