"""Mail that was left over is found by its index, however much was ever written."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_message_left", "mail_message", ["status", "written_at"])


def downgrade() -> None:
    op.drop_index("ix_mail_message_left", "mail_message")
