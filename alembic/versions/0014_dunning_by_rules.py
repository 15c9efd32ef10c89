"""Days that reminders and warnings have named: those of the release before named the seventh day."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WEEK, A_DAY = timedelta(days=7), timedelta(days=1)
step = sa.table(
    "dunning_step",
    *map(sa.column, ("id", "invoice_id", "step")),
    sa.column("taken_at", sa.DateTime()),
    sa.column("names_day", sa.Date()),
)
invoice = sa.table("invoice", *map(sa.column, ("id", "status")), sa.column("due_on", sa.Date()))


def upgrade() -> None:
    with op.batch_alter_table("dunning_step") as dunning_step:
        dunning_step.add_column(sa.Column("names_day", sa.Date(), nullable=True))
    connection = op.get_bind()
    told = sa.select(step.c.id, step.c.step, step.c.taken_at, invoice.c.due_on).join_from(
        step, invoice, invoice.c.id == step.c.invoice_id
    )
    for step_id, name, taken_at, due_on in connection.execute(told.where(invoice.c.status == "open")).all():
        if name.startswith("warn"):
            day = taken_at.date() + WEEK + A_DAY  # the seller's day may have begun before that of UTC
        elif name.startswith("remind+"):
            day = due_on + WEEK
        else:
            continue
        connection.execute(sa.update(step).where(step.c.id == step_id).values(names_day=day))


def downgrade() -> None:
    with op.batch_alter_table("dunning_step") as dunning_step:
        dunning_step.drop_column("names_day")
