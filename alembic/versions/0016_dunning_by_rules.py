"""Days that letters about unpaid invoices have named (before, always the seventh), backup cards, and tries by card."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

METHOD_KEY = "fk_payment_attempt_method_id"
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
    with op.batch_alter_table("payment_method") as payment_method:
        payment_method.add_column(sa.Column("is_backup", sa.Boolean(), nullable=False, server_default=sa.false()))
        payment_method.add_column(sa.Column("told_of", sa.Date(), nullable=True))
        payment_method.create_index("ix_payment_method_expiry", ["exp_year", "exp_month"])
    op.create_index("ix_payment_attempt_method", "payment_attempt", ["method_id", "created_at"])
    _fill()


def downgrade() -> None:
    if op.get_bind().dialect.name in ("mysql", "mariadb"):  # there a foreign key needs an index, and makes its own
        op.drop_constraint(METHOD_KEY, "payment_attempt", type_="foreignkey")
        op.drop_index("ix_payment_attempt_method", "payment_attempt")
        op.create_foreign_key(METHOD_KEY, "payment_attempt", "payment_method", ["method_id"], ["id"])
    else:
        op.drop_index("ix_payment_attempt_method", "payment_attempt")
    with op.batch_alter_table("payment_method") as payment_method:
        payment_method.drop_index("ix_payment_method_expiry")
        payment_method.drop_column("told_of")
        payment_method.drop_column("is_backup")
    with op.batch_alter_table("dunning_step") as dunning_step:
        dunning_step.drop_column("names_day")


def _fill() -> None:
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
