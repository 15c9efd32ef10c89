"""Tax rates with their days, checked tax ids, exemptions and exchange rates; and the rates that held when this was written."""

from datetime import date, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from ezscale.kit.clock import world_now

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STANDARD_RATES = {  # in parts of ten thousand
    "AT": 2000,
    "BE": 2100,
    "BG": 2000,
    "CY": 1900,
    "CZ": 2100,
    "DE": 1900,
    "DK": 2500,
    "EE": 2400,
    "ES": 2100,
    "FI": 2550,
    "FR": 2000,
    "GB": 2000,
    "GR": 2400,
    "HR": 2500,
    "HU": 2700,
    "IE": 2300,
    "IT": 2200,
    "LT": 2100,
    "LU": 1700,
    "LV": 2100,
    "MT": 1800,
    "NL": 2100,
    "PL": 2300,
    "PT": 2300,
    "RO": 2100,
    "SE": 2500,
    "SI": 2200,
    "SK": 2300,
}
PREFIX = {"GR": "EL", "GB": "XI"}  # how the register of VAT ids writes what is another country code elsewhere
MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "calculated_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("region", sa.String(10), nullable=False),
        sa.Column("postcode", sa.String(20), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("calculated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculated_rate")),
        sa.UniqueConstraint("country", "region", "postcode", name="uq_calculated_rate_place"),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.String(3), nullable=False),
        sa.Column("quote", sa.String(3), nullable=False),
        sa.Column("rate", sa.String(32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint("base", "quote", "as_of", "source", name="uq_exchange_rate_day"),
    )
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("region", sa.String(10), nullable=False),
        sa.Column("postcode", sa.String(20), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("compound", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("buyers", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("level IN (1, 2)", name=op.f("ck_tax_rate_level")),
        sa.CheckConstraint("rate >= 0 AND rate <= 1000000", name=op.f("ck_tax_rate_rate")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_tax_rate_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sa.UniqueConstraint(
            "country", "region", "postcode", "level", "category", "buyers", "valid_from", name="uq_tax_rate_begins"
        ),
    )
    op.create_table(
        "tax_exemption",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(150), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.String(120), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_tax_exemption_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_exemption")),
    )
    op.create_index("ix_tax_exemption_customer_id", "tax_exemption", ["customer_id"])
    op.create_table(
        "tax_id_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("request_id", sa.String(60), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("ask_at", MOMENT, nullable=True),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_tax_id_check_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_id_check")),
        sa.UniqueConstraint("customer_id", "number", name="uq_tax_id_check_once"),
    )
    op.create_index("ix_tax_id_check_next", "tax_id_check", ["ask_at"])
    op.create_index("ix_tax_id_check_number", "tax_id_check", ["number"])
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence", sa.JSON(), nullable=True))

    with op.batch_alter_table("payment_method", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(2), server_default="", nullable=False))

    connection, now = op.get_bind(), world_now()
    op.bulk_insert(tax_rates(), [standard_rate(country, rate, now) for country, rate in STANDARD_RATES.items()])
    customers = sa.table("customer", sa.column("id", sa.Uuid()), *map(sa.column, ("country", "tax_id")))
    with_number = sa.select(customers).where(customers.c.tax_id != "", customers.c.country.in_(STANDARD_RATES))
    waiting = [
        unchecked(who.id, who.tax_id, now)
        for who in connection.execute(with_number)
        if who.tax_id.startswith(PREFIX.get(who.country, who.country))
    ]
    if waiting:
        op.bulk_insert(tax_id_checks(), waiting)


def tax_rates() -> sa.TableClause:
    """The table of rates, with the types that its values need."""
    return sa.table(
        "tax_rate",
        sa.column("id", sa.Uuid()),
        *map(sa.column, ("country", "region", "postcode", "name", "category", "buyers", "rate", "level")),
        sa.column("compound", sa.Boolean()),
        sa.column("valid_from", sa.Date()),
        sa.column("created_at", MOMENT),
    )


def standard_rate(country: str, rate: int, now: datetime) -> dict[str, object]:
    """The VAT of a country, for everybody and everything."""
    row = {"country": country, "region": "", "postcode": "", "name": "VAT", "category": "", "buyers": "everybody"}
    days = {"valid_from": date(2020, 1, 1), "created_at": now}
    return {"id": uuid4(), **row, "rate": rate * 100, "level": 1, "compound": False, **days}


def tax_id_checks() -> sa.TableClause:
    """The table of checks, with the types that its values need."""
    return sa.table(
        "tax_id_check",
        *(sa.column(name, sa.Uuid()) for name in ("id", "customer_id")),
        *map(sa.column, ("number", "state", "name", "request_id", "unanswered")),
        *(sa.column(name, MOMENT) for name in ("asked_at", "ask_at")),
    )


def unchecked(customer_id: object, number: str, now: datetime) -> dict[str, object]:
    """A tax id that nobody has asked about: the register is asked as soon as somebody works."""
    row = {"customer_id": customer_id, "number": number, "state": "pending", "name": "", "request_id": ""}
    return {"id": uuid4(), **row, "unanswered": 0, "asked_at": now, "ask_at": now}


def downgrade() -> None:
    with op.batch_alter_table("payment_method", schema=None) as batch_op:
        batch_op.drop_column("country")

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_column("evidence")

    op.drop_table("tax_id_check")
    op.drop_table("tax_exemption")
    op.drop_table("tax_rate")
    op.drop_table("exchange_rate")
    op.drop_table("calculated_rate")
