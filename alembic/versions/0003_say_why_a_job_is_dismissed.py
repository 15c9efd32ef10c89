"""Say why a job that was given up needs no further try."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("dismissal", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute(
        sa.text("UPDATE job SET status = 'done' WHERE status = 'dismissed'")
    )  # the release before knows no other
    op.drop_column("job", "dismissal")
